/** Where a text ceases to be JSON, for messages: JSON.parse says it in words that differ from Node to Node. */
import { DEEPEST } from './held-values.js';
import { excerpt } from './reader.js';

interface JsonFault {
  /** The offset in the text; its length where the text ends too early. */
  at: number;
  expected: string;
  found: string;
}

type Wanted = 'value' | 'value or end' | 'key' | 'key or end' | 'colon' | 'more' | 'nothing';

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const WORDS: ReadonlySet<string> = new Set(['null', 'true', 'false']);
const EXPECTED: Readonly<Record<Wanted, string>> = {
  value: 'a JSON value',
  'value or end': 'a JSON value or "]"',
  key: 'a key in double quotes',
  'key or end': 'a key in double quotes or "}"',
  colon: '":" after the key',
  more: '"," or the end of the object or list',
  nothing: 'nothing after the JSON value',
};

/** The first fault of a text that JSON.parse refuses. */
export function jsonFault(text: string): JsonFault {
  const open: ('{' | '[')[] = [];
  let wanted: Wanted = 'value';
  let at = 0;
  const after = (): Wanted => (open.length === 0 ? 'nothing' : 'more');
  for (;;) {
    while (at < text.length && /\s/.test(text[at]!)) at++;
    const char = text[at];
    if (char === undefined) return { at, expected: EXPECTED[wanted], found: 'the end of the line' };
    const token = tokenAt(text, at);
    const fault = { at, expected: EXPECTED[wanted], found: excerpt(token) };
    const value: boolean = wanted === 'value' || wanted === 'value or end';
    const closes: string = open.at(-1) === '{' ? '}' : ']';
    if (char === '"' && (value || wanted.startsWith('key'))) {
      const end = stringEnd(text, at);
      if (typeof end !== 'number') return end;
      at = end;
      wanted = value ? after() : 'colon';
      continue;
    }
    if (value && (char === '{' || char === '[')) {
      if (open.length === DEEPEST) return { ...fault, expected: `values nested at most ${DEEPEST} deep` };
      open.push(char);
      wanted = char === '{' ? 'key or end' : 'value or end';
    } else if (wanted === 'colon' && char === ':') wanted = 'value';
    else if (wanted === 'more' && char === ',') wanted = open.at(-1) === '{' ? 'key' : 'value';
    else if (char === closes && open.length > 0 && (wanted === 'more' || wanted.endsWith('or end'))) {
      open.pop();
      wanted = after();
    } else if (value && (NUMBER.test(token) || WORDS.has(token))) wanted = after();
    else return fault;
    at += token.length;
  }
}

/** A bracket, a separator, or the characters up to the next one. */
function tokenAt(text: string, from: number): string {
  let at = from;
  while (at < text.length && !/[\s,:[\]{}"]/.test(text[at]!)) at++;
  return text.slice(from, Math.max(at, from + 1));
}

/** Behind the closing quote of the string that begins at `from`. */
function stringEnd(text: string, from: number): number | JsonFault {
  for (let at = from + 1; at < text.length; at++) {
    const char = text[at]!;
    if (char === '"') return at + 1;
    if (char < ' ')
      return { at, expected: 'a string without control characters', found: JSON.stringify(char) };
    if (char !== '\\') continue;
    const escaped = /^\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4})/.exec(text.slice(at, at + 6));
    if (escaped === null)
      return { at, expected: 'an escape of JSON', found: excerpt(text.slice(at, at + 2)) };
    at += escaped[0].length - 1;
  }
  return { at: text.length, expected: 'a closing quote', found: 'the end of the line' };
}
