/**
 * A counter that is added to (by negative numbers too) and read, linearizable.
 *
 * A read that lies outside of what the additions before and around it can sum up to is found at once; the rest
 * is for the general search.
 */

import { firstWhere } from '../first-where.js';
import { ADD, FAIL, OK, type OperationTable, READ, valueAt } from '../formats/operation-table.js';
import { contradicts, type KeyResult } from '../linearizability/result.js';
import { inexactSums } from './exact-sums.js';
import { judgeKeys } from './keys.js';
import { type HistoryModel, unknownResult } from './model.js';
import { type StepModel, searchRows } from './step-model.js';

export const BOUNDS = 'bounds of the sum';

const counterStep: StepModel<number> = {
  name: 'counter',
  initial: 0,
  step: (state, { f, value }) => {
    if (f === 'add') return state + Number(value);
    return Number(value ?? 0) === state ? state : undefined;
  },
  identify: (state) => state,
};

export const counter: HistoryModel = {
  name: 'counter',
  about: 'a counter: a read returns the sum of what was added (linearizable)',
  functions: ['read', 'add'],
  check(table, limits) {
    const inexact = inexactSums(table);
    if (inexact !== undefined) return unknownResult(BOUNDS, inexact);
    return judgeKeys(table, limits, (part, rows, budget) => {
      const numberOf = (row: number) => Number(valueAt(part, part.value[row]!) ?? 0);
      const added = (row: number) => (part.f[row] === ADD ? numberOf(row) : undefined);
      return outOfBounds(part, rows, added, numberOf) ?? searchRows(part, rows, counterStep, budget);
    });
  },
};

/** What becomes possible or certain at a place of the history. */
interface Change {
  place: number;
  low: number;
  high: number;
}

/** The first read that no sum explains: by what each operation adds (undefined for one that adds nothing ever), and what reads gave. */
export function outOfBounds(
  table: OperationTable,
  rows: Iterable<number>,
  added: (row: number) => number | undefined,
  sumOf: (row: number) => number,
  what = 'the sum',
): KeyResult | undefined {
  const begins: Change[] = [];
  const finishes: Change[] = [];
  for (const row of rows) {
    const amount = table.type[row] === FAIL ? undefined : added(row);
    if (amount === undefined) continue;
    // At its start an addition may have happened, at its end it has.
    const [low, high] = [Math.min(0, amount), Math.max(0, amount)];
    begins.push({ place: table.start[row]!, low, high });
    if (table.type[row] === OK) finishes.push({ place: table.end[row]!, low: high, high: low });
  }
  finishes.sort((left, right) => left.place - right.place);
  const begun = sums(begins);
  const finished = sums(finishes);
  for (const row of rows) {
    if (table.f[row] !== READ || table.type[row] !== OK) continue;
    const value = sumOf(row);
    // Lowest: every negative one that can have happened, every positive one that must have.
    const may = begun(table.end[row]!);
    const must = finished(table.start[row]!);
    const [low, high] = [may.low + must.low, may.high + must.high];
    if (value >= low && value <= high) continue;
    return contradicts(BOUNDS, [row], `${value} was read, where ${what} was between ${low} and ${high}`);
  }
  return undefined;
}

/** The sums of the changes up to a place. */
function sums(changes: readonly Change[]): (place: number) => { low: number; high: number } {
  const low = [0];
  const high = [0];
  for (const change of changes) {
    low.push(low.at(-1)! + change.low);
    high.push(high.at(-1)! + change.high);
  }
  return (place) => {
    const count = firstWhere(changes.length, (at) => changes[at]!.place >= place);
    return { low: low[count]!, high: high[count]! };
  };
}
