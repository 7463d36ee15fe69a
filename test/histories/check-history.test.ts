import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { checkFile, checkHistory } from '../../src/histories/check-history.js';
import { haveRecorded, RECORDED } from '../checker/recorded.js';

const LINEARIZABLE = new Set([
  '002',
  '005',
  '007',
  '018',
  '025',
  '031',
  '038',
  '045',
  '048',
  '049',
  'c01-ok',
  'c10-ok',
]);

const names = haveRecorded
  ? ['etcd', 'kv'].flatMap((folder) => readdirSync(join(RECORDED, folder)).map((name) => join(folder, name)))
  : [];

describe.skipIf(!haveRecorded)(
  'recorded histories (skipped where they do not lie beside the checkout)',
  () => {
    it.each(names)('%s has the verdict that is known', async (name) => {
      const number = /etcd_(\d+)|(c\d+-\w+)/.exec(name)!;
      // What is known is known of compare-and-sets that fail where the value was another one.
      const result = await checkFile(join(RECORDED, name), {
        clock: systemClock,
        timeoutMs: 20_000,
        failedCas: 'mismatch',
      });
      expect(result.verdict).toBe(LINEARIZABLE.has(number[1] ?? number[2]!) ? 'ok' : 'illegal');
      expect(result.counterexample === null).toBe(result.verdict === 'ok');
    });
  },
);

const write = (process: number, value: number, time: number) => [
  { process, type: 'invoke', f: 'write', key: 'k', value, time },
  { process, type: 'ok', f: 'write', key: 'k', value, time: time + 1_500_000 },
];
const read = (process: number, value: number | null, time: number) => [
  { process, type: 'invoke', f: 'read', key: 'k', value: null, time },
  { process, type: 'ok', f: 'read', key: 'k', value, time: time + 1_000_000 },
];

describe('checkHistory', () => {
  it('accepts a history of a register that works', () => {
    const result = checkHistory([...write(0, 1, 0), ...read(1, 1, 2_000_000)]);
    expect(result).toMatchObject({
      verdict: 'ok',
      model: 'register',
      operations: 2,
      keys: 1,
      counterexample: null,
    });
    expect(result.text).toBe(
      'register holds: 2 operations on 1 key, decided by zones (Gibbons and Korach)\n',
    );
  });

  it('shows the smallest contradiction, drawn and as data', () => {
    const history = [
      ...write(0, 1, 0),
      ...read(1, 1, 2_000_000),
      ...write(0, 2, 4_000_000),
      ...read(1, 2, 6_000_000),
      ...read(2, 1, 8_000_000),
    ];
    const result = checkHistory(history, { model: 'register' });
    expect(result.text.split('\n').map((line) => line.trim().replace(/\| +/g, '|  '))).toEqual([
      'register does not hold: 5 operations on 1 key, decided by zones (Gibbons and Korach)',
      'key "k": the register must have held 1 and 2 at once',
      'process 0  write 1    |===|  0.000 .. 1.500 ms, events 0 and 1',
      'process 0  write 2            |===|  4.000 .. 5.500 ms, events 4 and 5',
      'process 2  read -> 1                  |===|  8.000 .. 9.000 ms, events 8 and 9',
      '',
    ]);
    expect(result.counterexample).toMatchObject({
      key: 'k',
      minimal: true,
      omitted: 0,
      operations: [
        { f: 'write', value: 1, invoked: 0, completed: 1, start_ms: 0, end_ms: 1.5 },
        { f: 'write', value: 2 },
        { f: 'read', value: 1, process: 2 },
      ],
    });
  });

  it('names every key that does not hold or was not decided, and shows the smallest first', () => {
    const call = (process: number, f: string, key: string, value: number) => [
      { process, type: 'invoke', f, key, value: f === 'read' ? null : value },
      { process, type: 'ok', f, key, value },
    ];
    const stale = (key: string) => [
      ...call(0, 'write', key, 1),
      ...call(0, 'write', key, 2),
      ...call(1, 'read', key, 1),
    ];
    const phantom = call(1, 'read', '3', 9);
    const history = [...stale('a'), ...stale('b'), ...call(0, 'write', 'good', 1), ...phantom];
    const found = checkHistory(history, { model: 'register' });
    expect(found.failing.map(({ key, verdict }) => [key, verdict])).toEqual([
      ['3', 'illegal'],
      ['a', 'illegal'],
      ['b', 'illegal'],
    ]);
    expect(found.text).toContain('key 3: 9 was read, but never written');
    expect(found.text).toContain('also does not hold: key "a": 2 was there only while');
    expect(found.text).toContain('also does not hold: key "b": ');
    expect(found.text).not.toContain('good');
    expect(found.reason).toBe(found.failing[0]!.reason);
    expect(found.counterexample).toBe(found.failing[0]!.counterexample);
    // A process that reads its own write of 1 again after 2, and a key whose versions cannot be told apart.
    const own = [...stale('a').map((event) => ({ ...event, process: 0 })), ...stale('b'), ...stale('b')];
    const sessions = checkHistory(own, { model: 'read-your-writes' });
    expect(sessions.failing.map(({ key, verdict }) => [key, verdict])).toEqual([
      ['a', 'illegal'],
      ['b', 'unknown'],
    ]);
    expect(sessions.text).toContain('  was not decided: key "b": a value was written twice');
  });

  it('names the other keys of many that fail', () => {
    const history = Array.from({ length: 100 }, (_, key) =>
      read(1, 7, key * 2_000_000).map((event) => ({ ...event, key: `${key}` })),
    ).flat();
    const { failing, text } = checkHistory(history);
    expect(failing.length).toBe(100);
    for (let key = 0; key < 100; key++) expect(text).toMatch(new RegExp(`(key|,) ${key}\\b`));
    expect(text.split('\n').length).toBeLessThan(20);
  });

  it('marks what is shown for its values alone', () => {
    const taken = (process: number) => [
      { process, type: 'invoke', f: 'dequeue', value: null },
      { process, type: 'ok', f: 'dequeue', value: 1 },
    ];
    const history = [{ process: 0, type: 'invoke', f: 'enqueue', value: 1 }, ...taken(1), ...taken(2)];
    const result = checkHistory(history, { model: 'fifo-queue' });
    const shown = result.counterexample!.operations;
    expect(shown.map(({ f, context }) => [f, context])).toEqual([
      ['enqueue', true],
      ['dequeue', false],
      ['dequeue', false],
    ]);
    expect(result.text.match(/\(context\)$/gm)).toHaveLength(1);
    expect(result.text).toContain('event 0 (context)');
  });

  it.each([
    [
      'append',
      [1, 2, 3],
      [
        [1, 2, 3],
        [1, 3],
      ],
      '2 is missing from a read that has 3',
    ],
    ['append', [1, 2, 3], [[1, 3]], '2 was appended, and is missing from reads that began after that'],
    [
      'append',
      [1, 2, 3],
      [[1, 2, 3], [1]],
      '2 and 3 are missing from a read that began after that had been appended',
    ],
    [
      'append',
      [1, 2],
      [
        [1, 2],
        [2, 1],
      ],
      'one read has 1 before 2, another one has 2 first',
    ],
    ['append', ['x 4 5 y'], ['x 4 5 yx 4 5 y'], '"x 4 5 y" was read twice in one read'],
    ['append', [1], [[1, 9]], '9 was read, but never appended'],
    ['set', [1, 2, 3], [[1]], '2 and 3 were added and acknowledged, and are missing from the last read'],
    ['set', [1, 2], [[1], [1, 2]], '2 is missing from a read that began after it was added and acknowledged'],
    ['set', [1], [[1, 8, 9]], '8 and 9 were read, but never added'],
  ])('names what is wrong in a list: %s of %j read as %j', (model, values, reads, reason) => {
    const call = (process: number, f: string, value: unknown, result: unknown) => [
      { process, type: 'invoke', f, key: 'k', value },
      { process, type: 'ok', f, key: 'k', value: result },
    ];
    const put = model === 'set' ? 'add' : 'append';
    const history = [
      ...values.flatMap((value) => call(0, put, value, value)),
      ...reads.flatMap((value) => call(1, 'read', null, value)),
    ];
    const result = checkHistory(history as Parameters<typeof checkHistory>[0], { model });
    expect(result.reason).toBe(reason);
  });

  it('takes a model as a pure step function', () => {
    const stack = {
      name: 'stack',
      initial: [] as number[],
      step: (state: number[], { f, value }: { f: string; value: unknown }) => {
        if (f === 'push') return [...state, value as number];
        return state.at(-1) === value ? state.slice(0, -1) : undefined;
      },
    };
    const call = (process: number, f: string, value: number) => [
      { process, type: 'invoke', f, value: f === 'pop' ? null : value },
      { process, type: 'ok', f, value },
    ];
    const good = [...call(0, 'push', 1), ...call(1, 'push', 2), ...call(0, 'pop', 2), ...call(1, 'pop', 1)];
    const bad = [...call(0, 'push', 1), ...call(1, 'push', 2), ...call(0, 'pop', 1)];
    // The judge hands states back as it got them.
    const model = stack as unknown as import('../../src/histories/check-history.js').StepModel;
    expect(checkHistory(good, { model }).verdict).toBe('ok');
    const result = checkHistory(bad, { model });
    expect(result.verdict).toBe('illegal');
    expect(result.counterexample?.operations.at(-1)).toMatchObject({ f: 'pop', value: 1 });
  });

  it('says unknown where the budget is spent, never ok', () => {
    const history = Array.from({ length: 12 }, (_, process) => ({
      process,
      type: 'invoke',
      f: 'cas',
      key: 'k',
      value: [process % 3, (process + 1) % 3],
    }));
    const reads = Array.from({ length: 40 }, (_, at) =>
      read(20, at % 3, 0).map(({ time: _time, ...event }) => event),
    ).flat();
    const result = checkHistory([...history, ...reads], { steps: 1 });
    expect(result.verdict).not.toBe('ok');
    expect(checkHistory([]).verdict).toBe('unknown');
  });

  it('takes what registers hold at first', () => {
    expect(checkHistory(read(0, 7, 0), { initial: 7 }).verdict).toBe('ok');
    expect(checkHistory(read(0, 7, 0)).verdict).toBe('illegal');
    expect(checkHistory(read(0, null, 0), { initial: 7 }).verdict).toBe('illegal');
  });

  it('lets a cas that failed without an error say nothing, and tells where the verdict hangs on it', () => {
    const cas = (error?: string) => [
      { process: 1, type: 'invoke', f: 'cas', key: 'k', value: [1, 2] },
      { process: 1, type: 'fail', f: 'cas', key: 'k', value: [1, 2], ...(error ? { error } : {}) },
    ];
    const held = checkHistory([...write(0, 1, 0), ...cas()]);
    expect(held).toMatchObject({ verdict: 'ok', notes: [expect.stringContaining('--failed-cas mismatch')] });
    expect(held.text).toContain('  note: 1 cas failed without an error');
    const other = checkHistory([...write(0, 1, 0), ...cas()], { failedCas: 'mismatch' });
    expect(other).toMatchObject({ verdict: 'illegal', notes: [expect.stringContaining('it holds')] });
    // Nothing hangs on it where it says why, or where the history does not hold by itself.
    expect(checkHistory([...write(0, 1, 0), ...cas('mismatch')])).toMatchObject({
      verdict: 'illegal',
      notes: [],
    });
    expect(checkHistory([...write(0, 1, 0), ...cas('busy')])).toMatchObject({ verdict: 'ok', notes: [] });
    expect(checkHistory([...write(0, 2, 0), ...cas()])).toMatchObject({ verdict: 'ok', notes: [] });
    expect(checkHistory([...write(0, 1, 0), ...cas(), ...read(2, 7, 9)])).toMatchObject({
      verdict: 'illegal',
      notes: [],
    });
  });

  it('takes the order of the events for that of time, and says where milliseconds are inexact', () => {
    const back = [...write(0, 1, 5_000_000), ...read(1, 1, 0)];
    expect(checkHistory(back)).toMatchObject({ verdict: 'ok', notes: [] });
    const { notes } = checkHistory(back, { model: 'stale-reads' });
    expect(notes).toEqual([expect.stringContaining('times go back by up to 6.500 ms')]);
    expect(checkHistory([...write(0, 1, 0), ...read(1, 1, 9e6)], { model: 'stale-reads' }).notes).toEqual([]);
  });

  it('gives texts of digits to a step function as they are', () => {
    const seen: unknown[] = [];
    const model = {
      name: 'log',
      initial: 0,
      step: (state: number, { value }: { value: unknown }) => {
        seen.push(value);
        return state;
      },
    };
    const id = '1700000000000000001';
    checkHistory([{ process: 0, type: 'invoke', f: 'put', value: [id, { id } as never] }], {
      model: model as unknown as import('../../src/histories/check-history.js').StepModel,
    });
    checkHistory(
      [{ process: 'a', type: 'ok', f: 'put', value: id }].flatMap((ok) => [{ ...ok, type: 'invoke' }, ok]),
      {
        model: model as unknown as import('../../src/histories/check-history.js').StepModel,
      },
    );
    expect(seen).toContain(id);
    expect(seen.every((value) => !JSON.stringify(value).includes('\\'))).toBe(true);
  });

  it('refuses what no model is for, unknown models, and operations that a model does not know', () => {
    const strange = [{ process: 0, type: 'invoke', f: 'fly', value: 1 }];
    expect(() => checkHistory(strange)).toThrow(
      /model: expected one of register, .*, found operations that no model is for: fly/,
    );
    expect(() => checkHistory(strange, { model: 'plane' })).toThrow(/found "plane"/);
    expect(() => checkHistory(strange, { model: 'constructor' })).toThrow(/found "constructor"/);
    expect(() => checkHistory(strange, { model: 'register' })).toThrow(
      /model register: expected operations among read, write, cas, found "fly"/,
    );
  });

  it('refuses a history that is not well-formed', () => {
    expect(() => checkHistory([write(0, 1, 0)[1]!])).toThrow(/event 0: expected an invocation of process 0/);
  });
});
