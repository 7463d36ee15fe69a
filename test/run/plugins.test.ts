import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { CATALOG } from '../../src/catalog.js';
import { drillError } from '../../src/drill/load.js';
import { missingNeeds } from '../../src/drill/needs.js';
import { kill } from '../../src/fault/kill.js';
import { loadDrills } from '../../src/run/load-drills.js';
import { extended, withPluginFiles } from '../../src/run/plugins.js';
import { runDrills } from '../../src/run/run-drills.js';
import { referenceSystem } from '../../src/system/reference.js';
import { parseDrill } from '../built-in.js';

const folder = mkdtempSync(join(tmpdir(), 'drill-plugins-'));
afterAll(() => rmSync(folder, { recursive: true }));

const LEAST = 'name: x\ntopology: { nodes: { a: { role: primary }, b: {} } }\n';

let count = 0;
/** The error of loading a module with this text. */
async function refusal(text: string, name = `plugin-${++count}.mjs`): Promise<string> {
  writeFileSync(join(folder, name), text);
  return withPluginFiles(CATALOG, [name], folder, 'x.yaml').then(
    () => expect.fail('it was taken'),
    (error: Error) => error.message,
  );
}

describe('a plug-in', () => {
  it.each([
    ['export const faults = [];', 'expected a default export with one or more of `faults`, `scenarios`'],
    ['export default {};', 'expected a default export with one or more of'],
    ['export default { faults: [{}] };', 'expected a default export with one or more of'],
    ['export default { nodes: [] };', 'expected a default export with one or more of'],
    ['export default () => 7;', 'expected a default export with one or more of'],
    ['throw new Error("no such luck");', 'expected a module that loads, found no such luck'],
    ['export default {', 'expected a module that loads, found '],
    [
      'export default () => ({ faults: [{ name: "own" }] });',
      'expected `schema` of "own" to be a schema, found nothing',
    ],
    [
      'export default { expectations: [{ name: "own", schema: {}, needs: ["magic"] }] };',
      'expected `needs` of "own" to be a list of some of `fault`, `failback`',
    ],
    [
      'export default { systems: [{ name: "own", operations: "read" }] };',
      'expected `operations` of "own" to be a list of texts, found "read"',
    ],
    ['export default { faults: [{ name: "__proto__" }] };', 'expected a name of lower-case letters'],
    ['export default async () => ({});', 'that gives that at once, found a promise'],
    ['export default { fault: [] };', 'found {"fault":[]}'],
    [
      'export default ({ faults }) => ({ faults: [{ ...faults.kill, name: "kill-process" }] });',
      'that is not taken, found "kill-process"',
    ],
    ['export default ({ faults }) => ({ faults: [faults.kill] });', 'that is not taken, found "kill"'],
    [
      'export default ({ faults }) => ({ faults: [{ ...faults.kill, name: "flap" }] });',
      'that is not taken, found "flap"',
    ],
    [
      'export default ({ faults }) => ({ faults: [{ ...faults.kill, name: "wait" }] });',
      'that is not taken, found "wait"',
    ],
    [
      'export default { systems: [{ name: "reference", operations: [], program() {}, connect() {} }] };',
      'that is not taken, found "reference"',
    ],
  ])('%s is refused: %s', async (text, message) => {
    const told = await refusal(text);
    expect(told).toContain(message);
    expect(told).toMatch(/^x\.yaml: plug-in plugin-\d+\.mjs: /);
  });

  it('that is not there is refused', async () => {
    await expect(withPluginFiles(CATALOG, ['none.mjs'], folder, 'x.yaml')).rejects.toThrow(
      /x\.yaml: plug-in none\.mjs: expected a file, found none at .*none\.mjs; correct the path/,
    );
  });

  it('in TypeScript is taken by a Node that strips types, and refused by name by others', async () => {
    const text =
      'export default { workloads: [{ name: "typed" as string, about: "", operations() {}, generator() {} }] };';
    const strips = 'typescript' in process.features && Boolean(process.features.typescript);
    writeFileSync(join(folder, 'typed.ts'), text);
    const loading = withPluginFiles(CATALOG, ['typed.ts'], folder, 'x.yaml').then(
      ({ workloads }) => Object.keys(workloads).at(-1),
      (error: Error) => error.message,
    );
    expect(await loading).toMatch(
      strips ? /^typed$/ : /found TypeScript, and Node .*, which does not; use Node/,
    );
  });

  it('is loaded once, whoever names it, and belongs to the drills that name it alone', async () => {
    writeFileSync(
      join(folder, 'own.mjs'),
      'export default ({ faults }) => ({ faults: [{ ...faults.kill, name: "own" }] });',
    );
    writeFileSync(join(folder, 'with.yaml'), `plugins: [own.mjs, ./own.mjs]\n${LEAST}`);
    writeFileSync(join(folder, 'without.yaml'), LEAST);
    const drills = await loadDrills(['with.yaml', 'without.yaml'], folder, CATALOG, {});
    const known = drills.map(({ catalog }) => Object.keys(catalog?.faults ?? {}).includes('own'));
    expect(known).toEqual([true, false]);
    expect(drills[0]?.catalog?.files).toEqual([join(folder, 'own.mjs')]);
    expect(drills[0]?.drill.plugins).toEqual([join(folder, 'own.mjs'), join(folder, 'own.mjs')]);
    expect(CATALOG.files).toEqual([]);
  });
});

describe('parts that were given as values', () => {
  const magic = {
    ...kill,
    name: 'vanish',
    schema: z.strictObject({ target: z.string() }),
    needs: () => ['magic'],
  };
  const catalog = extended(CATALOG, { faults: [magic] });
  const drill = parseDrill(`${LEAST}steps: [{ vanish: { target: a } }]`, 'x.yaml', { catalog });

  it('are known by the catalog that has them, and by no other', () => {
    expect(drill.steps).toEqual([{ vanish: { target: 'a' } }]);
    expect(() => parseDrill(`${LEAST}steps: [{ vanish: a }]`, 'x.yaml')).toThrow('unknown key "vanish"');
  });

  it('are refused where their schema does not lead back to the file', () => {
    const schema = z.strictObject({ target: z.string() }).transform((options) => options);
    const own = extended(CATALOG, { faults: [{ ...magic, schema }] });
    expect(() =>
      parseDrill(`${LEAST}steps: [{ vanish: { target: a } }]`, 'x.yaml', { catalog: own }),
    ).toThrow(/a part's schema cannot be written back: .*; use a codec of zod/);
  });

  it('are refused by name where the runtime lacks what they need', () => {
    const { capabilities } = CATALOG.runtimes.process;
    const problems = missingNeeds(drill, catalog, [...capabilities], 'the runtime process');
    expect(drillError(drill, problems).message).toMatch(
      /^x\.yaml:3:11: expected a runtime that can do `magic`, found the runtime process, which offers `kill`/,
    );
  });

  it.each([
    [
      'expect: { double_primaries: 0 }',
      "`double_primaries` is seen by the nodes' roles, which the system does not tell",
    ],
    [
      'steps: [{ kill: a }]\nexpect: { detect: <= 1s }',
      '`detect` is measured by the declaration of the failure',
    ],
    ['steps: [{ kill: a }, { wait: detected }]', '`wait: detected` would wait in vain'],
    ['steps: [{ switchover: { to: b } }]', 'the system is not told how a switchover is asked for'],
    ['failback: { to: a }', 'nobody would see the failback'],
    [
      'workload: { type: cas }',
      'a workload of what `quiet` can be asked for: `read` and `write`, found "cas"',
    ],
  ])('%s asks too much of a system that tells nothing', (asked, message) => {
    const { role, eventOf, switchover, ...rest } = referenceSystem;
    const quiet = { ...rest, name: 'quiet', operations: ['read', 'write'] as const };
    const own = extended(CATALOG, { systems: [quiet] });
    const text = (name: string) => `${LEAST.replace('{ nodes', `{ system: ${name}, nodes`)}${asked}\n`;
    expect(() => parseDrill(text('quiet'), 'x.yaml', { catalog: own })).toThrow(message);
    expect(parseDrill(text('reference'), 'x.yaml', { catalog: own }).name).toBe('x');
  });

  it('stay nowhere: what is kept lives in a process of its own', async () => {
    const plain = parseDrill(LEAST, 'x.yaml', { catalog });
    await expect(
      runDrills({ catalog, drills: [{ file: 'x.yaml', drill: plain }], keep: true, environment: {} }),
    ).rejects.toThrow('expected parts of our own or of plug-in files, where a topology may stay');
  });
});
