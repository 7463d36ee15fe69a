/** A system of one's own, given to runDrills(): what goes wrong with it is told at once, and by its own words. */

import { describe, expect, it } from 'vitest';
import { type Connection, defineSystem } from '../../src/system/system.js';
import { catalogWithSystem, parseDrill, runDrills } from '../built-in.js';
import { freshFolder } from './drill-command.js';

const FILE = `
name: own
topology: { system: own, supervisor: none, nodes: { a: { role: primary }, b: { role: standby } } }
steps: [{ wait: 1s }]
`;

/** A system whose nodes run this JavaScript. */
function ownSystem(script: string, lines: readonly string[] = []) {
  const nobody: Connection = {
    invoke: async () => ({ type: 'fail', error: 'nobody' }),
    close() {},
  };
  const command = [process.execPath, '-e', script, ...lines];
  return defineSystem({
    name: 'own',
    operations: ['read', 'write'],
    program: () => ({ command }),
    connect: () => nobody,
  });
}

async function judged(own: ReturnType<typeof ownSystem>) {
  const catalog = catalogWithSystem(own);
  const drill = parseDrill(FILE, 'own.yaml', { catalog });
  const { runs } = await runDrills({
    drills: [{ file: 'own.yaml', drill }],
    catalog,
    out: freshFolder(),
    environment: process.env,
  });
  return runs[0]!.verdict;
}

describe('a system of one’s own that ends', () => {
  it.each([
    ['at once', "console.error('no config'); process.exit(7)", 'a|b wrote last:\n  no config'],
    ['at once, without an error', '', 'wrote nothing'],
    ['a moment later, once clients call', 'setTimeout(() => process.exit(1), 900)', 'wrote nothing'],
  ])('%s is told of before any patience has run out', async (_, script, last) => {
    const verdict = await judged(ownSystem(script));
    expect(verdict.verdict).toBe('inconclusive');
    const { message = '' } =
      verdict.findings.find(({ expectation }) => expectation === 'drill carried out') ?? {};
    expect(message).toMatch(/^node [ab]: expected it to run, found that it ended while it was starting; /);
    expect(message).toMatch(new RegExp(last));
    // The patience with a topology that is not whole is 30 s.
    expect(verdict.duration_ms).toBeLessThan(15_000);
  });
});
