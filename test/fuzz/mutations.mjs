/** Ways to damage a text file, seeded: bytes, lines, keys, values, syntax, encoding, length. */
import { integer, pick } from '../../dist/random.js';

const lines = (change) => (bytes, random) => {
  const all = bytes.toString('latin1').split('\n');
  change(all, integer(random, 0, all.length - 1), random);
  return Buffer.from(all.join('\n'), 'latin1');
};

const words = (pattern, replace) => (bytes, random) => {
  const text = bytes.toString('latin1');
  const found = [...text.matchAll(pattern)];
  if (found.length === 0) return bytes;
  const match = pick(random, found);
  const end = match.index + match[0].length;
  return Buffer.from(text.slice(0, match.index) + replace(match[0], random) + text.slice(end), 'latin1');
};

const inserted = (pieces) => (bytes, random) => {
  const at = integer(random, 0, bytes.length);
  return Buffer.concat([bytes.subarray(0, at), pick(random, pieces), bytes.subarray(at)]);
};

const VALUES = [
  ...[
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
  ],
  ...[
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
  ],
  ...['any', 'random 0 primary', 'random 99 standby', 'a->a', '->', 'client:', '__proto__', 'constructor'],
  ...['toString', 'site:east', '\u00e9', '- x', '? x', '# x', '"', "'", '\t', '9007199254740993', '>'],
  ...[
    '99999999999999999999',
    '/',
    '..',
    '/dev/zero',
    '/proc/self/environ',
    './compose.yaml',
    '100000/s',
    '1e9',
  ],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is what Compose files have.
  ...['${A}', '${A:-${A:-${A:-b}}}', '${', '$', '$$', '${A:?no}', '${A?}', '{a: b}', '[a, b]', '"a b \\"c"'],
  ...['"::error::x"', '"\\e]0;x\\a"', '"##vso[x]"', '"\\x9b1m"'],
];

const SYNTAX = [
  ...[
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
  ],
  ...['\u0085', '---\n', '...\n', '<<: ', '${', '$', '}', '\x1b]0;x\x07', '\n::error::x\n', '='],
];
const NOT_UTF8 = [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf5], [0xe2, 0x82]];

const MUTATIONS = [
  (bytes, random) => {
    const copy = Buffer.from(bytes);
    copy[integer(random, 0, copy.length - 1)] = integer(random, 0, 255);
    return copy;
  },
  (bytes, random) => bytes.subarray(0, integer(random, 0, bytes.length)),
  lines((all, at) => all.splice(at, 1)),
  lines((all, at) => all.splice(at, 0, all[at])),
  lines((all, at, random) => all.splice(integer(random, 0, all.length), 0, ...all.splice(at, 1))),
  lines((all, at, random) => {
    all[at] = ' '.repeat(integer(random, 1, 5)) + all[at];
  }),
  lines((all, at) => {
    all[at] = all[at].trimStart();
  }),
  words(/[\w-]+(?=:)/g, (key, random) =>
    pick(random, [`${key}s`, key.slice(1), 'name', '__proto__', '<<', key.toUpperCase()]),
  ),
  words(/(?<=: )[^\n,{}[\]]+/g, (_value, random) => pick(random, VALUES)),
  words(/(?<=: )[^\n]+/g, (_value, random) => pick(random, VALUES)),
  words(/[^\s,[\]{}:]+/g, (_word, random) => pick(random, VALUES)),
  inserted(SYNTAX.map((text) => Buffer.from(text))),
  inserted(NOT_UTF8.map((bytes) => Buffer.from(bytes))),
  (bytes, random) => Buffer.concat(Array.from({ length: integer(random, 2, 20) }, () => bytes)),
];

/** The file with one to three damages. */
export function damaged(original, random) {
  let bytes = original;
  for (let change = integer(random, 1, 3); change > 0 && bytes.length > 0; change--)
    bytes = pick(random, MUTATIONS)(bytes, random);
  return bytes;
}
