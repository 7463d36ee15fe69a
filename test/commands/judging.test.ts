import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { check, MODELS } from '../../src/commands/check.js';
import type { Command, Io } from '../../src/commands/command.js';
import { report } from '../../src/commands/report.js';
import { MODEL_NAMES } from '../../src/histories/check-history.js';

const folder = mkdtempSync(join(tmpdir(), 'drill-judging-'));
afterAll(() => rmSync(folder, { recursive: true }));
const HISTORIES = resolve(import.meta.dirname, '../../fixtures/histories');

async function run<Args>(command: Command<Args>, args: Args): Promise<{ code: number; text: string }> {
  let text = '';
  const io: Io = {
    stdout: (piece) => {
      text += piece;
    },
    stderr: () => {},
    env: {},
    cwd: folder,
    color: false,
    interactive: false,
    columns: () => 120,
    rows: () => 40,
    signal: new AbortController().signal,
  };
  return { code: await command.handler(args, io), text };
}

const checked = (path: string, more: object = {}) =>
  run(check, { paths: [path], format: 'auto', timeout: '10s', ...more } as Parameters<
    typeof check.handler
  >[0]);

function history(name: string, lines: readonly object[]): string {
  writeFileSync(join(folder, name), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return name;
}
const operation = (process: number, f: string, value: unknown, result: unknown = value) => [
  { process, type: 'invoke', f, key: 'k', value },
  { process, type: 'ok', f, key: 'k', value: result },
];

/** A run folder made of one of the recorded histories. */
function runFolder(name: string): string {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  copyFileSync(join(HISTORIES, `${name}.jsonl`), join(path, 'history.jsonl'));
  return path;
}

it('the models that the help names are those that there are', () => {
  expect([...MODELS].sort()).toEqual(Object.keys(MODEL_NAMES).sort());
});

describe('drill check on a bare history', () => {
  it('exits with 0 where it holds and names the model and the algorithm', async () => {
    const file = history('good.jsonl', [...operation(0, 'write', 1), ...operation(1, 'read', null, 1)]);
    const { code, text } = await checked(file);
    expect(code).toBe(0);
    expect(text).toMatch(/good\.jsonl \(jsonl\): register holds: 2 operations on 1 key, decided by zones/);
  });

  it('exits with 1 where it does not, and draws the operations that show it', async () => {
    const file = history('bad.jsonl', [
      ...operation(0, 'write', 1),
      ...operation(0, 'write', 2),
      ...operation(1, 'read', null, 1),
    ]);
    const { code, text } = await checked(file);
    expect(code).toBe(1);
    expect(text).toMatch(/read -> 1 +\|=*\|/);
  });

  it('prints one line of JSON with every key that fails, where it is asked to', async () => {
    const keyed = (key: string, events: readonly object[]) => events.map((event) => ({ ...event, key }));
    const stale = [
      ...operation(0, 'write', 1),
      ...operation(0, 'write', 2),
      ...operation(1, 'read', null, 1),
    ];
    const file = history('json.jsonl', [
      ...keyed('a', stale),
      ...keyed('b', operation(1, 'read', null, 7)),
      ...keyed('c', operation(1, 'write', 7)),
    ]);
    const { code, text } = await checked(file, { json: true });
    expect(code).toBe(1);
    expect(text.split('\n')).toHaveLength(2);
    const result = JSON.parse(text);
    expect(Object.keys(result)).toEqual([
      'file',
      'format',
      'model',
      'verdict',
      'algorithm',
      'operation_count',
      'key_count',
      'figures',
      'keys',
      'notes',
      'message',
    ]);
    expect(result).toMatchObject({ format: 'jsonl', model: 'register', verdict: 'illegal', key_count: 3 });
    expect(result.keys).toMatchObject([
      { key: 'b', verdict: 'illegal', reason: '7 was read, but never written', operations: [{ f: 'read' }] },
      { key: 'a', verdict: 'illegal', minimal: true, omitted: 0 },
    ]);
    expect(result.keys[1].operations[2]).toEqual({
      process: 1,
      f: 'read',
      key: 'a',
      value: 1,
      type: 'ok',
      start_ms: null,
      end_ms: null,
      invoked: 4,
      completed: 5,
      context: false,
    });
    expect(result.message).toContain('key "b": 7 was read');
  });

  it('takes a history for ours by its first event, not by an index and a time', async () => {
    const events = [...operation(0, 'write', 1), ...operation(1, 'read', null, 1)];
    const file = history(
      'stamped.jsonl',
      events.map((event, index) => ({ index, time: index, ...event })),
    );
    const { code, text } = await checked(file);
    expect(text).toContain('stamped.jsonl (jsonl): register holds');
    expect(code).toBe(0);
  });

  it('exits with 3 where nobody can say', async () => {
    const file = history('idle.jsonl', [{ process: 'nemesis', type: 'info', f: 'start', value: null }]);
    expect((await checked(file, { format: 'jsonl' })).code).toBe(3);
  });

  it('judges by another model when it is asked to', async () => {
    const file = history('session.jsonl', [...operation(0, 'write', 1), ...operation(1, 'read', null, null)]);
    expect((await checked(file)).code).toBe(1);
    expect((await checked(file, { model: 'sequential' })).code).toBe(0);
  });

  it.each([
    ['register', 'write', 'read', 1],
    // What came out twice is not what went in beside it.
    ['queue', 'enqueue', 'dequeue', 1],
    ['counter', 'add', 'read', 3],
    ['bank', 'transfer', 'read', 3],
  ])('takes whole numbers past 2^53 for what they are: %s', async (model, put, get, code) => {
    const events = [
      ...operation(0, put, 1),
      ...operation(0, put, 2),
      ...operation(1, get, null, 1),
      ...operation(1, get, null, 1),
    ];
    const lines = events.map((event) =>
      JSON.stringify(event).replace(/"value":(\d)/, '"value":170000000000000000$1'),
    );
    writeFileSync(join(folder, 'big.jsonl'), lines.join('\n'));
    expect((await checked('big.jsonl', { model })).code).toBe(code);
  });

  it('refuses a file that is none, with its place', async () => {
    writeFileSync(join(folder, 'none.jsonl'), '{"process":0,"type":"invoke","f":"read"\n');
    await expect(checked('none.jsonl', { format: 'jsonl' })).rejects.toThrow(/none\.jsonl:1/);
    await expect(checked('nowhere.jsonl')).rejects.toThrow(/nowhere\.jsonl/);
  });
});

describe('drill check on a run', () => {
  const expected: Record<string, number> = { 'split-brain': 0, 'unseen-fault': 3 };

  it.each(readdirSync(HISTORIES).filter((name) => name.endsWith('.jsonl')))('%s', async (file) => {
    const name = file.replace('.jsonl', '');
    expect((await checked(runFolder(name))).code).toBe(expected[name] ?? 1);
  });
});

describe('drill check on a run, asked for JSON', () => {
  it('prints its verdict', async () => {
    const { code, text } = await checked(runFolder('no-fencing'), { json: true });
    expect(code).toBe(1);
    expect(JSON.parse(text)).toMatchObject({ verdict: 'fail' });
  });
});

describe('drill check on a run folder, asked for one model', () => {
  it('judges its history by it', async () => {
    const { code, text } = await checked(runFolder('no-fencing'), { model: 'register' });
    expect(text).toMatch(/history\.jsonl \(jsonl\): register does not hold/);
    expect(code).toBe(1);
    const held = await checked(runFolder('unseen-fault'), { format: 'jsonl' });
    expect(held.text).toMatch(/history\.jsonl \(jsonl\): register holds/);
    expect(held.code).toBe(0);
  });

  it('refuses a format that its history is not of', async () => {
    await expect(checked(runFolder('no-fencing'), { format: 'edn' })).rejects.toThrow(
      /--format: expected auto or jsonl for a run folder, .* found "edn"/,
    );
  });
});

describe('drill report', () => {
  it.each(['text', 'json', 'markdown', 'junit'] as const)('tells a run as %s', async (format) => {
    const { code, text } = await run(report, { folder: runFolder('no-fencing'), format });
    expect(code).toBe(0);
    expect(text).toContain('linearizable');
  });

  it('writes the page of each execution, and that of all', async () => {
    const out = mkdtempSync(join(folder, 'out-'));
    for (const [at, name] of ['no-fencing', 'split-brain'].entries()) {
      mkdirSync(join(out, name, '1'), { recursive: true });
      copyFileSync(
        join(HISTORIES, ['no-fencing.jsonl', 'split-brain.jsonl'][at]!),
        join(out, name, '1', 'history.jsonl'),
      );
    }
    const { code, text } = await run(report, { folder: out, format: 'text', html: true });
    expect(code).toBe(0);
    expect(text).toBe(`${join(out, 'report.html')}\n`);
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain('href="./no-fencing/1/report.html"');
    expect(readFileSync(join(out, 'no-fencing', '1', 'report.html'), 'utf8')).toContain('>FAIL</p>');
    const one = await run(report, { folder: join(out, 'split-brain', '1'), format: 'text', html: true });
    expect(one.text).toBe(`${join(out, 'split-brain', '1', 'report.html')}\n`);
  });

  it("gives the history in Jepsen's EDN, which says the same when it is checked", async () => {
    const { text } = await run(report, { folder: runFolder('split-brain'), format: 'edn' });
    writeFileSync(join(folder, 'split-brain.edn'), text);
    const { code, text: verdict } = await checked('split-brain.edn');
    expect(verdict).toContain('(edn): register holds');
    expect(code).toBe(0);
  });
});
