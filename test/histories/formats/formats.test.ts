import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { untoldFailures, withoutUntold } from '../../../src/histories/formats/failure.js';
import { tableFromEvents } from '../../../src/histories/formats/from-events.js';
import { fileBytes, historyBytes } from '../../../src/histories/formats/input.js';
import {
  functionAt,
  NEVER,
  type OperationTable,
  processAt,
  valueAt,
} from '../../../src/histories/formats/operation-table.js';
import { detectFormat, type Format, readHistory } from '../../../src/histories/formats/read-file.js';
import type { Value } from '../../../src/history/event.js';
import { integer, pick, seeded } from '../../../src/random.js';

const folder = mkdtempSync(join(tmpdir(), 'formats-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function readFile(path: string, format: Format | 'auto' = 'auto') {
  return (await readHistory(path, historyBytes(path, fileBytes(path)), format, () => true))!;
}

async function read(text: string, format: Format | 'auto' = 'auto') {
  const path = join(folder, 'history');
  writeFileSync(path, text);
  const found = await readFile(path, format);
  return { ...found, operations: plainOperations(found.table) };
}

/** What the table holds, as plain text: `0 cas k [1,2] ok 0-3`. */
function plainOperations(table: OperationTable): string[] {
  return Array.from({ length: table.count }, (_, row) => {
    const value: Value | undefined = valueAt(table, table.value[row]!);
    const shown = functionAt(table, row) === 'cas' ? [value, valueAt(table, table.to[row]!)] : value;
    const end = table.end[row] === NEVER ? '' : table.end[row];
    const type = ['ok', 'fail', 'info'][table.type[row]!];
    return `${processAt(table, row)} ${functionAt(table, row)} ${table.keys[table.key[row]!]} ${JSON.stringify(shown)} ${type} ${table.start[row]}-${end}`;
  });
}

async function messageOf(text: string, format: Format | 'auto' = 'auto'): Promise<string> {
  return read(text, format).then(
    () => 'no error',
    (error: Error) => `${error.name} ${error.message.replace(folder, '')}`,
  );
}

const JSONL = [
  '{"process":0,"type":"invoke","f":"write","key":"k","value":1,"time":100}',
  '{"process":1,"type":"invoke","f":"read","key":"k","value":null,"time":110}',
  '{"process":0,"type":"ok","f":"write","key":"k","value":1,"time":120}',
  '{"process":1,"type":"ok","f":"read","key":"k","value":1,"time":130}',
  '{"process":0,"type":"invoke","f":"cas","key":"k","value":[1,2],"time":140}',
  '{"process":1,"type":"invoke","f":"append","key":"ä\\"","value":"x","time":150}',
  '{"process":0,"type":"fail","f":"cas","key":"k","value":[1,2],"time":160}',
  '{"process":1,"type":"info","f":"append","key":"ä\\"","value":"x","time":170}',
].join('\n');

const OPERATIONS = [
  '0 write k 1 ok 0-2',
  '1 read k 1 ok 1-3',
  '0 cas k [1,2] fail 4-6',
  '1 append ä" "x" info 5-',
];

describe('JSON lines', () => {
  it('are paired into operations', async () => {
    const { operations, format, table } = await read(JSONL);
    expect(format).toBe('jsonl');
    expect(operations).toEqual(OPERATIONS);
    expect([...table.startTime]).toEqual([100, 110, 140, 150]);
    expect([...table.endTime]).toEqual([120, 130, 160, 170]);
  });

  it('may have white space, other keys, another order of keys, fractions, and empty lines', async () => {
    const text = `
      { "time" : 1.5 , "f": "write", "index": 0, "key": "k", "value": -3, "type": "invoke", "process": 7, "tags": ["a"] }

      {"process":7,"type":"ok","f":"write","key":"k","value":-3,"time":2.5,"node":"a","term":1,"chain":"f00"}\r
      {"process":7,"type":"invoke","f":"write","value":1e2,"time":3}`;
    expect((await read(text)).operations).toEqual(['7 write k -3 ok 1-3', '7 write null 100 info 4-']);
  });

  it('of our own histories are read as well, other events skipped', async () => {
    const text = [
      '{"index":0,"time":0,"type":"run","format":1,"seed":7,"drill":{"name":"x"}}',
      '{"index":1,"time":5,"type":"invoke","process":3,"f":"write","key":"k7","value":119,"client":"east","node":"a","intended":4}',
      '{"index":2,"time":6,"type":"fault","fault":"fault-1","kind":"kill","targets":["a"],"text":"kill a"}',
      '{"index":3,"time":9,"type":"info","process":3,"f":"write","key":"k7","value":119,"error":"time-out \\"5\\""}',
      '{"index":4,"time":10,"type":"end","reason":"done"}',
    ].join('\n');
    expect((await read(text)).operations).toEqual(['3 write k7 119 info 1-']);
  });

  it('give the same table from the bytes as from JSON.parse', async () => {
    const random = seeded('json-lines');
    const lines: string[] = [];
    const events = [];
    for (let time = 0; time < 2000; time += 2) {
      const f = pick(random, ['read', 'write', 'cas', 'append', 'add', 'other']);
      const scalar = () =>
        pick(random, [integer(random, -5, 5), 'text', 'täxt', 'a"b', null, true, 1.25, 1e20]);
      const value = f === 'cas' ? [scalar(), scalar()] : pick(random, [scalar(), [1, 2], [1], []]);
      const event = { process: 1, type: 'invoke', f, key: pick(random, ['k', 'ö', '', null]), value, time };
      const completion = { ...event, type: pick(random, ['ok', 'fail', 'info']), time: time + 1 };
      for (const each of [event, completion]) {
        events.push(each);
        lines.push(JSON.stringify(each));
      }
    }
    const { table } = await read(lines.join('\n'));
    expect(plainOperations(table)).toEqual(plainOperations(tableFromEvents(events)));
  });

  it.each([
    '"votes":3',
    '"valid":"x"',
    '"vnode":null',
    '"pending":5',
    '"payload":8',
    '"kin":"z"',
    '"tyre":"fail"',
    '"tame":9',
    '"\\u0076otes":3',
  ])('know a key by its whole name: %s', async (other) => {
    const text = `{${other},"process":0,"type":"invoke","f":"write","key":"k","value":1,"time":1,${other}}
      {"process":0,"type":"ok","f":"write","key":"k","value":1,"time":2,${other}}
      {"process":1,"type":"invoke","f":"read","key":"k","value":null,"time":3,${other}}
      {"process":1,"type":"ok","f":"read","key":"k","value":1,"time":4,${other}}`;
    const { operations, table } = await read(text);
    expect(operations).toEqual(['0 write k 1 ok 0-1', '1 read k 1 ok 2-3']);
    expect([...table.startTime, ...table.endTime]).toEqual([1, 3, 2, 4]);
  });

  it('know a key by what its escapes stand for', async () => {
    const text = `{"process":0,"type":"invoke","f":"write","\\u006bey":"k","\\u0076alue":1}
      {"process":0,"type":"ok","f":"write","key":"k","value":3,"\\u0076alue":1}`;
    expect((await read(text)).operations).toEqual(['0 write k 1 ok 0-1']);
  });

  it('longer than any chunk are read', async () => {
    const list = Array.from({ length: 400_000 }, (_, index) => index);
    const text = [
      '{"process":0,"type":"invoke","f":"read","key":"k","value":null,"time":1}',
      JSON.stringify({ process: 0, type: 'ok', f: 'read', key: 'k', value: list, time: 2 }),
    ].join('\n');
    const { table } = await read(text);
    expect(valueAt(table, table.value[0]!)).toHaveLength(400_000);
  });

  it.each([
    ['{"process":0,"type":"invoke","f":"read"', '/history:1:40: expected a JSON object'],
    [
      '{"process":0,"type":"begin","f":"read"}',
      '/history:1:1: expected "type" of invoke, ok, fail or info, found "\\"begin\\""',
    ],
    [
      '{"process":"0","type":"invoke","f":"read"}',
      '/history:1:1: expected "process" as a whole number or a name, found "\\"0\\""',
    ],
    ['{"process":0,"type":"invoke"}', '/history:1:1: expected "f" as a string, found none'],
    [
      '{"process":0,"type":"invoke","f":"cas","value":1}',
      '/history:1:1: expected a compare-and-set value [from, to], found 1',
    ],
    [
      '{"process":0,"type":"ok","f":"read","value":1}',
      '/history:1:1: expected an invocation of process 0 before its completion',
    ],
    [
      '{"process":"","type":"invoke","f":"read"}',
      '/history:1:1: expected "process" as a whole number or a name, found "\\"\\""',
    ],
    [
      `${JSONL.split('\n')[0]}\n{"process":0,"type":"ok","f":"write","key":"j","value":1,"time":120}`,
      '/history:2:1: expected the key "k" that process 0 invoked its write with at line 1, found a completion for the key "j"',
    ],
    [
      '{"process":0,"value":NaN}',
      '/history:1:22: expected a JSON value, found "NaN"; JSON has no such number',
    ],
    ['{"process":0,"value":[1,]}', '/history:1:25: expected a JSON value, found "]"'],
    ['{"process":0,\'value\':1}', '/history:1:14: expected a key in double quotes, found "\'value\'"'],
    ['{"process":0 "value":1}', '/history:1:14: expected "," or the end of the object or list, found'],
    ['{"process":0,"value":"\\x"}', '/history:1:23: expected an escape of JSON'],
    ['{"process":0,"value":1}}', '/history:1:24: expected nothing after the JSON value, found "}"'],
    [
      `${JSONL.split('\n').slice(0, 2).join('\n')}\n{"process":1,"type":"invoke","f":"read","key":"k","value":null}`,
      '/history:3:1: expected process 1 to complete its read of line 2, found another invocation',
    ],
    [
      `${JSONL.split('\n')[0]}\n{"process":0,"type":"ok","f":"write","key":"k","value":2,"time":120}`,
      '/history:2:1: expected the value that process 0 invoked its write with at line 1, found 2',
    ],
    [
      `${JSONL.split('\n')[0]}\n{"process":0,"type":"ok","f":"read","key":"k","value":2,"time":120}`,
      "/history:2:1: expected the completion of process 0's write of line 1, found the completion of a read",
    ],
    ['', '/history:1:1: expected a history as jsonl, json, edn, jepsen-log, kv, found an empty file'],
    ['hello', '/history:1:1: expected a history as jsonl, json, edn, jepsen-log, kv, found "hello"'],
  ])('that are wrong are refused with their place: %s', async (text, expected) => {
    expect(await messageOf(text)).toContain(`UsageError ${expected}`);
  });

  it('of a file that is not there are a mistake of the caller', async () => {
    await expect(readFile(join(folder, 'none'))).rejects.toThrow(
      /none: expected a history file, found ENOENT/,
    );
  });
});

describe('EDN', () => {
  const maps = [
    '{:process 0, :type :invoke, :f :cas, :value [1 2], :time 5, :index 0}',
    '{:process :nemesis, :type :info, :f :start, :value nil}',
    '{:process 1, :type :invoke, :f :read, :value nil, :time 6}',
    '{:process 0, :type :fail, :f :cas, :value [1 2], :error :did-not-match, :time 7}',
    '{:process 1, :type :ok, :f :read, :value 2N, :time 8}',
  ];
  const operations = ['0 cas null [1,2] fail 0-3', '1 read null 2 ok 2-4'];

  it.each([
    ['one map to a line', maps.join('\n')],
    ['a vector in one line', `[${maps.join(' ')}]`],
    ['a vector in many lines, with comments', `; history\n[\n${maps.join('\n ; "next {"\n')}\n]\n`],
    ['tagged maps', maps.map((map) => `#jepsen.history.Op${map}`).join('\n')],
    ['maps over several lines', maps.join('\n').replaceAll(', ', ',\n   ')],
  ])('is read from %s', async (_, text) => {
    const found = await read(text);
    expect(found.format).toBe('edn');
    expect(found.operations).toEqual(operations);
  });

  it('with tuples of keys and values is taken apart', async () => {
    const text = [
      '{:type :invoke, :f :read, :value [3 nil], :process 0, :time 1}',
      '{:type :invoke, :f :write, :value [4 7], :process 1, :time 2}',
      '{:type :ok, :f :read, :value [3 9], :process 0, :time 3}',
      '{:type :info, :f :write, :value [4 7], :process 1, :time 4, :error [:timeout "x}"]}',
      '{:type :invoke, :f :cas, :value [4 [7 8]], :process 0, :time 5}',
    ].join('\n');
    expect((await read(text)).operations).toEqual([
      '0 read 3 9 ok 0-2',
      '1 write 4 7 info 1-',
      '0 cas 4 [7,8] info 4-',
    ]);
  });

  it('keeps lists, sets and strings with escapes', async () => {
    const text =
      '{:type :invoke :f :read :value nil :process 0}{:type :ok :f :read :value #{1 "a\\n\\u0041" \\x :k} :process 0}';
    expect((await read(text, 'edn')).operations).toEqual(['0 read null [1,"a\\nA","x","k"] ok 0-1']);
  });

  it('that is wrong is refused with its place', async () => {
    expect(
      await messageOf('{:process 0, :type :invoke, :f :read}\n  {:process 0, :type :ok,\n :f 1x}'),
    ).toContain('/history:3:5: expected a number, found "1x"');
    expect(await messageOf('{:process 0, :type :invoke, :f :read}\n  {:process 0 :type')).toContain(
      '/history:2:3: expected "}" for the map that begins here, found the end of the file',
    );
    expect(await messageOf('{:process 0, :type "ok", :f :read}')).toContain('/history:1:1: expected :type');
  });
});

describe('the log lines of Jepsen', () => {
  it('are read, other lines of the log skipped', async () => {
    const text = [
      'INFO  jepsen.core - Running test: {:name "etcd"}',
      'INFO  jepsen.util - 0\t:invoke\t:read\tnil',
      'INFO  jepsen.util - :nemesis\t:info\t:start\tnil',
      'INFO  jepsen.util - 1\t:invoke\t:cas\t[0 4]',
      'INFO  jepsen.util - 0\t:fail\t:read\t:timed-out',
      'INFO  jepsen.util - 1\t:ok\t:cas\t[0 4]',
      'INFO  jepsen.util - 0\t:invoke\t:write\t4',
      'INFO  jepsen.util - 0\t:info\t:write\t:timed-out',
      '2020-01-01 10:00:00,123{GMT}\tINFO\t[jepsen worker 3] jepsen.util: 3\t:invoke\t:read\tnil',
      '2020-01-01 10:00:00,125{GMT}\tINFO\t[jepsen worker 3] jepsen.util: 3\t:ok\t:read\t4',
    ].join('\n');
    const found = await read(text);
    expect(found.format).toBe('jepsen-log');
    expect(found.operations).toEqual([
      '0 read null null fail 1-4',
      '1 cas null [0,4] ok 3-5',
      '0 write null 4 info 6-',
      '3 read null 4 ok 8-9',
    ]);
  });

  it('with tuples of keys and values are taken apart', async () => {
    const text = [
      'INFO  jepsen.util - 0\t:invoke\t:write\t[1 5]',
      'INFO  jepsen.util - 1\t:invoke\t:read\t[2 nil]',
      'INFO  jepsen.util - 0\t:ok\t:write\t[1 5]',
      'INFO  jepsen.util - 1\t:ok\t:read\t[2 nil]',
      'INFO  jepsen.util - 0\t:invoke\t:cas\t[1 [5 6]]',
      'INFO  jepsen.util - 0\t:fail\t:cas\t[1 :timed-out]',
      'INFO  jepsen.util - 1\t:invoke\t:read\t[1 nil]',
      'INFO  jepsen.util - 1\t:info\t:read\t:timed-out',
    ].join('\n');
    expect((await read(text)).operations).toEqual([
      '0 write 1 5 ok 0-2',
      '1 read 2 null ok 1-3',
      '0 cas 1 [null,null] fail 4-5',
      '1 read 1 null info 6-',
    ]);
  });

  it('with pairs that are no tuples are left as they are', async () => {
    const text = 'jepsen.util - 0\t:invoke\t:cas\t[1 5]\njepsen.util - 0\t:ok\t:cas\t[1 5]';
    expect((await read(text)).operations).toEqual(['0 cas null [1,5] ok 0-1']);
  });

  it('that are wrong are refused with their place', async () => {
    expect(await messageOf('INFO  jepsen.util - 0\t:invoke', 'jepsen-log')).toContain(
      '/history:1:21: expected <process> :<invoke|ok|fail|info> :<f> <value>',
    );
    expect(await messageOf('INFO  jepsen.util - 0\t:invoke\t:write\t[1')).toContain('/history:1:');
  });
});

describe('a compare-and-set that failed', () => {
  const told = (value: string) => `0 cas null ${value} fail 0-1`;
  const all = async (inJson: string, inEdn: string, inLog: string) => [
    await json(inJson),
    await edn(inEdn),
    await log(inLog),
  ];
  const json = (more: string) =>
    read(`{"process":0,"type":"invoke","f":"cas","value":[1,2]}
      {"process":0,"type":"fail","f":"cas"${more}}`);
  const edn = (more: string) =>
    read(`{:process 0, :type :invoke, :f :cas, :value [1 2]}
      {:process 0, :type :fail, :f :cas${more}}`);
  const log = (more: string) =>
    read(`jepsen.util - 0\t:invoke\t:cas\t[1 2]\njepsen.util - 0\t:fail\t:cas${more}`);

  it.each([
    ['', ', :value [1 2]', '\t[1 2]'],
    [',"value":[1,2]', ', :value [1 2], :error nil', '\tnil'],
    [',"error":null', ', :value nil', ''],
  ])('without a reason says nothing, unless that is asked for: %s', async (inJson, inEdn, inLog) => {
    for (const { operations, table } of await all(inJson, inEdn, inLog)) {
      expect(operations).toEqual([told('[1,2]')]);
      expect(untoldFailures(table)).toBe(1);
      expect(plainOperations(withoutUntold(table))).toEqual([told('[null,null]')]);
    }
  });

  it.each([
    [',"error":"did-not-match"', ', :error :did-not-match', '\t[1 2]\t:did-not-match'],
    [',"error":["mismatch",3]', ', :error [:mismatch 3]', '\t[1 2]\t[:mismatch 3]'],
  ])('saw another value: %s', async (inJson, inEdn, inLog) => {
    for (const { operations, table } of await all(inJson, inEdn, inLog)) {
      expect(operations).toEqual([told('[1,2]')]);
      expect(untoldFailures(table)).toBe(0);
    }
  });

  it.each([
    [',"value":[1,2],"error":"unavailable"', ', :value [1 2], :error :unavailable', '\t:timed-out'],
    [',"error":"täglich"', ', :error [:no-leader "x"]', '\t[1 2]\t[:no-leader "x"]'],
    [',"value":"timed-out"', ', :value :timed-out', '\t"connection refused"'],
    [',"error":503', ', :error {:status 503}', '\t[1 2]\tConnection (refused'],
    [',"error":{"status":503}', ', :error "mismatch of terms"', '\t[1 2] :unavailable'],
  ])('never came to the register: %s', async (inJson, inEdn, inLog) => {
    for (const { operations, table } of await all(inJson, inEdn, inLog)) {
      expect(operations).toEqual([told('[null,null]')]);
      expect(untoldFailures(table)).toBe(0);
    }
  });
});

describe('whole numbers past 2^53', () => {
  const [one, two] = ['1700000000000000001', '1700000000000000002'];

  it.each([
    ['value', (value: string) => value, one],
    ['list', (value: string) => `[${value},-${value}]`, [one, `-${one}`]],
    ['number that a double holds', () => String(2n ** 60n), 2 ** 60],
    ['text beside it', (value: string) => `["${value}\\"",${value}]`, [`${one}"`, one]],
  ])('are kept apart in JSON lines: %s', async (_, shown, expected) => {
    const line = (type: string, value: string, time: number | string) =>
      `{"process":0,"type":"${type}","f":"write","key":${value},"value":${shown(value)},"time":${time}}`;
    const text = [
      line('invoke', one, 1),
      line('ok', one, 2),
      line('invoke', two, '1800000000000000000'),
      line('ok', two, '1800000000000000001'),
    ].join('\n');
    const { table } = await read(text);
    expect(table.keys).toEqual([one, two]);
    expect(valueAt(table, table.value[0]!)).toEqual(expected);
    expect([...table.startTime]).toEqual([1, 1.8e18]);
  });

  it.each([
    ['edn', 1.8e18],
    ['jepsen-log', Number.NaN],
  ] as const)('are kept apart in %s', async (format, begin) => {
    const events = [
      [':invoke', ':write', one],
      [':ok', ':write', one],
      [':invoke', ':write', `${two}N`],
      [':ok', ':write', two],
      [':invoke', ':cas', `[${one} +${two}]`],
      [':ok', ':cas', `[${one} ${two}]`],
    ];
    const text = events.map(([type, f, value], at) =>
      format === 'edn'
        ? `{:process 0, :time 18000000000000000${at}1, :type ${type}, :f ${f}, :value ${value}}`
        : `jepsen.util - 0\t${type}\t${f}\t${value}`,
    );
    const { operations, table } = await read(text.join('\n'));
    expect(operations).toEqual([
      `0 write null "${one}" ok 0-1`,
      `0 write null "${two}" ok 2-3`,
      `0 cas null ["${one}","${two}"] ok 4-5`,
    ]);
    expect(table.startTime[0]).toBe(begin);
  });
});

describe('the format', () => {
  it('of a key-value store is told from EDN', () => {
    expect(detectFormat('{:process 0, :type :invoke, :f :get, :key "7", :value nil}')).toBe('kv');
    expect(detectFormat('{:process 0, :type :invoke, :f :read, :value nil}')).toBe('edn');
    expect(detectFormat('[{:process 0, :type :invoke, :f :read, :value nil}]')).toBe('edn');
    expect(detectFormat('\n\n[\n')).toBe('edn');
    expect(detectFormat('#jepsen.history.Op{:process 0}')).toBe('edn');
    expect(detectFormat('{ "process": 0 }')).toBe('jsonl');
    expect(detectFormat('nonsense')).toBeUndefined();
  });

  it('that is unknown is refused', async () => {
    expect(await messageOf('', 'xml' as Format)).toContain(
      '--format: expected one of auto, jsonl, json, edn, jepsen-log, kv, found "xml"',
    );
  });
});
