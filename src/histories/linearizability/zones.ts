/**
 * Linearizability of registers whose written values are unique, in linear time, for all keys in one sweep.
 *
 * After Gibbons and Korach, "Testing shared memories" (SIAM Journal on Computing 26(4), 1997). The write of a
 * value and its reads are a cluster; its zone spans the earliest end and the latest start in it:
 *
 *     write 1  |-----|                      forward zone: from the end of the write to the start of the last
 *     read 1              |-----|           read the register must hold 1
 *                    [====]
 *
 *     write 2  |--------------|             backward zone: all of its operations overlap; one instant in it
 *     read 2       |-----|                  is enough
 *                  <=====>
 *
 * A register is linearizable exactly when no read ends before its write starts, no two forward zones overlap
 * and no backward zone lies inside a forward one. A write in doubt that nobody read constrains nothing; one
 * that was read has its end left open, so it only adds its start to the zone.
 *
 * The sweep goes over places instead of sorting: each zone is entered at the place where it is judged.
 */

import { valueText } from '../evidence/value-text.js';
import { FAIL, NEVER, OK, type OperationTable, READ, valueAt, WRITE } from '../formats/operation-table.js';
import { type RowsByKey, rowsByKey, rowsOfKey } from './partition.js';
import { contradicts, type FailingKey, ZONES } from './result.js';

/** The writer of the initial value. */
const INITIAL = -2;
const NOBODY = -1;

/** The clusters of all values: by value index. */
interface Clusters {
  /** The row of the write, INITIAL, or NOBODY. */
  writer: Int32Array;
  minEnd: Int32Array;
  maxStart: Int32Array;
  /** The key of a value that was written or read. */
  keyOf: Int32Array;
  /** By key: 1 where two writes wrote one value (or the initial one), so that zones do not apply. */
  repeated: Uint8Array;
}

/** Gathers the clusters of the reads and writes of the keys for which `wanted` is 1. `initial` by key. */
export function clustersOf(table: OperationTable, wanted: Uint8Array, initial: ArrayLike<number>): Clusters {
  // One more than there are values, for an initial value that does not occur.
  const size = table.values.length + 1;
  const writer = new Int32Array(size).fill(NOBODY);
  const minEnd = new Int32Array(size).fill(NEVER);
  const maxStart = new Int32Array(size).fill(-1);
  const keyOf = new Int32Array(size);
  const repeated = new Uint8Array(table.keys.length);
  for (let key = 0; key < table.keys.length; key++) writer[initial[key]!] = INITIAL;
  const { f, type, key, value, start, end, count } = table;
  for (let row = 0; row < count; row++) {
    if (wanted[key[row]!] === 0) continue;
    const index = value[row]!;
    if (f[row] === WRITE) {
      if (type[row] === FAIL) continue;
      if (writer[index] !== NOBODY) repeated[key[row]!] = 1;
      writer[index] = row;
    } else if (type[row] !== OK) continue;
    keyOf[index] = key[row]!;
    if (end[row]! < minEnd[index]!) minEnd[index] = end[row]!;
    if (start[row]! > maxStart[index]!) maxStart[index] = start[row]!;
  }
  return { writer, minEnd, maxStart, keyOf, repeated };
}

/** Judges all keys for which `wanted` is 1 and values are not repeated: one violation for each that does not hold. */
export function judgeZones(
  table: OperationTable,
  clusters: Clusters,
  wanted: Uint8Array,
  initial: ArrayLike<number>,
): FailingKey[] {
  const { writer, minEnd, maxStart, keyOf, repeated } = clusters;
  const found = new Violations(table, clusters);
  // At each place: 0, or a forward zone that begins there (its value + 1), or a backward one (negated).
  const zoneAt = new Int32Array(table.places);
  for (let value = 0; value < writer.length; value++) {
    if (minEnd[value] === NEVER || repeated[keyOf[value]!] === 1) continue;
    if (writer[value] === NOBODY) found.unwritten(keyOf[value]!, value);
    if (writer[value]! < 0) continue;
    if (minEnd[value]! < table.start[writer[value]!]!) found.readTooEarly(keyOf[value]!, value);
    if (minEnd[value]! < maxStart[value]!) zoneAt[minEnd[value]!] = value + 1;
    else zoneAt[maxStart[value]!] = -value - 1;
  }
  // By key: until where, and by which value, the register is held.
  const heldUntil = new Int32Array(table.keys.length).fill(-1);
  const holder = new Int32Array(table.keys.length);
  for (let key = 0; key < table.keys.length; key++) {
    holder[key] = initial[key]!;
    if (wanted[key] === 1) heldUntil[key] = maxStart[initial[key]!]!;
  }
  for (let place = 0; place < zoneAt.length; place++) {
    const zone = zoneAt[place]!;
    if (zone === 0) continue;
    const value = zone > 0 ? zone - 1 : -zone - 1;
    const key = keyOf[value]!;
    if (heldUntil[key]! > (zone > 0 ? place : minEnd[value]!)) found.conflict(key, holder[key]!, value);
    if (zone < 0) continue;
    heldUntil[key] = maxStart[value]!;
    holder[key] = value;
  }
  return found.all;
}

/** More violations than this are told without their operations being looked for. */
const MOST_SHOWN = 64;

/** The first violation of each key. */
class Violations {
  readonly #found = new Map<number, FailingKey>();
  #parts: RowsByKey | undefined;

  constructor(
    readonly table: OperationTable,
    readonly clusters: Clusters,
  ) {}

  get all(): FailingKey[] {
    return [...this.#found.values()];
  }

  unwritten(key: number, value: number): void {
    this.#add(key, () => {
      const rows = this.#rowsOf(key, value);
      const read = rows.find((row) => this.table.f[row] === READ);
      const failed = rows.filter((row) => this.table.f[row] === WRITE);
      const how = failed.length > 0 ? 'whose write failed' : 'but never written';
      return { rows: [...failed, read!], reason: `${this.#show(value)} was read, ${how}` };
    });
  }

  readTooEarly(key: number, value: number): void {
    this.#add(key, () => {
      const { writer, minEnd } = this.clusters;
      const read = this.#rowsOf(key, value).find((row) => this.table.end[row] === minEnd[value]);
      const reason = `${this.#show(value)} was read before its write began`;
      return { rows: [read!, writer[value]!], reason };
    });
  }

  conflict(key: number, held: number, other: number): void {
    this.#add(key, () => {
      const { minEnd, maxStart } = this.clusters;
      const backward = minEnd[other]! > maxStart[other]!;
      const reason = backward
        ? `${this.#show(other)} was there only while the register must have held ${this.#show(held)}`
        : `the register must have held ${this.#show(held)} and ${this.#show(other)} at once`;
      return { rows: [...this.#pillars(key, held), ...this.#pillars(key, other)], reason };
    });
  }

  #add(key: number, explain: () => { rows: number[]; reason: string }): void {
    if (this.#found.has(key)) return;
    const { rows, reason } =
      this.#found.size < MOST_SHOWN ? explain() : { rows: [], reason: 'its reads contradict each other' };
    this.#found.set(key, { ...contradicts(ZONES, rows, reason), key });
  }

  /** The operations that a cluster's zone rests on: its write, the earliest to end, the latest to start. */
  #pillars(key: number, value: number): number[] {
    const { writer, minEnd, maxStart } = this.clusters;
    const { start, end } = this.table;
    const rows = this.#rowsOf(key, value).filter(
      (row) => end[row] === minEnd[value] || start[row] === maxStart[value],
    );
    if (writer[value]! >= 0) return [writer[value]!, ...rows];
    // What the initial value's zone rests on is its latest read.
    return rows.filter((row) => start[row] === maxStart[value]);
  }

  #rowsOf(key: number, value: number): number[] {
    const { f, type, value: values, count } = this.table;
    // For one key alone it is quicker to look through all rows than to sort them by key first.
    if (this.#found.size > 0) this.#parts ??= rowsByKey(this.table);
    const rows = this.#parts && rowsOfKey(this.#parts, key);
    const found: number[] = [];
    for (let at = 0; at < (rows?.length ?? count); at++) {
      const row = rows ? rows[at]! : at;
      if (values[row] === value && (f[row] === WRITE || type[row] === OK)) found.push(row);
    }
    return found;
  }

  #show(value: number): string {
    return valueText(valueAt(this.table, value));
  }
}
