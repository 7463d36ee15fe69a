/**
 * One event of the usual form, read from the bytes of its line:
 *
 *     an object, no white space but between tokens; ASCII alone; process and time whole numbers of at most 15 digits;
 *     type one of invoke, ok, fail, info; f one of the well-known functions; key a string without escapes
 *     (or null); value null, a whole number, a string without escapes, a list of two whole numbers
 *
 * `parse` answers false for any other line, which then has to be read as JSON.
 */
import { FUNCTIONS } from './operation-table.js';
import type { TableBuilder } from './table-builder.js';
import type { RawValue } from './value-index.js';
import { heldText } from './whole-numbers.js';

const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const OPEN_LIST = 91;
const BACKSLASH = 92;
const CLOSE_LIST = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

/** The keys that matter, and what two of them may hold, by their bytes. */
const PROCESS = Buffer.from('process');
const TYPE = Buffer.from('type');
const FUNCTION = Buffer.from('f');
const KEY = Buffer.from('key');
const VALUE = Buffer.from('value');
const TIME = Buffer.from('time');
const ERROR = Buffer.from('error');
const TYPES = ['invoke', 'ok', 'fail', 'info'].map((type) => Buffer.from(type));
const FAIL = 2;
const KNOWN = FUNCTIONS.map((name) => Buffer.from(name));

export class JsonLine {
  /** 0 for an invocation, else one more than the outcome. */
  type = 0;
  process = 0;
  f = 0;
  /** -1: none. */
  key = -1;
  value: RawValue = null;
  time = 0;
  /** Why a failed operation failed, where a text says so; unset for others, whose errors decide nothing. */
  reason: string | undefined;
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  #end = 0;
  #failed = false;
  /** Keys by length and hash of their bytes, each with its index. */
  readonly #keys = new Map<number, { bytes: Uint8Array; index: number }>();

  constructor(readonly builder: TableBuilder) {}

  parse(bytes: Buffer, from: number, to: number): boolean {
    this.#bytes = bytes;
    this.#at = from;
    this.#end = to;
    this.#failed = false;
    this.time = Number.NaN;
    this.value = null;
    this.reason = undefined;
    let error = -1;
    let has = 0;
    let key = -1;
    if (!this.#eat(OPEN_OBJECT)) return false;
    do {
      if (!this.#eat(QUOTE)) return false;
      const name = this.#at;
      const end = this.#string();
      if (end < 0 || !this.#eat(COLON)) return false;
      if (this.#is(PROCESS, name, end)) {
        this.process = this.#integer();
        has |= 1;
      } else if (this.#is(TYPE, name, end)) {
        this.type = this.#word(TYPES);
        has |= 2;
      } else if (this.#is(FUNCTION, name, end)) {
        this.f = this.#word(KNOWN);
        has |= 4;
      } else if (this.#is(KEY, name, end)) key = this.#key();
      else if (this.#is(VALUE, name, end)) this.#value();
      else if (this.#is(TIME, name, end)) this.time = this.#integer();
      else {
        if (this.#is(ERROR, name, end)) error = this.#at;
        this.#skip();
      }
      if (this.#failed) return false;
    } while (this.#eat(COMMA));
    if (!this.#eat(CLOSE_OBJECT)) return false;
    this.#blank();
    if (has !== 7 || this.#at !== this.#end) return false;
    if (error >= 0 && this.type === FAIL) this.#readReason(error);
    this.key = key;
    return true;
  }

  /** Whether the bytes from `from` to before `end` are these. */
  #is(bytes: Uint8Array, from: number, end: number): boolean {
    const { length } = bytes;
    if (length !== end - from) return false;
    for (let at = 0; at < length; at++) if (bytes[at] !== this.#bytes[from + at]) return false;
    return true;
  }

  #blank(): void {
    while (this.#at < this.#end && this.#bytes[this.#at]! <= 32) this.#at++;
  }

  #eat(byte: number): boolean {
    if (this.#bytes[this.#at] !== byte) {
      this.#blank();
      if (this.#at >= this.#end || this.#bytes[this.#at] !== byte) return false;
    }
    this.#at++;
    return this.#at <= this.#end;
  }

  #fail(): number {
    this.#failed = true;
    return -1;
  }

  /** From behind an opening quote to behind the closing one; the place of the closing one. */
  #string(): number {
    for (let at = this.#at; at < this.#end; at++) {
      const byte = this.#bytes[at]!;
      if (byte === QUOTE) {
        this.#at = at + 1;
        return at;
      }
      if (byte === BACKSLASH || byte >= 128) break;
    }
    return this.#fail();
  }

  #integer(): number {
    this.#blank();
    let at = this.#at;
    const negative = this.#bytes[at] === 45;
    if (negative) at++;
    const first = at;
    let value = 0;
    for (let digit = this.#bytes[at]! - 48; at < this.#end && digit >= 0 && digit <= 9; ) {
      value = value * 10 + digit;
      digit = this.#bytes[++at]! - 48;
    }
    const next = this.#bytes[at];
    // Leading zeros, fractions and exponents are for JSON.parse to judge.
    const odd = at === first || at - first > 15 || (at - first > 1 && this.#bytes[first] === 48);
    if (odd || next === 46 || next === 69 || next === 101) return this.#fail();
    this.#at = at;
    return negative ? -value : value;
  }

  /** The index of a string among `words`. */
  #word(words: readonly Uint8Array[]): number {
    if (!this.#eat(QUOTE)) return this.#fail();
    const from = this.#at;
    const end = this.#string();
    for (let index = 0; index < words.length; index++) {
      if (this.#is(words[index]!, from, end)) return index;
    }
    return this.#fail();
  }

  #null(): boolean {
    this.#blank();
    const at = this.#at;
    const bytes = this.#bytes;
    if (bytes[at] !== 110 || bytes[at + 1] !== 117 || bytes[at + 2] !== 108 || bytes[at + 3] !== 108)
      return false;
    this.#at = at + 4;
    return this.#at <= this.#end;
  }

  #key(): number {
    if (this.#null()) return -1;
    if (!this.#eat(QUOTE)) return this.#fail();
    const from = this.#at;
    const end = this.#string();
    let hash = end - from;
    for (let at = from; at < end; at++) hash = (Math.imul(hash, 31) + this.#bytes[at]!) | 0;
    const known = this.#keys.get(hash);
    if (known !== undefined && this.#is(known.bytes, from, end)) return known.index;
    const bytes = Buffer.from(this.#bytes.subarray(from, end));
    const index = this.builder.keyOf(bytes.toString('latin1'));
    if (known === undefined) this.#keys.set(hash, { bytes, index });
    return index;
  }

  #value(): void {
    this.value = null;
    if (this.#null()) return;
    const byte = this.#bytes[this.#at]!;
    if (byte === QUOTE) this.value = this.#text(++this.#at);
    else if (byte === OPEN_LIST) {
      this.#at++;
      const first = this.#integer();
      if (!this.#eat(COMMA)) this.#fail();
      const second = this.#integer();
      if (!this.#eat(CLOSE_LIST)) this.#fail();
      this.value = [first, second];
    } else this.value = this.#integer();
  }

  /** The string whose first byte is at `from`. */
  #text(from: number): string {
    const end = this.#string();
    return end < 0 ? '' : heldText(this.#bytes.toString('latin1', from, end));
  }

  /** The error whose value begins at `from`, and that was skipped as a simple one: a text, a number or null. */
  #readReason(from: number): void {
    this.#at = from;
    if (this.#null()) return;
    if (this.#eat(QUOTE)) this.reason = this.#text(this.#at);
    else this.reason = String(this.#integer());
  }

  /** A value that does not matter, if it is a simple one. */
  #skip(): void {
    this.#blank();
    if (this.#bytes[this.#at] === QUOTE) {
      this.#at++;
      this.#string();
    } else if (!this.#null()) this.#integer();
  }
}
