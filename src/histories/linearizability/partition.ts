/**
 * Keys are independent objects: a history is linearizable exactly when it is for each key by itself (Herlihy
 * and Wing, "Linearizability", 1990; Horn and Kroening, "Faster linearizability checking via P-compositionality",
 * 2015).
 */
import { APPEND, CAS, FAIL, type OperationTable, READ, WRITE } from '../formats/operation-table.js';

/** The rows of each key, in order: those of key k are `rows` from `first[k]` to before `first[k + 1]`. */
export interface RowsByKey {
  rows: Int32Array;
  first: Int32Array;
}

export function rowsByKey(table: OperationTable): RowsByKey {
  const keys = table.keys.length;
  const first = new Int32Array(keys + 1);
  for (let row = 0; row < table.count; row++) first[table.key[row]! + 1]!++;
  for (let key = 0; key < keys; key++) first[key + 1]! += first[key]!;
  const at = first.slice();
  const rows = new Int32Array(table.count);
  for (let row = 0; row < table.count; row++) rows[at[table.key[row]!]!++] = row;
  return { rows, first };
}

export function rowsOfKey(parts: RowsByKey, key: number): Int32Array {
  return parts.rows.subarray(parts.first[key]!, parts.first[key + 1]!);
}

/** What kinds of operations a key has, as bits. */
export const HAS_WRITE = 1;
export const HAS_CAS = 2;
export const HAS_APPEND = 4;
/** Something that is neither a register's nor a sequence's. */
export const HAS_OTHER = 8;
export const HAS_READ = 16;

export function contents(table: OperationTable): Uint8Array {
  const bits = new Uint8Array(256).fill(HAS_OTHER);
  bits[READ] = HAS_READ;
  bits[WRITE] = HAS_WRITE;
  bits[CAS] = HAS_CAS;
  bits[APPEND] = HAS_APPEND;
  const has = new Uint8Array(table.keys.length);
  const { key, f, type, count } = table;
  for (let row = 0; row < count; row++) {
    // A failed append still makes the key a sequence: its reads are lists.
    if (type[row] !== FAIL || f[row] === CAS || f[row] === APPEND) has[key[row]!]! |= bits[f[row]!]!;
  }
  return has;
}
