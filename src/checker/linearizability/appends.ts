/**
 * Linearizability of one key with appends of unique elements, in time linear in the length of the history.
 *
 * A read gives the whole order. So all reads must be beginnings of the longest one, and that one fixes the
 * order of everything:
 *
 *     reads of []   append 3   reads of [3]   append 1   reads of [3,1]   ...   appends that nobody saw
 *
 * It is a linearization exactly when no operation in a later group ended before one in an earlier group
 * started. An append in doubt that nobody saw constrains nothing.
 */
import { APPEND, NEVER, type OperationTable, READ } from '../../history/formats/operation-table.js';
import { APPEND_ORDER, holds, type KeyResult } from './result.js';
import { isUnreadable, type Sequences } from './sequences.js';

/** Judges one key whose elements are unique and that is never written, only appended to. */
export function judgeAppends(table: OperationTable, sequences: Sequences): KeyResult {
  const reads = sequences.rows.filter((row) => table.f[row] === READ);
  const longest = longestRead(sequences, reads);
  const order = longest === undefined ? [] : sequences.read(longest);
  if (isUnreadable(order)) return illegal([order.row], order.reason);
  const places = new Int32Array(sequences.writers.length).fill(-1);
  for (const [at, element] of order.entries()) {
    if (places[element] !== -1)
      return illegal([sequences.writers[element]![0]!, longest!], 'an element was read twice');
    places[element] = at;
  }
  // Group 2k: the reads of k elements; group 2k + 1: the append of the next one; the last: what nobody saw.
  const groups = new Int32Array(table.count === 0 ? 0 : sequences.rows.length);
  for (const [at, row] of sequences.rows.entries()) {
    if (table.f[row] === APPEND) {
      const element = sequences.element(row);
      const seen = element < 0 ? -1 : places[element]!;
      groups[at] = seen < 0 ? 2 * order.length + 1 : 2 * seen + 1;
      continue;
    }
    const elements = sequences.read(row);
    if (isUnreadable(elements)) return illegal([elements.row], elements.reason);
    const odd = elements.findIndex((element, index) => element !== order[index]);
    if (odd >= 0) return forked(sequences, row, longest!, elements[odd]!, order[odd]);
    groups[at] = 2 * elements.length;
  }
  return judgeOrder(table, sequences, groups, 2 * order.length + 2, longest);
}

function longestRead(sequences: Sequences, reads: number[]): number | undefined {
  let best: number | undefined;
  for (const row of reads) if (best === undefined || sequences.size(row) > sequences.size(best)) best = row;
  return best;
}

/** The order of the groups against the order of time. */
function judgeOrder(
  table: OperationTable,
  sequences: Sequences,
  groups: Int32Array,
  size: number,
  longest: number | undefined,
): KeyResult {
  // By group: the row that started last, the row that ended first.
  const latest = new Int32Array(size).fill(-1);
  const earliest = new Int32Array(size).fill(-1);
  for (const [at, row] of sequences.rows.entries()) {
    const group = groups[at]!;
    const unseen = group === size - 1;
    if (unseen && table.end[row] === NEVER) continue;
    if (latest[group] === -1 || table.start[row]! > table.start[latest[group]!]!) latest[group] = row;
    if (earliest[group] === -1 || table.end[row]! < table.end[earliest[group]!]!) earliest[group] = row;
  }
  let before = -1;
  for (let group = 0; group < size; group++) {
    const first = earliest[group]!;
    if (first >= 0 && before >= 0 && table.end[first]! < table.start[before]!) {
      const witness = longest === undefined || table.f[first] === READ ? [] : [longest];
      return illegal([first, before, ...witness], reasonOf(table, first, before, group === size - 1));
    }
    const last = latest[group]!;
    if (last >= 0 && (before < 0 || table.start[last]! > table.start[before]!)) before = last;
  }
  return holds(APPEND_ORDER);
}

function reasonOf(table: OperationTable, first: number, before: number, unseen: boolean): string {
  const appended = table.f[first] === APPEND;
  if (appended && unseen) return 'an append had ended, and what it appended is missing from what came later';
  if (appended) return 'an append had ended before what its element follows in the order began';
  return table.f[before] === READ
    ? 'a read returned more than a read that began after it had ended'
    : 'a read returned an element before its append began';
}

function forked(
  sequences: Sequences,
  row: number,
  longest: number,
  element: number,
  other: number | undefined,
): KeyResult {
  const writers = [element, other].flatMap((each) =>
    each === undefined ? [] : sequences.writers[each]!.slice(0, 1),
  );
  return illegal([...writers, row, longest], 'two reads have the elements in different orders');
}

function illegal(rows: number[], reason: string): KeyResult {
  const operations = [...new Set(rows)].sort((left, right) => left - right);
  return { verdict: 'illegal', algorithm: APPEND_ORDER, operations, reason, complete: true };
}
