/** What the readers of all formats have in common: chunks of bytes in, a table of operations out. */
import { UsageError } from '../../errors.js';
import { FAIL, INFO, OK, type OperationTable, type Outcome } from './operation-table.js';
import type { TableBuilder } from './table-builder.js';

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
export function located<T>(where: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof UsageError) || error.text.where !== undefined) throw error;
    throw new UsageError({ ...error.text, where }, { cause: error });
  }
}

/** A text for a message: quoted, and cut where it is long. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text);
}

/** Splits chunks of bytes into lines (without their ends), handed on as bytes of a buffer that is reused. */
export class LineSplitter {
  #rest: Buffer = Buffer.alloc(0);
  #line = 0;
  readonly #take: (buffer: Buffer, from: number, to: number, line: number) => void;

  constructor(take: (buffer: Buffer, from: number, to: number, line: number) => void) {
    this.#take = take;
  }

  feed(chunk: Buffer): void {
    let from = 0;
    if (this.#rest.length > 0) {
      const end = chunk.indexOf(10);
      if (end < 0) {
        this.#rest = Buffer.concat([this.#rest, chunk]);
        return;
      }
      const first = Buffer.concat([this.#rest, chunk.subarray(0, end)]);
      this.#rest = Buffer.alloc(0);
      this.#take(first, 0, first.length, ++this.#line);
      from = end + 1;
    }
    for (let end = chunk.indexOf(10, from); end >= 0; end = chunk.indexOf(10, from)) {
      this.#take(chunk, from, end, ++this.#line);
      from = end + 1;
    }
    // A copy: the chunk's memory is read into again.
    if (from < chunk.length) this.#rest = Buffer.from(chunk.subarray(from));
  }

  end(): void {
    if (this.#rest.length > 0) this.#take(this.#rest, 0, this.#rest.length, ++this.#line);
    this.#rest = Buffer.alloc(0);
  }
}

/** One event of an operation as text formats give it, before it is paired. */
export interface ReadEvent {
  place: number;
  time: number;
  process: number;
  type: string;
  f: string;
  /** Why it failed, where it says so. */
  reason?: unknown;
}

/** The function names of key-value stores. */
export function plainFunction(name: string): string {
  if (name === 'get') return 'read';
  return name === 'put' ? 'write' : name;
}

export function completes(
  builder: TableBuilder,
  event: ReadEvent,
  value: Parameters<TableBuilder['complete']>[5],
) {
  const outcome = OUTCOMES.get(event.type);
  if (outcome === undefined) {
    throw new UsageError({
      expected: 'a type of invoke, ok, fail or info',
      found: quoted(event.type),
    });
  }
  const { place, time, process, f, reason } = event;
  builder.complete(place, time, process, outcome, builder.functionOf(f), value, reason);
}
