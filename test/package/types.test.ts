/** The types of the public face stand alone: a strict project needs none of our devDependencies to compile. */
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { consumer, ROOT } from './packed.js';

const USE = `
import {
  type Address, catalogWith, checkHistory, type Connection, defineSystem, type Drill, type Event, judge, loadDrills, parseDrill,
  type ReportedRun, type RoleAnswer, type RunOptions, runDrills, startToxiproxy, type System, UsageError, type Verdict,
} from 'failover-drill';
import { KIT, type Fault, type Plugin } from 'failover-drill';
import { checkHistory as judgeAny } from 'failover-drill/histories';

const own = defineSystem({
  name: 'own',
  operations: ['read'],
  program: ({ name, listen }) => ({ command: ['server', name, String(listen.port)] }),
  connect: (address: Address): Connection => ({
    invoke: async ({ key }, signal) => ({ type: 'fail', error: key + address.host + signal.aborted }),
    close() {},
  }),
  role: async (): Promise<RoleAnswer> => ({ role: 'primary', term: 1 }),
}) satisfies System;

export async function verdicts(environment: RunOptions['environment']): Promise<Verdict[]> {
  const drills = await loadDrills(['split-brain'], '.', catalogWith({ systems: [own] }));
  const { runs }: { runs: ReportedRun[] } = await runDrills({ drills, environment });
  return runs.map((run) => run.verdict);
}
const { z, keys, hardship, defineExpectation, units } = KIT;
const thirsty: Fault = hardship('water', {
  schema: z.strictObject({ ...KIT.ON_NODES, litres: z.int() }),
  value: ({ litres }) => litres,
  text: ({ litres }) => String(litres),
});
const calm = defineExpectation({
  name: 'calm',
  schema: units.countBound,
  needs: ['writes'],
  judge: ({ value }, history) => ({
    checker: 'calm', expectation: 'calm', expected: String(value), actual: String(history.events.length),
    verdict: 'pass', evidence: [], message: '',
  }),
});
export const plugin: Plugin = { faults: [thirsty], expectations: [calm] };
export const extended = catalogWith(plugin);
export const key = keys.selector;
export const any = judgeAny([], { model: 'set' }).verdict;
export const drill: Drill = parseDrill('name: x', 'x.yaml');
export const told = (event: Event): string => event.type;
export const held = checkHistory([], { model: 'register' }).verdict;
export const wrong = (error: unknown): boolean => error instanceof UsageError;
export { judge, startToxiproxy };
`;

const STRICT = {
  target: 'ES2022',
  module: 'NodeNext',
  moduleResolution: 'NodeNext',
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: false,
  noEmit: true,
};

describe('a strict project, without skipLibCheck,', () => {
  let folder = '';
  beforeAll(() => {
    folder = consumer(['@types/node', 'undici-types']);
    writeFileSync(join(folder, 'use.ts'), USE);
  }, 60_000);

  const compiled = (compilerOptions: object) => {
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: { ...STRICT, ...compilerOptions }, files: ['use.ts'] }),
    );
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' });
    return { status, stdout };
  };

  it('compiles with the types of Node', () => {
    expect(compiled({ lib: ['ES2023'], types: ['node'] })).toEqual({ status: 0, stdout: '' });
  });

  it('compiles with those of the browser in their place', () => {
    rmSync(join(folder, 'node_modules/@types'), { recursive: true });
    expect(compiled({ lib: ['ES2023', 'DOM'], types: [] })).toEqual({ status: 0, stdout: '' });
  });

  it('is told of a wrong use', () => {
    writeFileSync(join(folder, 'use.ts'), `${USE}\nexport const no: number = own.name;\n`);
    const { status, stdout } = compiled({ lib: ['ES2023', 'DOM'], types: [] });
    expect(status).not.toBe(0);
    expect(stdout).toContain("Type 'string' is not assignable to type 'number'");
  });
});
