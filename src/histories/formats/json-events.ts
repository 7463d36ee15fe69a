/**
 * Events as JSON objects, from the bytes of each:
 *
 *     {"process":0,"type":"invoke","f":"write","key":"k","value":1,"time":123456}
 *
 * Whole numbers of any size are told apart (whole-numbers.ts). `error` tells why an operation failed (failure.ts).
 * Objects of other types (faults, roles, ...) without a process, and further keys, are skipped.
 *
 * Objects of the usual form are read from the bytes, without a string or an object for each; `JsonLine` says which
 * are usual. Everything else goes through JSON.parse.
 */
import { UsageError } from '../../errors.js';
import { DEEPEST, LONG_NUMBERS, rawValue, refuse, TOO_DEEP, traitsOf } from './held-values.js';
import { jsonFault } from './json-fault.js';
import { JsonLine } from './json-line.js';
import type { OperationTable } from './operation-table.js';
import { excerpt, isNemesis, located, OUTCOMES, placeIn, takeEvent } from './reader.js';
import { TableBuilder } from './table-builder.js';
import { notUtf8, textOf } from './utf8.js';
import { parseExactly } from './whole-numbers.js';

const KEYS = '{"process", "type", "f", "key", "value", "time"}';

export class JsonEvents {
  readonly #builder: TableBuilder;
  readonly #usual: JsonLine;
  readonly #file: string;

  constructor(file: string, unit: 'line' | 'event') {
    this.#file = file;
    this.#builder = new TableBuilder({ unit });
    this.#usual = new JsonLine(this.#builder);
  }

  /** Takes the object in bytes `from` to before `to`, which stands at a line and a column, and at a place in the history. */
  take(buffer: Buffer, from: number, to: number, line: number, column: number, place: number): void {
    const usual = this.#usual;
    if (!usual.parse(buffer, from, to)) {
      this.#takeText(buffer.subarray(from, to), line, column, place);
      return;
    }
    const builder = this.#builder;
    const { time, f, key, value, reason } = usual;
    try {
      const process = builder.processOf(usual.process);
      if (usual.type === 0)
        builder.invoke(place, time, process, f, key < 0 ? builder.keyOf(null) : key, value);
      else builder.complete(place, time, process, (usual.type - 1) as 0 | 1 | 2, f, value, reason, key);
    } catch (error) {
      located(`${this.#file}:${line}:${column}`, () => {
        throw error;
      });
    }
  }

  build(): OperationTable {
    return this.#builder.build();
  }

  #takeText(bytes: Buffer, line: number, column: number, place: number): void {
    const { text, wrong } = textOf(bytes);
    const where = (offset: number) => `${this.#file}:${placeIn(text, offset, line, column)}`;
    if (wrong !== undefined) throw notUtf8(where(text.length), wrong);
    if (text.trim() === '') return;
    const fields = this.#parse(text, where);
    const { deep, long, value } = fieldTraits(fields);
    if (deep) {
      throw new UsageError({
        where: where(tooDeepAt(text)),
        expected: `values nested at most ${DEEPEST} deep`,
        found: 'a deeper one',
      });
    }
    located(where(0), () => {
      refuse(value);
      this.#event(long ? exact(text, fields) : fields, value, place);
    });
  }

  #parse(text: string, where: (offset: number) => string): Record<string, unknown> {
    let event: unknown;
    try {
      event = JSON.parse(text);
    } catch (error) {
      const { at, expected, found } = jsonFault(text);
      const whole = at === 0 || at >= text.trimEnd().length;
      throw new UsageError(
        {
          where: where(at),
          expected: whole ? `a JSON object ${KEYS}` : expected,
          found,
          todo: /NaN|Infinity/.test(found)
            ? 'JSON has no such number: write null, or a text'
            : 'write one event to a line, or name the format with --format',
        },
        { cause: error },
      );
    }
    if (typeof event === 'object' && event !== null && !Array.isArray(event))
      return event as Record<string, unknown>;
    throw new UsageError({
      where: where(0),
      expected: `a JSON object ${KEYS}`,
      found: `${Array.isArray(event) ? 'a list' : typeof event}: ${excerpt(text)}`,
    });
  }

  #event(event: Record<string, unknown>, traits: number, place: number): void {
    const { process, type, f, error: reason } = event;
    if (type !== 'invoke' && !OUTCOMES.has(type as string)) {
      // An event of our own that is no operation; anything else is a mistake.
      if (typeof type === 'string' && process === undefined) return;
      throw new UsageError({ expected: '"type" of invoke, ok, fail or info', found: show(type) });
    }
    if (isNemesis(process)) return;
    if (!isProcess(process))
      throw new UsageError({ expected: '"process" as a whole number or a name', found: show(process) });
    if (typeof f !== 'string') throw new UsageError({ expected: '"f" as a string', found: show(f) });
    const key = event.key ?? null;
    if (typeof key === 'object' && key !== null) {
      throw new UsageError({ expected: '"key" as a string', found: show(key) });
    }
    takeEvent(this.#builder, {
      place,
      time: typeof event.time === 'number' ? event.time : Number.NaN,
      process,
      type: type as string,
      f,
      key: key === null ? null : String(key),
      value: rawValue(event.value, traits),
      reason,
    });
  }
}

/** What is special in the fields of an event: whether one is too deep, whether one that counts has long numbers. */
function fieldTraits(fields: Record<string, unknown>): { deep: boolean; long: boolean; value: number } {
  let [deep, long, value] = [0, 0, 0];
  for (const [name, field] of Object.entries(fields)) {
    const traits = traitsOf(field, 1);
    deep |= traits & TOO_DEEP;
    if (name === 'value') value = traits;
    // Keys and processes are names: only their numbers can be rounded.
    if (name === 'value' || (typeof field === 'number' && NAMES.has(name))) long |= traits & LONG_NUMBERS;
  }
  return { deep: deep !== 0, long: long !== 0, value };
}

const NAMES: ReadonlySet<string> = new Set(['key', 'process']);

/** The fields of an event that has long numbers, or texts that read like them. */
function exact(text: string, fields: Record<string, unknown>): Record<string, unknown> {
  const read = parseExactly(text) as Record<string, unknown>;
  const held: Record<string, unknown> = { ...fields, value: read.value };
  for (const name of NAMES) if (typeof fields[name] === 'number') held[name] = read[name];
  return held;
}

/** A whole number, a long one as its digits, or a name; a short text of digits is neither. */
function isProcess(process: unknown): process is number | string {
  if (typeof process === 'number') return Number.isInteger(process);
  return typeof process === 'string' && process !== '' && !/^-?\d{1,15}$/.test(process);
}

/** Where the first bracket stands that is nested too deep; strings are passed over. */
function tooDeepAt(text: string): number {
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"|[[\]{}]/g)) {
    if (token === ']' || token === '}') depth--;
    else if (!token.startsWith('"') && ++depth > DEEPEST) return index;
  }
  return 0;
}

function show(value: unknown): string {
  return value === undefined ? 'none' : excerpt(JSON.stringify(value));
}
