import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { CATALOG } from '../../src/catalog.js';
import { drillError, notesOf, parseAll } from '../../src/drill/load.js';
import { UsageError } from '../../src/errors.js';
import { catalogWithSystem, decodeDrill, encodeDrill, loadDrill, parseDrill } from '../built-in.js';
import { noopSystem } from '../noop-system.js';
import { EVERYTHING, examples, examplesIn, LEAST } from './examples.js';

const folder = mkdtempSync(join(tmpdir(), 'drill-load-'));
afterAll(() => rmSync(folder, { recursive: true }));

function message(bytes: Uint8Array | string): string {
  try {
    parseDrill(bytes, 'x.yaml');
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return 'valid';
}

describe('loading a drill', () => {
  it.each(examples().map(({ file, text }) => [file, text] as const))('takes %s', (file, text) => {
    expect(parseDrill(text, file).name).toBeTruthy();
  });

  it('fills in the defaults and puts short forms in full', () => {
    const drill = parseDrill(`${LEAST}steps: [{ kill: primary }, { wait: 2s }]\n`, 'x.yaml');
    expect(drill.steps).toEqual([{ kill: { target: 'primary' } }, { wait: { for: 2000 } }]);
    expect(drill.clients).toEqual({ app: { count: 1, rate: 100, timeout: 1000 } });
    expect(drill.topology.supervisor).toEqual({
      members: 3,
      trigger: 'supervisor',
      detect: { heartbeat: { interval: 100, timeout: 400 } },
      quorum: true,
      fencing: { delay: 0, confirm: true },
      lease: 600,
    });
    expect(drill.failback).toBe('none');
  });

  it('expects safety where nothing is said of it, as far as that can be judged, and says so', () => {
    const none = { operator: '==', value: 0, unit: 'count' };
    const silent = parseDrill(LEAST, 'x.yaml');
    expect(silent.expect).toEqual({ double_primaries: none, lost_writes: none });
    expect(notesOf(silent)).toEqual([
      'x.yaml has no `expect`; what is expected of it is `double_primaries: 0` and `lost_writes: 0`',
    ]);
    const counting = parseDrill(`${LEAST}workload: { type: counter }\n`, 'x.yaml');
    expect(counting.expect).toEqual({ double_primaries: none });
    const measuring = parseDrill(`${LEAST}expect: {}\n`, 'x.yaml');
    expect([measuring.expect, notesOf(measuring)]).toEqual([{}, []]);
  });

  it('reads text with a byte order mark and with CRLF alike', () => {
    const plain = parseDrill(EVERYTHING, 'x.yaml');
    expect(parseDrill(Buffer.from(`\ufeff${EVERYTHING}`), 'x.yaml')).toEqual(plain);
    expect(parseDrill(`\ufeff${EVERYTHING}`, 'x.yaml')).toEqual(plain);
    expect(parseDrill(EVERYTHING.replaceAll('\n', '\r\n'), 'x.yaml')).toEqual(plain);
  });

  it('takes anchors and aliases in moderation, and points at what an alias stands for', () => {
    const text =
      'name: x\ntopology: { nodes: { a: &n { role: primary }, b: { tags: &t [site:x] }, c: { tags: *t } } }\n';
    expect(parseDrill(text, 'x.yaml').topology.nodes.c?.tags).toEqual(['site:x']);
    expect(message(text.replace('site:x', 'site'))).toContain('x.yaml:2:62: expected a tag');
  });

  it('refuses a file over 1 MB by its size alone', () => {
    const text = `${LEAST}${'#'.repeat(1_000_000)}\n`;
    expect(message(text)).toBe('x.yaml: expected a drill file of at most 1 MB, found a larger one');
    expect(message(Buffer.from(text))).toContain('at most 1 MB');
  });

  it('names the first byte that is not UTF-8', () => {
    const bytes = Buffer.concat([Buffer.from('name: x\n# caf'), Buffer.from([0xe9, 0x0a])]);
    expect(message(bytes)).toBe('x.yaml:2:6: expected UTF-8, found the byte 0xe9; save the file as UTF-8');
  });

  it('lists ten problems and counts the rest', () => {
    const steps = Array.from({ length: 13 }, () => '  - heal: nothing').join('\n');
    const text = message(`${LEAST}steps:\n${steps}\n`);
    expect(text.match(/x\.yaml:\d+:\d+/g)).toHaveLength(10);
    expect(text).toMatch(/\n\nand 3 more problems$/);
  });

  it('keeps what a terminal would obey out of the text', () => {
    expect(message(`${LEAST}workload: { type: "\u001b[31m\u009b\u202e" }\n`)).not.toMatch(
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there.
      /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/,
    );
  });

  it('says what is wrong with the file itself', async () => {
    await expect(loadDrill(join(folder, 'missing.yaml'), { shownAs: 'missing.yaml' })).rejects.toThrow(
      'missing.yaml: expected a drill file, found no such file; see `drill list`, or write one with `drill init`',
    );
    await expect(loadDrill(folder)).rejects.toBeInstanceOf(UsageError);
    writeFileSync(join(folder, 'large.yaml'), Buffer.alloc(3_000_000, '#'));
    await expect(loadDrill(join(folder, 'large.yaml'))).rejects.toThrow('at most 1 MB');
    writeFileSync(join(folder, 'least.yaml'), LEAST);
    expect((await loadDrill(join(folder, 'least.yaml'))).name).toBe('least');
  });

  it.each([
    ['a pipe', ''],
    ['a device', '/dev/zero'],
    ['a folder', '/etc'],
  ])('refuses %s, which may never end, with its place', async (found, target) => {
    const file = join(folder, `${found}.yaml`);
    if (target === '') execFileSync('mkfifo', [file]);
    else symlinkSync(target, file);
    await expect(loadDrill(file, { shownAs: 'x.yaml' })).rejects.toThrow(
      `x.yaml: expected a drill file of at most 1 MB, found ${found}`,
    );
  });

  it('takes the systems that it is told of', () => {
    const text = LEAST.replace('{ nodes', '{ system: mine, nodes');
    expect(message(text)).toContain('expected a system that is known');
    expect(
      parseDrill(text, 'x.yaml', { catalog: catalogWithSystem({ ...noopSystem, name: 'mine' }) }).topology
        .system,
    ).toBe('mine');
  });
});

describe('a problem that shows later', () => {
  const problem = { path: ['steps', 0, 'kill', 'target'], message: 'not possible here' };

  it('is told with its place where the drill came from a file', () => {
    const drill = parseDrill(`${LEAST}steps:\n  - kill: a\n`, 'x.yaml');
    expect(drillError(drill, [problem]).message).toBe(
      'x.yaml:4:11: not possible here\n  4 |   - kill: a\n    |           ^',
    );
  });

  it('is told with its path where it did not', () => {
    const drill = decodeDrill({ name: 'x', topology: { nodes: { a: {} } }, steps: [{ kill: 'a' }] });
    expect(drillError(drill, [problem]).message).toBe('steps.0.kill.target: not possible here');
  });
});

const files = new Map(examplesIn('../shared/language').map(({ file, text }) => [file, text]));
const skipped = files.size === 0 ? ' (skipped: ../shared/language is not here)' : '';

describe(`the language by example${skipped}`, () => {
  const text = (name: string) => files.get(`../shared/language/${name}`) ?? '';

  it.skipIf(files.size === 0)('has its first drill as a valid one', () => {
    expect(message(text('1-split-brain.yaml'))).toBe('valid');
  });

  // Each of them is refused by name, until it is there.
  const later =
    /^ *- (?:power_loss|during|operator|exec|partition: \{ isolate: "switch|random: .*power_loss)/;
  const lines = text('2-steps.yaml').split('\n');
  /** The file has each step once, in no order that could run: a fault must come first. */
  const withSteps = (steps: readonly string[]) =>
    `name: steps\ntopology: { nodes: { a: { role: primary }, b: {}, c: {} } }\nsteps:\n  - kill: primary\n${steps.join('\n')}\n`;

  it.skipIf(files.size === 0)('has its steps, but for those that are not there yet', () => {
    const steps = lines.filter((line) => /^ {2}- /.test(line) && !later.test(line));
    expect(steps.length).toBeGreaterThan(15);
    expect(message(withSteps(steps))).toBe('valid');
  });

  it.skipIf(files.size === 0).each(lines.filter((line) => later.test(line)))(
    'refuses what is not there yet: %s',
    (line) => {
      expect(message(withSteps([line]))).toMatch(/^x\.yaml:5:\d+: (expected|unknown key) /);
    },
  );

  it.skipIf(files.size === 0).each(['3-cold-passive', '4-active-active', '5-redis-sentinel', '6-your-own'])(
    'says what of %s is not there yet',
    (name) => expect(message(text(`${name}.yaml`))).toMatch(/^x\.yaml:\d+:\d+: (expected|unknown key) /),
  );
});

describe('a matrix', () => {
  const text = `name: cut
matrix: { target: [a, b], mode: [drop, refuse], length: [1s] }
topology: { nodes: { a: { role: primary }, b: {}, c: {} } }
steps:
  - partition: { isolate: "\${target}", mode: "\${mode}", for: "\${length}" }
  - wait: \${length}
`;
  const load = (of: string) => parseAll(of, 'x.yaml', CATALOG);

  it('makes one drill of each combination of its values, which its name has', () => {
    const drills = load(text);
    expect(drills.map(({ name }) => name)).toEqual([
      'cut-a-drop-1s',
      'cut-a-refuse-1s',
      'cut-b-drop-1s',
      'cut-b-refuse-1s',
    ]);
    expect(drills[3]!.steps).toEqual([
      { partition: { isolate: 'b', mode: 'refuse', for: 1000 } },
      { wait: { for: 1000 } },
    ]);
    for (const drill of drills) expect(load(stringify(encodeDrill(drill)))).toEqual([drill]);
    expect(load(LEAST).map(({ name }) => name)).toEqual(['least']);
  });

  it('has values that are right in their places', () => {
    expect(() => load(text.replace('[a, b]', '[a, d]'))).toThrow(/x\.yaml:5:\d+: expected a node or a role/);
    expect(() => load(text.replace('[1s]', '1s'))).toThrow(
      /x\.yaml:2:\d+: expected a list of values for each name: .*, found "1s"/,
    );
    const many = `[${Array.from({ length: 60 }, (_, at) => at).join(', ')}]`;
    expect(() => load(text.replace('[1s]', many))).toThrow(
      /expected at most 100 drills of one file, found 240/,
    );
  });

  it('is more than one drill', () => {
    expect(message(text)).toMatch(/x\.yaml:2:1: expected a file of one drill, found a matrix/);
  });
});
