/** A thousand damaged drill files: each is a drill or a usage error, and soon. */
import { expect, it } from 'vitest';
import { parseDrill } from '../../src/drill/load.js';
import { UsageError } from '../../src/errors.js';
import { integer, pick, type Random, seeded } from '../../src/random.js';
import { examples } from './examples.js';

type Mutation = (bytes: Buffer, random: Random) => Buffer;

const lines = (change: (lines: string[], at: number, random: Random) => void): Mutation => {
  return (bytes, random) => {
    const all = bytes.toString('latin1').split('\n');
    change(all, integer(random, 0, all.length - 1), random);
    return Buffer.from(all.join('\n'), 'latin1');
  };
};

const words = (pattern: RegExp, replace: (word: string, random: Random) => string): Mutation => {
  return (bytes, random) => {
    const text = bytes.toString('latin1');
    const found = [...text.matchAll(pattern)];
    if (found.length === 0) return bytes;
    const match = pick(random, found);
    const end = match.index + match[0].length;
    return Buffer.from(text.slice(0, match.index) + replace(match[0], random) + text.slice(end), 'latin1');
  };
};

const VALUES = [
  'null',
  '~',
  'true',
  '-1',
  '0',
  '1e309',
  '.nan',
  '.inf',
  '0x1F',
  '""',
  "''",
  '[]',
  '{}',
  '[[]]',
  '"\\u0000"',
  '1s',
  '-1s',
  '999999999999h',
  '1e3ms',
  '> 0',
  '">= 99%"',
  '%',
  '&a x',
  '*a',
  '!!binary x',
  '!x y',
  '<<',
  '|',
  '>',
  'any',
  'random 0 primary',
  'random 99 standby',
  'a->a',
  '->',
  'client:',
  '__proto__',
  'constructor',
  'toString',
  'site:east',
  '\u00e9',
  '- x',
  '? x',
  '# x',
  '"',
  "'",
  '\t',
  '9007199254740993',
  '99999999999999999999',
];

const SYNTAX = [
  '\t',
  '\0',
  '\r',
  ': ',
  '- ',
  '? ',
  '[',
  ']',
  '{',
  '}',
  '"',
  "'",
  '|',
  '>',
  '&a ',
  '*a ',
  '!!',
  '#',
  '%',
  '@',
  '\u0085',
  '---\n',
  '...\n',
  '<<: ',
];

const MUTATIONS: Record<string, Mutation> = {
  flip: (bytes, random) => {
    const copy = Buffer.from(bytes);
    copy[integer(random, 0, copy.length - 1)] = integer(random, 0, 255);
    return copy;
  },
  truncate: (bytes, random) => bytes.subarray(0, integer(random, 0, bytes.length)),
  deleteLine: lines((all, at) => all.splice(at, 1)),
  duplicateLine: lines((all, at) => all.splice(at, 0, all[at] as string)),
  moveLine: lines((all, at, random) => all.splice(integer(random, 0, all.length), 0, ...all.splice(at, 1))),
  indentLine: lines((all, at, random) => {
    all[at] = ' '.repeat(integer(random, 1, 5)) + all[at];
  }),
  unindentLine: lines((all, at) => {
    all[at] = (all[at] as string).trimStart();
  }),
  renameKey: words(/[\w-]+(?=:)/g, (key, random) =>
    pick(random, [`${key}s`, key.slice(1), 'name', '__proto__', '<<', key.toUpperCase()]),
  ),
  swapValue: words(/(?<=: )[^\n,{}[\]]+/g, (_value, random) => pick(random, VALUES)),
  insertSyntax: (bytes, random) => {
    const at = integer(random, 0, bytes.length);
    return Buffer.concat([bytes.subarray(0, at), Buffer.from(pick(random, SYNTAX)), bytes.subarray(at)]);
  },
  notUtf8: (bytes, random) => {
    const at = integer(random, 0, bytes.length);
    const bad = pick(random, [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf5], [0xe2, 0x82]]);
    return Buffer.concat([bytes.subarray(0, at), Buffer.from(bad), bytes.subarray(at)]);
  },
  repeat: (bytes, random) => Buffer.concat(Array.from({ length: integer(random, 2, 20) }, () => bytes)),
};

it('gives a drill or a usage error for a thousand damaged files, and soon', () => {
  const random = seeded('damaged drill files');
  const originals = examples().map(({ text }) => Buffer.from(text));
  const count = { valid: 0, refused: 0 };
  /** In milliseconds of this process's own time, however busy the machine is. */
  let slowest = 0;
  for (let run = 0; run < 1000; run++) {
    let bytes: Buffer = pick(random, originals);
    const names: string[] = [];
    for (let change = integer(random, 1, 3); change > 0; change--) {
      const name = pick(random, Object.keys(MUTATIONS));
      names.push(name);
      if (bytes.length > 0) bytes = (MUTATIONS[name] as Mutation)(bytes, random);
    }
    const start = process.cpuUsage();
    try {
      expect(parseDrill(bytes, 'x.yaml').name).toBeTypeOf('string');
      count.valid++;
    } catch (error) {
      if (!(error instanceof UsageError)) throw new Error(`run ${run} (${names})`, { cause: error });
      expect(error.message).toMatch(/^x\.yaml(:\d+:\d+)?: ./);
      count.refused++;
    }
    slowest = Math.max(slowest, process.cpuUsage(start).user / 1000);
  }
  expect(count.valid).toBeGreaterThan(50);
  expect(count.refused).toBeGreaterThan(500);
  expect(slowest).toBeLessThan(1000);
});

const MOST = 999_990;
const fill = (piece: string) => piece.repeat(Math.floor(MOST / piece.length));

it.each([
  '[',
  '{',
  '- ',
  '? ',
  ': ',
  'a: ',
  '&a ',
  '*a ',
  '!a ',
  '#\n',
  '---\n',
  '%\n',
  '[]',
  '"\n',
  "'",
  '\t',
  '\n',
  '|\n',
  '- a\n',
  '- &a 1\n',
  '{a: [',
  '- [{a: [\n',
  '\u0001',
  '"\\',
  '[,',
  'a:\n',
])('refuses a megabyte of %j without a crash', (piece) => {
  expect(() => parseDrill(fill(piece), 'x.yaml')).toThrow(UsageError);
});

it('refuses a hundred thousand keys without comparing each with each', () => {
  const keys = Array.from({ length: 100_000 }, (_, index) => `k${index}: 1\n`).join('');
  expect(() => parseDrill(keys, 'x.yaml')).toThrow(UsageError);
});
