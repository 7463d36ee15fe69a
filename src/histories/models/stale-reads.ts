/**
 * How stale reads of a register are, in milliseconds; values must be unique.
 *
 * A value is over, at the latest, when a write has ended that began after the value was there for certain (after
 * its write, or a read of it, had ended). A read that begins later than that is stale, by the time in between:
 * what is measured is never more than how stale it really was.
 *
 *     write 1 |--|
 *     write 2        |---|                value 1 is over
 *     read 1                  |--|        stale by the time between the end of write 2 and this read
 */
import { firstWhere } from '../first-where.js';
import { FAIL, NEVER, OK, type OperationTable, READ, WRITE } from '../formats/operation-table.js';
import { rowsByKey, rowsOfKey } from '../linearizability/partition.js';
import { type HistoryModel, illegalKey, type KeyFinding, modelResult, unknownKey } from './model.js';

const ALGORITHM = 'ends of values';

export const staleReads: HistoryModel = {
  name: 'stale-reads',
  about: 'a register: no read is stale; how stale reads are, in ms (values must be unique)',
  functions: ['read', 'write'],
  check(table) {
    const parts = rowsByKey(table);
    const all: number[] = [];
    let reads = 0;
    const undecided: KeyFinding[] = [];
    const stale: { finding: KeyFinding; ms: number }[] = [];
    for (let key = 0; key < table.keys.length; key++) {
      const rows = rowsOfKey(parts, key);
      const over = endsOfValues(table, rows, table.nilOf[key]!);
      if (over === undefined) {
        const reason = 'a value was written twice: its end cannot be told';
        undecided.push(unknownKey(ALGORITHM, table.keys[key]!, reason));
        continue;
      }
      let worst: { ms: number; row: number; over: number } | undefined;
      for (const row of rows) {
        if (table.f[row] !== READ || table.type[row] !== OK) continue;
        reads++;
        const write = over.get(table.value[row]!);
        if (write === undefined || table.end[write]! > table.start[row]!) continue;
        const ms = (table.startTime[row]! - table.endTime[write]!) / 1e6;
        all.push(ms);
        if (worst === undefined || ms > worst.ms) worst = { ms, row, over: write };
      }
      if (worst === undefined) continue;
      const by = Number.isNaN(worst.ms) ? '' : ` by at least ${worst.ms.toFixed(3)} ms`;
      const shown = [ownWrite(table, worst.row), worst.over, worst.row];
      const finding = illegalKey(ALGORITHM, table.keys[key]!, `a read was stale${by}`, shown);
      stale.push({ finding, ms: worst.ms });
    }
    stale.sort((left, right) => right.ms - left.ms);
    return modelResult(
      ALGORITHM,
      [...stale.map(({ finding }) => finding), ...undecided],
      figuresOf(reads, all),
    );
  },
};

/** For each value, the write whose end ended it; undefined where a value was written twice. */
function endsOfValues(
  table: OperationTable,
  rows: Int32Array,
  initial: number,
): Map<number, number> | undefined {
  const there = new Map<number, number>([[initial, -1]]);
  const writes: number[] = [];
  for (const row of rows) {
    if (table.f[row] !== WRITE || table.type[row] === FAIL) continue;
    if (there.has(table.value[row]!)) return undefined;
    there.set(table.value[row]!, table.end[row]!);
    if (table.type[row] === OK) writes.push(row);
  }
  for (const row of rows) {
    if (table.f[row] !== READ || table.type[row] !== OK) continue;
    const since = there.get(table.value[row]!) ?? NEVER;
    if (table.end[row]! < since) there.set(table.value[row]!, table.end[row]!);
  }
  // From the last write to begin to the first: the one among them that ends first.
  const earliest = new Int32Array(writes.length);
  for (let at = writes.length - 1; at >= 0; at--) {
    const later = at + 1 < writes.length ? earliest[at + 1]! : writes[at]!;
    earliest[at] = table.end[writes[at]!]! < table.end[later]! ? writes[at]! : later;
  }
  const over = new Map<number, number>();
  for (const [value, since] of there) {
    if (since === NEVER) continue;
    const next = firstWhere(writes.length, (at) => table.start[writes[at]!]! > since);
    if (next < writes.length) over.set(value, earliest[next]!);
  }
  return over;
}

function ownWrite(table: OperationTable, read: number): number {
  for (let row = 0; row < table.count; row++) {
    if (table.f[row] === WRITE && table.type[row] !== FAIL && table.value[row] === table.value[read])
      return row;
  }
  return -1;
}

function figuresOf(reads: number, stale: readonly number[]): Record<string, number> {
  const sorted = [...stale].sort((left, right) => left - right);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { reads, stale: sorted.length, stale_p50_ms: at(0.5), stale_p99_ms: at(0.99), stale_max_ms: at(1) };
}
