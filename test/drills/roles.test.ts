/** Nodes that tell their role and nothing else, on real processes: who leads beside another is caught all the same. */

import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { httpSystem as httpSpec } from '../../src/drill/http-system.js';
import type { DrillFile } from '../../src/drill/schema.js';
import { httpSystem } from '../../src/system/http.js';
import { defineSystem, type NodeContext } from '../../src/system/system.js';
import { catalogWithSystem, parseDrill, runDrills } from '../built-in.js';
import { freshFolder } from './drill-command.js';
import { IDENTICAL, judgedAgain } from './judged-again.js';

const LEADER = join(import.meta.dirname, 'roles/leader.mjs');

/**
 * What a Compose stack would be told with in the drill file, with programs in place of images. The primary of the file
 * gives way `clings` ms after it heard of another leader; a `modest` one that was started again follows from the first.
 */
function leaders(options: { clings: number; modest?: boolean }) {
  const http = httpSystem(
    httpSpec.parse({
      port: 80,
      role: { request: 'GET /role', primary_when: { json: 'role', equals: 'leader' } },
      write: { request: 'PUT /items/{key}', body: '{value}', fail_on: [503] },
      read: { request: 'GET /items/{key}' },
    }),
  );
  const started = new Set<string>();
  return defineSystem({
    ...http,
    role: http.role!,
    name: 'leaders',
    program({ name, listen, primary, peers, dial }: NodeContext) {
      const again = started.has(name);
      started.add(name);
      const leads = name === primary && !(again && options.modest);
      const peer = dial(peers[0]!);
      const setting = { ...listen, peer, leads, clings: name === primary ? options.clings : null };
      return { command: [process.execPath, LEADER, JSON.stringify(setting)] };
    },
  });
}

/** Runs a drill of two leaders, and has its history judged once more. */
async function run(system: ReturnType<typeof leaders>, steps: NonNullable<DrillFile['steps']>) {
  const file: DrillFile = {
    name: 'leaders',
    topology: {
      system: 'leaders',
      supervisor: 'none',
      nodes: { a: { role: 'primary' }, b: { role: 'standby' } },
    },
    clients: { app: { count: 2, rate: '50/s' } },
    steps,
    expect: { double_primaries: 0, failovers: 1 },
  };
  const out = freshFolder();
  const catalog = catalogWithSystem(system);
  const { runs } = await runDrills({
    drills: [
      {
        file: 'leaders.yaml',
        drill: parseDrill(JSON.stringify(file), 'leaders.yaml', { catalog }),
      },
    ],
    catalog,
    environment: process.env,
    out,
  });
  expect(judgedAgain(join(out, 'leaders/1')).beside).toEqual(IDENTICAL);
  const { verdict } = runs[0]!;
  const of = (expectation: string) => verdict.findings.find((finding) => finding.expectation === expectation);
  expect(of('faults take effect')?.verdict).toBe('pass');
  expect(of('drill carried out')?.verdict).toBe('pass');
  return { verdict, double: of('double_primaries'), failovers: of('failovers') };
}

describe('where nodes tell their role alone', () => {
  it('a leader that goes on until the heal, beside its successor, is caught', async () => {
    const { double, failovers } = await run(leaders({ clings: 0 }), [
      { partition: { groups: [['a'], ['b']] } },
      { wait: '1500ms' },
      { heal: 'all' },
      { wait: '500ms' },
    ]);
    expect(double).toMatchObject({ verdict: 'fail', actual: '1' });
    const ms = Number(/a and b were both primary for (\d+\.\d) ms/.exec(double?.message ?? '')?.[1]);
    expect(ms).toBeGreaterThan(500);
    expect(failovers).toMatchObject({ verdict: 'pass', actual: '1' });
  });

  it('a killed leader that comes back and leads beside its successor is caught', async () => {
    const { double } = await run(leaders({ clings: 500 }), [
      { kill: 'a' },
      { wait: '700ms' },
      { restart: 'a' },
      { wait: '1s' },
    ]);
    expect(double).toMatchObject({ verdict: 'fail', actual: '1' });
  });

  it('a killed leader that comes back and follows is a failover as it should be', async () => {
    const { verdict, double, failovers } = await run(leaders({ clings: 0, modest: true }), [
      { kill: 'primary' },
      { wait: 'recovered' },
      { restart: 'killed' },
      { wait: 'in-sync' },
    ]);
    expect(double).toMatchObject({ verdict: 'pass', actual: '0' });
    expect(failovers).toMatchObject({ verdict: 'pass', actual: '1' });
    expect(verdict.verdict).toBe('pass');
  });
});
