/** The operations of one register, cut out of the table: values renumbered from 0, what says nothing left out. */
import { CAS, FAIL, NEVER, NONE, OK, type OperationTable, READ, WRITE } from '../formats/operation-table.js';

/** What an operation does to a register that holds s. */
export const READS = 0;
/** s becomes a. */
export const WRITES = 1;
/** s, which must be a, becomes b. */
export const SWAPS = 2;
/** s must not be a. */
export const DIFFERS = 3;

export interface RegisterHistory {
  count: number;
  kind: Uint8Array;
  a: Int32Array;
  b: Int32Array;
  start: Int32Array;
  /** NEVER for an operation in doubt. */
  end: Int32Array;
  /** Where each comes from: its row of the table. */
  row: Int32Array;
  /** How many values there are; each is below this. */
  values: number;
  /** What the register holds at first; NONE: any value. */
  initial: number;
}

/** Renumbers values; one for all keys of a table, since no two keys share a value index. */
export class ValueNumbers {
  readonly #numbers: Int32Array;
  #next = 0;

  constructor(size: number) {
    this.#numbers = new Int32Array(size + 1).fill(NONE);
  }

  restart(): void {
    this.#next = 0;
  }

  get count(): number {
    return this.#next;
  }

  of(value: number): number {
    const known = this.#numbers[value]!;
    if (known !== NONE) return known;
    this.#numbers[value] = this.#next;
    return this.#next++;
  }
}

/**
 * The register's operations among `rows` (of one key, in order). Failed writes, reads without a result and
 * compare-and-sets that never came to the register are left out; a compare-and-set of equal values is a read;
 * what is in doubt and has no observer is left out too.
 */
export function registerHistory(
  table: OperationTable,
  rows: Int32Array,
  initial: number,
  numbers: ValueNumbers,
): RegisterHistory {
  numbers.restart();
  const size = rows.length;
  const history: RegisterHistory = {
    count: 0,
    kind: new Uint8Array(size),
    a: new Int32Array(size),
    b: new Int32Array(size),
    start: new Int32Array(size),
    end: new Int32Array(size),
    row: new Int32Array(size),
    values: 0,
    initial: initial === NONE ? NONE : numbers.of(initial),
  };
  let count = 0;
  for (let at = 0; at < size; at++) {
    const row = rows[at]!;
    const kind = kindOf(table, row);
    if (kind < 0) continue;
    history.kind[count] = kind;
    history.a[count] = numbers.of(table.value[row]!);
    history.b[count] = kind === SWAPS ? numbers.of(table.to[row]!) : NONE;
    history.start[count] = table.start[row]!;
    history.end[count] = table.end[row]!;
    history.row[count] = row;
    count++;
  }
  history.count = count;
  history.values = numbers.count;
  dropUnobserved(history);
  return history;
}

function kindOf(table: OperationTable, row: number): number {
  const type = table.type[row]!;
  const f = table.f[row]!;
  if (f === READ) return type === OK ? READS : -1;
  if (f === WRITE) return type === FAIL ? -1 : WRITES;
  if (f !== CAS) return -1;
  if (type === FAIL) return table.value[row] === NONE ? -1 : DIFFERS;
  if (table.value[row] !== table.to[row]) return SWAPS;
  return type === OK ? READS : -1;
}

/** Leaves out operations in doubt whose new value nothing can tell from any other. */
function dropUnobserved(history: RegisterHistory): void {
  const { kind, a, b, end } = history;
  const observed = new Uint8Array(history.values);
  for (let at = 0; at < history.count; at++) {
    if (kind[at] === DIFFERS) return;
    if (kind[at] !== WRITES) observed[a[at]!] = 1;
  }
  let kept = 0;
  for (let at = 0; at < history.count; at++) {
    const result = kind[at] === SWAPS ? b[at]! : a[at]!;
    if (end[at] === NEVER && observed[result] === 0) continue;
    if (kept !== at) {
      for (const column of [kind, a, b, history.start, end, history.row]) column[kept] = column[at]!;
    }
    kept++;
  }
  history.count = kept;
}

/** The indexes of the operations that have an end, in the order of their ends. */
export function byEnd(history: RegisterHistory): Int32Array {
  // End and index in one number, so that one sort of numbers does it.
  const live: number[] = [];
  for (let at = 0; at < history.count; at++) {
    if (history.end[at] !== NEVER) live.push(history.end[at]! * history.count + at);
  }
  const order = Float64Array.from(live).sort();
  return Int32Array.from(order, (packed) => packed % history.count);
}
