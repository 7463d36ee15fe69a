/**
 * Extensible data notation, as far as Jepsen writes it: nil, booleans, numbers, strings, characters, keywords,
 * symbols, vectors, lists, sets, maps; tags are left out, `#_` and `;` skip.
 */
import { UsageError } from '../../errors.js';
import type { Value } from '../event.js';
import { quoted } from './reader.js';
import { wholeNumber } from './whole-numbers.js';

/** A keyword, `:read`; equal ones are not the same object. */
export class Keyword {
  constructor(readonly name: string) {}
}

/** A whole number that a double would round is a bigint. */
export type Edn = null | boolean | number | bigint | string | Keyword | Edn[] | EdnMap;
/** A map as its entries, in the order of the text. */
export class EdnMap {
  constructor(readonly entries: readonly (readonly [Edn, Edn])[]) {}

  /** The value of a keyword, or undefined. */
  get(name: string): Edn | undefined {
    return this.entries.find(([key]) => key instanceof Keyword && key.name === name)?.[1];
  }
}

/** What cannot be read, and where in the text. */
export class EdnError extends UsageError {
  constructor(
    readonly offset: number,
    expected: string,
    found: string,
  ) {
    super({ expected, found });
  }
}

const CLOSERS: Readonly<Record<string, string>> = { '[': ']', '(': ')', '{': '}' };
const DELIMITERS = /[\s,()[\]{}";]/;

/** The first form of a text, and where it ends. */
export function readEdn(text: string, from = 0): { form: Edn; end: number } {
  const reader = new FormReader(text, from);
  const form = reader.form();
  return { form, end: reader.at };
}

class FormReader {
  at: number;
  readonly #text: string;

  constructor(text: string, at: number) {
    this.#text = text;
    this.at = at;
  }

  form(): Edn {
    this.#blank();
    const text = this.#text;
    const char = text[this.at];
    if (char === undefined) throw new EdnError(this.at, 'a form', 'the end of the text');
    if (char === '"') return this.#string();
    if (char === '[' || char === '(') return this.#sequence(CLOSERS[char]!);
    if (char === '{') return this.#map();
    if (char === '\\') return this.#character();
    if (char === '#') return this.#dispatch();
    if (char === ')' || char === ']' || char === '}') throw new EdnError(this.at, 'a form', `"${char}"`);
    return this.#atom();
  }

  #blank(): void {
    const text = this.#text;
    for (;;) {
      const char = text[this.at];
      if (char === ';') {
        const end = text.indexOf('\n', this.at);
        this.at = end < 0 ? text.length : end;
      } else if (char === '#' && text[this.at + 1] === '_') {
        this.at += 2;
        this.form();
      } else if (char === ',' || (char !== undefined && char <= ' ')) this.at++;
      else return;
    }
  }

  #sequence(closer: string): Edn[] {
    const items: Edn[] = [];
    const begun = this.at++;
    for (this.#blank(); this.#text[this.at] !== closer; this.#blank()) {
      if (this.at >= this.#text.length)
        throw new EdnError(begun, `"${closer}" for the bracket here`, 'the end of the text');
      items.push(this.form());
    }
    this.at++;
    return items;
  }

  #map(): EdnMap {
    const begun = this.at;
    const items = this.#sequence('}');
    if (items.length % 2 === 1)
      throw new EdnError(begun, 'a map with a value for each key', 'a key without a value');
    const entries: [Edn, Edn][] = [];
    for (let at = 0; at < items.length; at += 2) entries.push([items[at]!, items[at + 1]!]);
    return new EdnMap(entries);
  }

  #dispatch(): Edn {
    const begun = this.at++;
    if (this.#text[this.at] === '{') return this.#sequence('}');
    const tag = this.#token();
    if (tag === '')
      throw new EdnError(begun, 'a set or a tag after "#"', quoted(this.#text.slice(begun, begun + 10)));
    return this.form();
  }

  #token(): string {
    const from = this.at;
    while (this.at < this.#text.length && !DELIMITERS.test(this.#text[this.at]!)) this.at++;
    return this.#text.slice(from, this.at);
  }

  #character(): string {
    const from = ++this.at;
    this.at++;
    const name = this.#text.slice(from, this.at) + this.#token();
    return { newline: '\n', space: ' ', tab: '\t', return: '\r' }[name] ?? name;
  }

  #string(): string {
    const begun = this.at++;
    let out = '';
    for (;;) {
      const char = this.#text[this.at++];
      if (char === undefined) throw new EdnError(begun, 'a closing quote', 'the end of the text');
      if (char === '"') return out;
      if (char !== '\\') {
        out += char;
        continue;
      }
      const escaped = this.#text[this.at++] ?? '';
      if (escaped === 'u') {
        out += String.fromCharCode(Number.parseInt(this.#text.slice(this.at, this.at + 4), 16));
        this.at += 4;
      } else out += { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' }[escaped] ?? escaped;
    }
  }

  #atom(): Edn {
    const begun = this.at;
    const token = this.#token();
    if (token.startsWith(':')) return new Keyword(token.slice(1));
    if (token === 'nil') return null;
    if (token === 'true' || token === 'false') return token === 'true';
    if (/^[+-]?\d/.test(token)) {
      const digits = token.replace(/[NM]$/, '');
      const number = /^[+-]?\d+$/.test(digits) ? wholeNumber(digits) : Number(digits);
      if (typeof number === 'string') return BigInt(number);
      if (Number.isNaN(number)) throw new EdnError(begun, 'a number', quoted(token));
      return number;
    }
    // A symbol, by its name.
    return token;
  }
}

/** A form as JSON has it: keywords by their names, maps as objects, bigints as their text. */
export function plain(form: Edn): Value {
  if (form instanceof Keyword) return form.name;
  if (typeof form === 'bigint') return form.toString();
  if (form instanceof EdnMap) {
    const entries = form.entries.map(([key, value]): [string, Value] => [String(plain(key)), plain(value)]);
    // An object is no Value by its type: it is only ever held as text, and read by models that know it.
    return Object.fromEntries(entries) as unknown as Value;
  }
  return Array.isArray(form) ? form.map(plain) : form;
}
