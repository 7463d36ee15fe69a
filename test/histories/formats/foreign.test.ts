/** Texts of others that are easily misread: each is read as it is meant, or refused with its place. */
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { tableFromEvents } from '../../../src/histories/formats/from-events.js';
import { historyBytes } from '../../../src/histories/formats/input.js';
import { functionAt, processAt, valueAt } from '../../../src/histories/formats/operation-table.js';
import { type Format, readHistory } from '../../../src/histories/formats/read-file.js';

/** What a history holds, fed in pieces of some bytes: `0 k write 1`. */
async function read(text: string | Buffer, { format = 'auto' as Format | 'auto', piece = 1 << 20 } = {}) {
  const bytes = Buffer.from(text);
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += piece) yield bytes.subarray(at, at + piece);
  }
  const found = await readHistory('h', historyBytes('h', pieces()), format, () => true);
  const { table } = found!;
  return Array.from({ length: table.count }, (_, row) => {
    const value = JSON.stringify(valueAt(table, table.value[row]!));
    return `${processAt(table, row)} ${table.keys[table.key[row]!]} ${functionAt(table, row)} ${value}`;
  });
}

const refusal = (text: string | Buffer, options = {}) =>
  read(text, options).then(
    (operations) => `read: ${operations}`,
    (error: Error) => error.message,
  );

const op = (f: string, value: string, process: string | number = 0) =>
  `{:process ${process}, :type :invoke, :f :${f}, :value ${value}}`;

describe('EDN', () => {
  it.each([
    ['a map', `#_${op('read', 'nil')} ${op('write', '1')}`],
    ['two of them', `#_ #_ ${op('read', 'nil')} [9 :invoke :read nil] ${op('write', '1')}`],
    ['one with a tag', `#_#jepsen.history.Op${op('read', 'nil')}${op('write', '1')}`],
    ['a set, a text, an atom, a character', `[#_#{1} #_"}{\\"" #_:a ${op('write', '1')} #_ \\{ ]`],
    ['within a map', `{:process 0 #_ #_ :f :read :type :invoke :f :write :value #_[2] 1}`],
    ['in a comment', `; ${op('read', 'nil')}\n[[${op('write', '1')}]]`],
  ])('without what #_ takes away: %s', async (_, text) => {
    expect(await read(text, { format: 'edn' })).toEqual(['0 null write 1']);
    expect(await read(text, { format: 'edn', piece: 1 })).toEqual(['0 null write 1']);
  });

  it.each([
    ['[0 :invoke :write 1] [1 :invoke :read nil]'],
    ['[[0 :invoke :write 1]\n [1 :invoke :read nil]]'],
    ['( ; list\n [0 :invoke :write 1] (1 :invoke :read))'],
  ])("as Knossos' vectors: %s", async (text) => {
    expect(await read(text)).toEqual(['0 null write 1', '1 null read null']);
    expect(await read(text, { format: 'edn', piece: 1 })).toEqual(['0 null write 1', '1 null read null']);
  });

  it.each([
    [
      `[${op('write', '1')}\n`,
      'h:1:1: expected "]" for the bracket that begins here, found the end of the file',
    ],
    [`${op('write', '1')}\n ]`, 'h:2:2: expected a map or a vector of an operation, found "]"'],
    [`${op('write', '1')}\n junk`, 'h:2:2: expected a map or a vector of an operation, found "junk"'],
    [`${op('write', '1')} #_`, 'expected a form, found the end of the file'],
    [`${op('write', '1')} #{1}`, 'expected a map of an operation, or [process type f value]'],
    [op('write', '##NaN'), 'expected a finite number, found "##NaN"'],
    [op('write', 'NaN'), 'expected a value of EDN, found "NaN"'],
    [op('write', '1e999'), 'expected a finite number, found "1e999"'],
    [op('write', '"\\u12g4"'), 'expected four hexadecimal digits'],
    [op('write', `${'['.repeat(200)}${']'.repeat(200)}`), 'expected forms nested at most 100 deep'],
    [`${op('write', '[1 2]')}${op('write', '3', 1)}`, 'h:1:53: expected a tuple [key value]'],
    [`${op('write', '[1 2]')}${op('read', 'nil', 1)}`, 'h:1:53: expected a tuple [key value]'],
    [
      `${op('write', '[1 2]')}{:process 0 :type :ok :f :write :value [3 2]}`,
      'found a completion for the key "3"',
    ],
  ])('is refused with its place: %s', async (text, expected) => {
    const found = await refusal(text, { format: 'edn' });
    expect(found).toMatch(/^h:1?\d*:\d+: /);
    expect(found).toContain(expected);
  });

  it('has maps that are equal whatever the order of their keys', async () => {
    const events = `${op('write', '{:b 1 :a 2}')}{:process 0 :type :ok :f :write :value {:a 2 :b 1}}`;
    expect(await read(events)).toEqual(['0 null write {"a":2,"b":1}']);
  });
});

describe('processes', () => {
  it('are skipped where they are the nemesis, or tell of faults', async () => {
    const text = [
      '{"process":"nemesis","type":"invoke","f":"kill"}',
      '{"process":"chaos","type":"info","f":"kill"}',
      '{"process":"client-b","type":"invoke","f":"write","value":1}',
      '{"process":5000000000,"type":"invoke","f":"write","value":2}',
      '{"process":9007199254740993,"type":"invoke","f":"write","value":3}',
      '{"process":9007199254740992,"type":"invoke","f":"write","value":4}',
    ];
    const found = ['client-b null write 1', '5000000000 null write 2', '9007199254740993 null write 3'];
    expect(await read(text.join('\n'))).toEqual([...found, '9007199254740992 null write 4']);
    expect(await refusal('{"process":"client-b","type":"info","f":"write","value":1}')).toContain(
      'h:1:1: expected an invocation of process client-b before its completion',
    );
  });

  it('have names in logs, in EDN and in programs', async () => {
    expect(await read('INFO jepsen.util - client-b :invoke :write 1')).toEqual(['client-b null write 1']);
    expect(await read(op('write', '1', '"client-b"'))).toEqual(['client-b null write 1']);
    const table = tableFromEvents([{ process: 'client-b', type: 'invoke', f: 'write', value: 1 }]);
    expect(processAt(table, 0)).toBe('client-b');
  });
});

describe('JSON', () => {
  const events = [
    '{"process":0,"type":"invoke","f":"write","key":"k","value":"]},"}',
    '{"process":0,"type":"ok","f":"write","key":"k"}',
  ];

  it.each([
    ['a list', `[${events.join(',')}]`],
    ['a list over lines', ` [\n${events.join(',\n')}\n]\n`],
    ['events over lines', events.join('\n').replaceAll('{"', '{\n"').replaceAll(',"t', ',\n"t')],
  ])('is read as %s', async (_, text) => {
    expect(await read(text)).toEqual(['0 k write "]},"']);
    expect(await read(text, { format: 'json', piece: 1 })).toEqual(['0 k write "]},"']);
  });

  it.each([
    [`[${events[0]}`, 'h:1:67: expected "]" for the list of events, found the end of the file'],
    ['[{"process":0,\n"type":', 'h:1:2: expected "}" for the event that begins here'],
    [`[${events[0]}]\n7`, 'h:2:1: expected nothing after the list of events, found "7"'],
    ['[[0,"invoke","write",1]]', 'h:1:2: expected an object of an event, found "[0,'],
    ['[{"process":0,\n "value":nil}]', 'h:2:10: expected a JSON value, found "nil"'],
  ])('is refused with its place: %s', async (text, expected) => {
    expect(await refusal(text)).toContain(expected);
  });

  it('has values that are nested at most 100 deep', async () => {
    const line = (depth: number) =>
      `{"process":0,"type":"invoke","f":"write","value":${'['.repeat(depth)}${']'.repeat(depth)}}`;
    expect(await read(line(99))).toHaveLength(1);
    expect(await refusal(line(100))).toContain('h:1:149: expected values nested at most 100 deep');
    expect(await refusal(line(100_000))).toContain('h:1:149: expected values nested at most 100 deep');
    let value: unknown = 1;
    for (let depth = 0; depth < 20_000; depth++) value = [value];
    const event = { process: 0, type: 'invoke', f: 'write', value: value as number[] };
    expect(() => tableFromEvents([event])).toThrow(/event 0: expected values nested at most 100 deep/);
  });
});

describe('bytes', () => {
  const line = '{"process":0,"type":"invoke","f":"write","value":"ä€😀"}';

  it('of characters that are cut by the end of a piece are put together', async () => {
    expect(await read(line, { piece: 1 })).toEqual(['0 null write "ä€😀"']);
    expect(await read(op('write', '"ä€😀\uFFFD"'), { format: 'edn', piece: 1 })).toEqual([
      '0 null write "ä€😀\uFFFD"',
    ]);
  });

  it.each(['jsonl', 'edn', 'jepsen-log'] as const)('that are not UTF-8 are refused in %s', async (format) => {
    const text = { jsonl: line, edn: op('write', '"ä"'), 'jepsen-log': '0 :invoke :write "ä"' }[format];
    const bytes = Buffer.concat([
      Buffer.from(`\n${text.slice(0, -3)}`),
      Buffer.from([0xfe]),
      Buffer.from('"}'),
    ]);
    expect(await refusal(bytes, { format, piece: 3 })).toMatch(
      /^h:2:\d+: expected text in UTF-8, found the byte 0x(fe|f0)/,
    );
  });

  it.each([
    ['a mark', Buffer.from(`\uFEFF${line}`)],
    ['gzip', gzipSync(line)],
    ['gzip of a mark, twice', gzipSync(gzipSync(`\uFEFF${line}`))],
  ])('behind %s are read', async (_, bytes) => {
    expect(await read(bytes)).toEqual(['0 null write "ä€😀"']);
    expect(await read(bytes, { piece: 1 })).toEqual(['0 null write "ä€😀"']);
  });

  it.each([
    [
      'zstd',
      Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0]),
      /h: expected text, or gzip, found a file packed by zstd; /,
    ],
    [
      'bzip2',
      Buffer.from('BZh91AY'),
      /found a file packed by bzip2; unpack it: bzip2 -dc FILE \| drill check -/,
    ],
    [
      'a gzip that was cut',
      gzipSync(line).subarray(0, 40),
      /h: expected a whole file of gzip, found unexpected end/,
    ],
    [
      'UTF-16',
      Buffer.from(`\uFEFF${line}`, 'utf16le'),
      /h:1:1: expected text in UTF-8, found text in UTF-16; /,
    ],
    [
      'UTF-16 without a mark',
      Buffer.from(line, 'utf16le'),
      /found text in UTF-16; convert it: iconv -f UTF-16/,
    ],
    ['nothing', Buffer.alloc(0), /h:1:1: expected a history as .*, found an empty file/],
  ])('of %s are refused by their name', async (_, bytes, expected) => {
    expect(await refusal(bytes)).toMatch(expected);
  });
});
