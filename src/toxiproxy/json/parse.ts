/**
 * Reads the first JSON value of a request body and refuses a bad one in the words of Go's encoding/json, which
 * the clients of Toxiproxy show to their users. What follows the first value is not looked at, as in Go.
 *
 *     {"name": 5}  ->  { kind: 'object', members: [['name', { kind: 'number', literal: '5' }]] }
 */

export type JsonValue =
  | { kind: 'null' }
  | { kind: 'bool'; value: boolean }
  | { kind: 'number'; literal: string }
  | { kind: 'string'; value: string }
  | { kind: 'array'; items: JsonValue[] }
  | { kind: 'object'; members: [string, JsonValue][] };

/** The body is not JSON; the message is Go's. */
export class JsonSyntaxError extends Error {
  override readonly name = 'JsonSyntaxError';
}

// Go allows 10,000 levels; the parser below recurses, and no body of this API is more than four deep.
const MAX_DEPTH = 1000;

/** Throws a `JsonSyntaxError`. */
export function parseJson(body: Buffer): JsonValue {
  return new Parser(body).value(0, 'looking for beginning of value');
}

class Parser {
  #at = 0;

  constructor(readonly body: Buffer) {}

  value(depth: number, context: string): JsonValue {
    if (depth > MAX_DEPTH) throw new JsonSyntaxError('exceeded max depth');
    const start = this.#next();
    switch (start) {
      case '{':
        return this.#object(depth);
      case '[':
        return this.#array(depth);
      case '"':
        return { kind: 'string', value: this.#string() };
      case 't':
        return this.#literal('true', { kind: 'bool', value: true });
      case 'f':
        return this.#literal('false', { kind: 'bool', value: false });
      case 'n':
        return this.#literal('null', { kind: 'null' });
    }
    if (start === '-' || isDigit(start)) return { kind: 'number', literal: this.#number() };
    throw this.#unexpected(context);
  }

  #object(depth: number): JsonValue {
    const members: [string, JsonValue][] = [];
    this.#at++;
    if (this.#next() === '}') {
      this.#at++;
      return { kind: 'object', members };
    }
    for (;;) {
      if (this.#next() !== '"') throw this.#unexpected('looking for beginning of object key string');
      const key = this.#string();
      if (this.#next() !== ':') throw this.#unexpected('after object key');
      this.#at++;
      members.push([key, this.value(depth + 1, 'looking for beginning of value')]);
      if (this.#separator('}', 'after object key:value pair')) return { kind: 'object', members };
    }
  }

  #array(depth: number): JsonValue {
    const items: JsonValue[] = [];
    this.#at++;
    if (this.#next() === ']') {
      this.#at++;
      return { kind: 'array', items };
    }
    for (;;) {
      items.push(this.value(depth + 1, 'looking for beginning of value'));
      if (this.#separator(']', 'after array element')) return { kind: 'array', items };
    }
  }

  /** Steps over a comma (false) or the closing bracket (true). */
  #separator(close: string, context: string): boolean {
    const found = this.#next();
    if (found !== close && found !== ',') throw this.#unexpected(context);
    this.#at++;
    return found === close;
  }

  #string(): string {
    const start = this.#at++;
    for (; this.#char() !== '"'; this.#at++) {
      if (this.#code() < 0x20) throw this.#unexpected('in string literal');
      if (this.#char() === '\\') this.#escape();
    }
    this.#at++;
    const text: string = JSON.parse(this.body.toString('utf8', start, this.#at));
    return text.replace(/\p{Surrogate}/gu, '\ufffd');
  }

  #escape(): void {
    this.#at++;
    if (!'bfnrt\\/"u'.includes(this.#char())) throw this.#unexpected('in string escape code');
    if (this.#char() !== 'u') return;
    for (let digit = 0; digit < 4; digit++) {
      this.#at++;
      if (!/[0-9a-fA-F]/.test(this.#char())) throw this.#unexpected('in \\u hexadecimal character escape');
    }
  }

  #number(): string {
    const start = this.#at;
    if (this.#peek() === '-') this.#at++;
    if (!isDigit(this.#char())) throw this.#unexpected('in numeric literal');
    if (this.#char() === '0') this.#at++;
    else this.#digits();
    if (this.#peek() === '.') {
      this.#at++;
      if (!isDigit(this.#char())) throw this.#unexpected('after decimal point in numeric literal');
      this.#digits();
    }
    if (/[eE]/.test(this.#peek())) {
      this.#at++;
      if (/[+-]/.test(this.#char())) this.#at++;
      if (!isDigit(this.#char())) throw this.#unexpected('in exponent of numeric literal');
      this.#digits();
    }
    return this.body.toString('latin1', start, this.#at);
  }

  #digits(): void {
    while (isDigit(this.#peek())) this.#at++;
  }

  #literal(word: string, value: JsonValue): JsonValue {
    for (const letter of word) {
      if (this.#char() !== letter) throw this.#unexpected(`in literal ${word} (expecting '${letter}')`);
      this.#at++;
    }
    return value;
  }

  /** The next character that is not white space, which must exist. */
  #next(): string {
    while (' \t\r\n'.includes(this.#peek() || '-')) this.#at++;
    return this.#char();
  }

  /** The character here, or '' at the end. */
  #peek(): string {
    const code = this.body[this.#at];
    return code === undefined ? '' : String.fromCharCode(code);
  }

  #char(): string {
    return String.fromCharCode(this.#code());
  }

  #code(): number {
    const code = this.body[this.#at];
    if (code === undefined) throw new JsonSyntaxError(this.#blank() ? 'EOF' : 'unexpected EOF');
    return code;
  }

  #blank(): boolean {
    return this.body.every(
      (code) => code === 0x20 || (code >= 0x09 && code <= 0x0d && code !== 0x0b && code !== 0x0c),
    );
  }

  #unexpected(context: string): JsonSyntaxError {
    return new JsonSyntaxError(`invalid character ${quote(this.#code())} ${context}`);
  }
}

function isDigit(char: string): boolean {
  return char >= '0' && char <= '9' && char.length === 1;
}

/** A byte in quotes, as Go shows it. */
function quote(code: number): string {
  if (code === 0x27) return "'\\''";
  if (code === 0x22) return `'"'`;
  const named = '\x07\b\f\n\r\t\v\\'.indexOf(String.fromCharCode(code));
  if (named >= 0) return `'\\${'abfnrtv\\'[named]}'`;
  if (code < 0x20 || code === 0x7f) return `'\\x${code.toString(16).padStart(2, '0')}'`;
  if ((code > 0x7f && code < 0xa1) || code === 0xad) return `'\\u${code.toString(16).padStart(4, '0')}'`;
  return `'${String.fromCharCode(code)}'`;
}
