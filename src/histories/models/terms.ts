/**
 * The total order of terms: never two primaries in one term, and terms never go back.
 *
 * Operations carry `[term, primary]`: a read is what someone was told, a write is a primary taking up its term.
 * Each key is a group with a primary of its own. What was seen is in order when no operation with a lower term
 * begins after one with a higher term has ended.
 */

import { UsageError } from '../../errors.js';
import { OK, type OperationTable, valueAt } from '../formats/operation-table.js';
import { partition, rowsOfKey } from '../linearizability/partition.js';
import { type HistoryModel, illegalKey, type KeyFinding, modelResult } from './model.js';

const ALGORITHM = 'order of terms';

export const terms: HistoryModel = {
  name: 'terms',
  about: 'terms: one primary in each, and they never go back',
  functions: ['read', 'write'],
  check(table) {
    const parts = partition(table);
    const findings = table.keys.map((name, key) => judgeTerms(table, rowsOfKey(parts, key), name));
    return modelResult(
      ALGORITHM,
      findings.filter((found) => found !== undefined),
    );
  },
};

function judgeTerms(table: OperationTable, rows: Int32Array, key: string | null): KeyFinding | undefined {
  const primaries = new Map<number, { name: string; row: number }>();
  const seen: { row: number; term: number }[] = [];
  for (const row of rows) {
    if (table.type[row] !== OK) continue;
    const value = valueAt(table, table.value[row]!);
    if (value === null || value === undefined) continue;
    const [term, primary] = Array.isArray(value) ? value : [value];
    if (typeof term !== 'number') {
      throw new UsageError({
        where: 'model terms',
        expected: 'values [term, primary]',
        found: JSON.stringify(value),
      });
    }
    const name = JSON.stringify(primary ?? null);
    const other = primaries.get(term);
    if (other && other.name !== name) {
      return illegalKey(ALGORITHM, key, `term ${term} had two primaries, ${other.name} and ${name}`, [
        other.row,
        row,
      ]);
    }
    if (!other) primaries.set(term, { name, row });
    seen.push({ row, term });
  }
  return wentBack(table, seen, key);
}

/** In the order of starts: the highest term of what has ended by then. */
function wentBack(
  table: OperationTable,
  seen: readonly { row: number; term: number }[],
  key: string | null,
): KeyFinding | undefined {
  const ended = [...seen].sort((left, right) => table.end[left.row]! - table.end[right.row]!);
  let highest: { row: number; term: number } | undefined;
  let at = 0;
  for (const one of seen) {
    for (; at < ended.length && table.end[ended[at]!.row]! < table.start[one.row]!; at++) {
      if (!highest || ended[at]!.term > highest.term) highest = ended[at]!;
    }
    if (highest && highest.term > one.term) {
      return illegalKey(ALGORITHM, key, `term ${one.term} came after term ${highest.term}`, [
        highest.row,
        one.row,
      ]);
    }
  }
  return undefined;
}
