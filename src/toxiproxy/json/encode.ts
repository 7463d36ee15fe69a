/**
 * Writes JSON as Go's encoding/json does, so that answers are the same byte for byte: `<`, `>` and `&` are
 * escaped, the keys of a map are sorted, and a 32-bit float has the fewest digits that tell it from its neighbours.
 */

/** A JSON text that is part of a greater one. */
export type JsonText = string;

const ESCAPES: Record<string, string> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};

export function encodeText(value: string): JsonText {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (char) => ESCAPES[char] as string);
}

export function encodeFloat(value: number): JsonText {
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return String(short);
  }
  return String(Number(value.toPrecision(9)));
}

/** An object with its fields in the order given. */
export function encodeObject(fields: Iterable<readonly [string, JsonText]>): JsonText {
  return `{${[...fields].map(([name, value]) => `${encodeText(name)}:${value}`).join(',')}}`;
}

/** An object with its keys sorted by their bytes. */
export function encodeMap(entries: Iterable<readonly [string, JsonText]>): JsonText {
  return encodeObject([...entries].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
}

export function encodeArray(items: readonly JsonText[]): JsonText {
  return `[${items.join(',')}]`;
}
