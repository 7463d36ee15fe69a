/**
 * The operations of a history in columns: what the checkers read, small enough for millions of operations.
 *
 *     row      0        1       2           one row for each operation, in the order of the invocations
 *     f        write    read    cas         what was called, an index of FUNCTIONS or a further name
 *     key      0        0       0           which object, an index of `keys`
 *     value    1        1       1           what was written or read, an index of `values` (a cas: expected)
 *     to       -1       -1      2           a cas's new value
 *     start    0        1       4           place of the invocation in the history
 *     end      3        2       NEVER       place of the completion; NEVER where the outcome is unknown
 *
 * Equal values of one key share one index and no two keys share any, so a value index also tells its key.
 * Places order the events: `a` precedes `b` exactly when `end[a] < start[b]`.
 */
import type { Value } from '../../history/operation-type.js';

/** The functions that every history may use; further ones get the indexes after these. */
export const FUNCTIONS = ['read', 'write', 'cas', 'append', 'add'] as const;
export const READ = 0;
export const WRITE = 1;
export const CAS = 2;
export const APPEND = 3;
export const ADD = 4;

/**
 * How an operation ended: it happened, it did not, nobody knows. Failed operations say nothing more, but for a
 * compare-and-set (or a further function) that has its value: it failed for what the object held.
 */
export const OK = 0;
export const FAIL = 1;
export const INFO = 2;
export type Outcome = typeof OK | typeof FAIL | typeof INFO;

/** The end of an operation whose outcome is unknown: it may take effect at any later time, or never. */
export const NEVER = 0x7fffffff;
/** No value. */
export const NONE = -1;

/** A list as its JSON text, so that long lists are held once and in little memory. */
export class ListText {
  constructor(readonly text: string) {}
}

const COLUMNS = {
  /** Who called: its number, or a negative one for what `odd` holds (processAt). */
  process: Int32Array,
  f: Uint8Array,
  type: Uint8Array,
  key: Int32Array,
  /** NONE for what failed without coming to the object (failure.ts). */
  value: Int32Array,
  to: Int32Array,
  /** 1 for a compare-and-set that failed and does not say why (failure.ts). */
  untold: Uint8Array,
  start: Int32Array,
  end: Int32Array,
  /** Nanoseconds, NaN where the history has no times. */
  startTime: Float64Array,
  /** Nanoseconds; for an operation in doubt, when the client gave up, NaN where it never did. */
  endTime: Float64Array,
};
export type Columns = { readonly [Name in keyof typeof COLUMNS]: InstanceType<(typeof COLUMNS)[Name]> };
type Column = Columns[keyof Columns];

/** Columns, each made by its name and its type. */
export function eachColumn(
  make: (name: keyof Columns, Type: new (length: number) => Column) => Column,
): Columns {
  const made = Object.entries(COLUMNS).map(([name, Type]) => [name, make(name as keyof Columns, Type)]);
  return Object.fromEntries(made) as Columns;
}

export interface OperationTable extends Columns {
  readonly count: number;
  /** Nanoseconds by which times go back, at most; 0 where they never do. The places order the events. */
  readonly timesBack: number;
  /** One past the last event's place. */
  readonly places: number;
  readonly functions: readonly string[];
  readonly keys: readonly (string | null)[];
  readonly values: readonly (Exclude<Value, Value[]> | ListText)[];
  /** For each key, the index of its null: what a register holds at first unless told otherwise. */
  readonly nilOf: readonly number[];
  /** The processes that have names, or numbers that the column does not hold: -1 is the first of them. */
  readonly odd: readonly (string | number)[];
  /** What the history calls an event's place when it speaks to people: `line` (from 1) or `event` (from 0). */
  readonly unit: 'line' | 'event';
}

/** The value that an index stands for; undefined for NONE. */
export function valueAt(table: OperationTable, index: number): Value | undefined {
  if (index === NONE) return undefined;
  const value = table.values[index];
  return value instanceof ListText ? (JSON.parse(value.text) as Value[]) : value;
}

/** As the history has it. */
export function processAt(table: OperationTable, row: number): string | number {
  const process = table.process[row]!;
  return process < 0 ? table.odd[-1 - process]! : process;
}

/** `read`, `write`, ... */
export function functionAt(table: OperationTable, row: number): string {
  return table.functions[table.f[row]!]!;
}

/** An operation as data. */
export interface OperationData {
  process: number | string;
  f: string;
  key: string | null;
  /** What was written or read; a compare-and-set's [from, to]. */
  value: unknown;
  type: 'ok' | 'fail' | 'info';
}

export function operationAt(table: OperationTable, row: number): OperationData {
  const value = valueAt(table, table.value[row]!);
  return {
    process: processAt(table, row),
    f: functionAt(table, row),
    key: table.keys[table.key[row]!]!,
    value: table.f[row] === CAS ? [value, valueAt(table, table.to[row]!)] : value,
    type: (['ok', 'fail', 'info'] as const)[table.type[row]!]!,
  };
}

/** A table of some rows of another, in the same order; values, keys and places keep their meaning. */
export function selectRows(table: OperationTable, rows: ArrayLike<number>): OperationTable {
  const columns = eachColumn((name, Type) => {
    const column = new Type(rows.length);
    for (let at = 0; at < rows.length; at++) column[at] = table[name][rows[at]!]!;
    return column;
  });
  return { ...table, ...columns, count: rows.length };
}
