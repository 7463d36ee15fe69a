/**
 * Extensible data notation, as far as Jepsen writes it: nil, booleans, numbers, strings, characters, keywords,
 * symbols, vectors, lists, sets, maps, nested at most DEEPEST deep; tags are left out, `#_` and `;` skip.
 */
import { UsageError } from '../../errors.js';
import type { Value } from '../../history/operation-type.js';
import { DEEPEST } from './held-values.js';
import { excerpt } from './reader.js';
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
/** What ends an atom, by its code: white space, and the signs that begin or end another form. */
const DELIMITERS: readonly boolean[] = Array.from({ length: 128 }, (_, code) =>
  /[\s,()[\]{}";]/.test(String.fromCharCode(code)),
);
/** Symbols by which others write numbers that are none, and nil. */
const NO_VALUES: ReadonlySet<string> = new Set(['NaN', 'Infinity', '-Infinity', 'null']);

/** The first form of a text, and where it ends. */
export function readEdn(text: string, from = 0): { form: Edn; end: number } {
  const reader = new FormReader(text, from);
  const form = reader.form();
  return { form, end: reader.at };
}

class FormReader {
  #depth = 0;

  constructor(
    readonly text: string,
    public at: number,
  ) {}

  form(): Edn {
    this.#blank();
    const text = this.text;
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
    const text = this.text;
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
    if (++this.#depth > DEEPEST)
      throw new EdnError(begun, `forms nested at most ${DEEPEST} deep`, 'a deeper one');
    for (this.#blank(); this.text[this.at] !== closer; this.#blank()) {
      if (this.at >= this.text.length)
        throw new EdnError(begun, `"${closer}" for the bracket here`, 'the end of the text');
      items.push(this.form());
    }
    this.#depth--;
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
    if (this.text[this.at] === '{') return this.#sequence('}');
    // `##NaN` and `##Inf`, which are equal to nothing, or larger than any number.
    if (this.text[this.at] === '#') throw new EdnError(begun, 'a finite number', `"#${this.#token()}"`);
    const tag = this.#token();
    if (tag === '')
      throw new EdnError(begun, 'a set or a tag after "#"', excerpt(this.text.slice(begun, begun + 10)));
    return this.form();
  }

  #token(): string {
    const from = this.at;
    const text = this.text;
    while (this.at < text.length && DELIMITERS[text.charCodeAt(this.at)] !== true) this.at++;
    return this.text.slice(from, this.at);
  }

  #character(): string {
    const from = ++this.at;
    this.at++;
    const name = this.text.slice(from, this.at) + this.#token();
    return { newline: '\n', space: ' ', tab: '\t', return: '\r' }[name] ?? name;
  }

  #string(): string {
    const begun = this.at++;
    const text = this.text;
    const pieces: string[] = [];
    for (let from = this.at; ; from = this.at) {
      for (let char = text[this.at]; char !== '"' && char !== '\\'; char = text[++this.at])
        if (char === undefined) throw new EdnError(begun, 'a closing quote', 'the end of the text');
      pieces.push(text.slice(from, this.at));
      if (text[this.at++] === '"') return pieces.join('');
      pieces.push(this.#escape());
    }
  }

  /** What stands for the sign behind a backslash. */
  #escape(): string {
    const escaped = this.text[this.at++] ?? '';
    if (escaped !== 'u') return { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' }[escaped] ?? escaped;
    const digits = this.text.slice(this.at, this.at + 4);
    if (!/^[\dA-Fa-f]{4}$/.test(digits))
      throw new EdnError(this.at - 2, 'four hexadecimal digits after "\\u"', excerpt(digits));
    this.at += 4;
    return String.fromCharCode(Number.parseInt(digits, 16));
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
      if (Number.isNaN(number)) throw new EdnError(begun, 'a number', excerpt(token));
      if (!Number.isFinite(number)) throw new EdnError(begun, 'a finite number', excerpt(token));
      return number;
    }
    if (NO_VALUES.has(token)) throw new EdnError(begun, 'a value of EDN', excerpt(token));
    // A symbol, by its name.
    return token;
  }
}

/**
 * A form as JSON has it: keywords by their names, maps as objects with their keys in order, bigints as their digits.
 * `text` says what is made of a string.
 */
export function plainValue(form: Edn, text: (string: string) => string = (string) => string): Value {
  if (form instanceof Keyword) return form.name;
  if (typeof form === 'string') return text(form);
  if (typeof form === 'bigint') return form.toString();
  if (form instanceof EdnMap) {
    const entries = form.entries.map(([key, value]): [string, Value] => [
      String(plainValue(key)),
      plainValue(value, text),
    ]);
    entries.sort(([left], [right]) => (left < right ? -1 : 1));
    // An object is no Value by its type: it is only ever held as text, and read by models that know it.
    return Object.fromEntries(entries) as unknown as Value;
  }
  return Array.isArray(form) ? form.map((each) => plainValue(each, text)) : form;
}
