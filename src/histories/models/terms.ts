/**
 * The total order of terms: never two primaries in one term, and terms never go back.
 *
 * Operations carry `[term, primary]`: a read is what someone was told, a write is a primary taking up its term.
 * Each key is a group with a primary of its own. What was seen is in order when no operation with a lower term
 * begins after one with a higher term has ended.
 */

import { UsageError } from '../../errors.js';
import { OK, type OperationTable, valueAt } from '../formats/operation-table.js';
import type { Contradiction } from '../linearizability/contradiction.js';
import { type HistoryModel, judgeEachKey } from './model.js';

export const terms: HistoryModel = {
  name: 'terms',
  about: 'terms: one primary in each, and they never go back',
  functions: ['read', 'write'],
  check: (table) => judgeEachKey(table, 'order of terms', (rows) => ({ fault: judgeTerms(table, rows) })),
};

interface Seen {
  row: number;
  term: number;
}

function judgeTerms(table: OperationTable, rows: Int32Array): Contradiction | undefined {
  const primaries = new Map<number, { name: string; row: number }>();
  const seen: Seen[] = [];
  for (const row of rows) {
    if (table.type[row] !== OK) continue;
    const value = valueAt(table, table.value[row]!);
    if (value === null || value === undefined) continue;
    const [term, primary] = Array.isArray(value) ? value : [value];
    if (typeof term !== 'number') {
      const found = JSON.stringify(value);
      throw new UsageError({ where: 'model terms', expected: 'values [term, primary]', found });
    }
    const name = JSON.stringify(primary ?? null);
    const other = primaries.get(term);
    if (other && other.name !== name)
      return { reason: `term ${term} had two primaries, ${other.name} and ${name}`, rows: [other.row, row] };
    if (!other) primaries.set(term, { name, row });
    seen.push({ row, term });
  }
  return wentBack(table, seen);
}

/** In the order of starts: the highest term of what has ended by then. */
function wentBack(table: OperationTable, seen: readonly Seen[]): Contradiction | undefined {
  const ended = [...seen].sort((left, right) => table.end[left.row]! - table.end[right.row]!);
  let highest: Seen | undefined;
  let at = 0;
  for (const { row, term } of seen) {
    for (; at < ended.length && table.end[ended[at]!.row]! < table.start[row]!; at++) {
      if (!highest || ended[at]!.term > highest.term) highest = ended[at]!;
    }
    if (highest && highest.term > term)
      return { reason: `term ${term} came after term ${highest.term}`, rows: [highest.row, row] };
  }
  return undefined;
}
