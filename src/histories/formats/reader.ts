/** What the readers of all formats have in common: chunks of bytes in, a table of operations out. */
import { UsageError } from '../../errors.js';
import { FAIL, FUNCTIONS, INFO, OK, type OperationTable, type Outcome } from './operation-table.js';
import type { TableBuilder } from './table-builder.js';
import type { RawValue } from './value-index.js';

export interface HistoryReader {
  /** Takes the next bytes of the file. Errors name the file, line and column. */
  feed(chunk: Buffer): void;
  /** The table, once everything was fed. */
  end(): OperationTable;
}

/** What a history calls the types of its events. */
export const OUTCOMES: ReadonlyMap<string, Outcome> = new Map<string, Outcome>([
  ['ok', OK],
  ['fail', FAIL],
  ['info', INFO],
]);

/** Runs a step of reading; a UsageError that it throws is given its place. */
export function located<T>(place: string | ((error: UsageError) => string), step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof UsageError) || error.text.where !== undefined) throw error;
    const where = typeof place === 'string' ? place : place(error);
    throw new UsageError({ ...error.text, where }, { cause: error });
  }
}

/** A text for a message: excerpt, and cut where it is long. */
export function excerpt(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text);
}

/** A reader of formats that have an event in one line. */
export abstract class LineReader implements HistoryReader {
  /** The line's beginning, from earlier chunks. */
  #rest: Buffer[] = [];
  #line = 0;

  /** Takes a line without its end, as bytes of a buffer that is used again. */
  protected abstract take(buffer: Buffer, from: number, to: number, line: number): void;

  protected abstract build(): OperationTable;

  feed(chunk: Buffer): void {
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      if (this.#rest.length > 0) this.#join(chunk.subarray(0, end));
      else this.take(chunk, from, end, ++this.#line);
      from = end + 1;
    }
    // A copy: the chunk's memory is read into again.
    if (from < chunk.length) this.#rest.push(Buffer.from(chunk.subarray(from)));
  }

  end(): OperationTable {
    if (this.#rest.length > 0) this.#join(Buffer.alloc(0));
    return this.build();
  }

  #join(last: Buffer): void {
    const line = Buffer.concat([...this.#rest, last]);
    this.#rest = [];
    this.take(line, 0, line.length, ++this.#line);
  }
}

/** The place in a file of an offset in a text that begins at a line and a column. */
export function placeIn(text: string, offset: number, line: number, column: number): string {
  const before = text.slice(0, offset);
  const newline = before.lastIndexOf('\n');
  if (newline < 0) return `${line}:${column + offset}`;
  return `${line + before.split('\n').length - 1}:${offset - newline}`;
}

/** One event of an operation as text formats give it, before it is paired. */
interface ReadEvent {
  place: number;
  time: number;
  process: number | string;
  type: string;
  f: string;
  /** Where it says so. */
  key?: string | null | undefined;
  /** What it was called with, or what came of it; undefined where it does not say. */
  value?: RawValue | undefined;
  /** Why it failed, where it says so. */
  reason?: unknown;
}

/** The function names of key-value stores. */
export function plainFunction(name: string): string {
  if (name === 'get') return 'read';
  return name === 'put' ? 'write' : name;
}

/** Who injects faults is no client: what it does is not among the operations. */
export function isNemesis(process: unknown): boolean {
  return typeof process === 'string' && process.toLowerCase() === 'nemesis';
}

/** The operations that a client may have had in doubt without its invocation; other events tell of something else. */
const OPERATIONS: ReadonlySet<string> = new Set([
  ...FUNCTIONS,
  'enqueue',
  'dequeue',
  'drain',
  'transfer',
  'txn',
]);

/**
 * Hands an event to the builder.
 * @throws UsageError, without a place, where it is not well-formed
 */
export function takeEvent(builder: TableBuilder, event: ReadEvent): void {
  const { place, time, type, reason, value } = event;
  const f = plainFunction(event.f);
  const process = builder.processOf(event.process);
  const key = event.key ?? null;
  if (type === 'invoke') {
    builder.invoke(place, time, process, builder.functionOf(f), builder.keyOf(key), value ?? null);
    return;
  }
  const outcome = OUTCOMES.get(type);
  if (outcome === undefined)
    throw new UsageError({ expected: 'a type of invoke, ok, fail or info', found: excerpt(type) });
  // What someone with a name tells by itself, as `kill` or `heal`, is no operation of a client.
  const tells = typeof event.process === 'string' && type === 'info' && !OPERATIONS.has(f);
  if (tells && !builder.isBusy(process)) return;
  const named = key === null ? -1 : builder.keyOf(key);
  builder.complete(place, time, process, outcome, builder.functionOf(f), value, reason, named);
}
