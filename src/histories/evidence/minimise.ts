/**
 * Cuts a contradiction down to the operations that matter: minimal by deletion.
 *
 * Only what can make nothing worse is taken away, so that what is left contradicts itself in the whole history
 * as well: a read (or a failed compare-and-set) is left out; an operation that changes something is put in
 * doubt, so that it may explain a value but demands nothing any more. Done in halves, quarters, ... down to
 * single operations, until no single one can be taken away (Zeller and Hildebrandt, "Simplifying and isolating
 * failure-inducing input", 2002).
 */
import { CAS, FAIL, INFO, NEVER, NONE, OK, type OperationTable, READ } from '../formats/operation-table.js';
import { subTable } from './sub-table.js';

interface Minimised {
  /** Rows without one of which there is no contradiction. */
  essential: number[];
  /** Rows that changed something and demand nothing, but that values may come from. */
  support: number[];
  /** False where the time for it was up before every operation had been tried. */
  minimal: boolean;
}

/**
 * @param illegal whether a table, made of some of the rows, contradicts itself
 * @param more whether there is time to go on
 */
export function minimise(
  table: OperationTable,
  rows: readonly number[],
  illegal: (table: OperationTable) => boolean,
  more: () => boolean,
): Minimised {
  const said = rows.filter((row) => !saysNothing(table, row));
  const demanding = said.filter((row) => table.type[row] !== INFO);
  const gone = new Set<number>();
  const attempt = (removed: ReadonlySet<number>): boolean => {
    const all = new Set([...gone, ...removed]);
    const left = said.filter((row) => !(isObserver(table, row) && all.has(row)));
    if (!illegal(subTable(table, left, all))) return false;
    for (const row of removed) gone.add(row);
    return true;
  };
  // Reads first: while the writes still demand something, fewer reads are needed.
  const observers = demanding.filter((row) => isObserver(table, row));
  const others = demanding.filter((row) => !isObserver(table, row));
  const minimal = reduce(observers, attempt, more) && reduce(others, attempt, more);
  return {
    essential: demanding.filter((row) => !gone.has(row)),
    support: said.filter((row) => !isObserver(table, row) && (gone.has(row) || table.type[row] === INFO)),
    minimal,
  };
}

/** Takes away what can be taken away, in ever smaller pieces. False where there was no time to try everything. */
function reduce(
  rows: readonly number[],
  attempt: (removed: ReadonlySet<number>) => boolean,
  more: () => boolean,
): boolean {
  let left = [...rows];
  for (let size = Math.max(1, left.length >> 1), changed = true; changed || size > 1; ) {
    changed = false;
    for (let from = 0; from < left.length; ) {
      if (!more()) return false;
      const piece = new Set(left.slice(from, from + size));
      if (attempt(piece)) {
        left = left.filter((row) => !piece.has(row));
        changed = true;
      } else from += size;
    }
    // Where something went away, single ones that could not go before may go now.
    if (size > 1) {
      size >>= 1;
      changed = true;
    }
  }
  return true;
}

/** Some rows, and those of them that are taken as in doubt. */
export interface Suspects {
  rows: number[];
  weakened: Set<number>;
}

/** Of a key's rows, those up to the completion that nothing explains; what ends later is in doubt by then. */
export function prefixOf(table: OperationTable, all: Iterable<number>, unexplained: number): Suspects {
  const limit = table.end[unexplained]!;
  const rows: number[] = [];
  const weakened = new Set<number>();
  for (const row of all) {
    if (table.start[row]! >= limit) break;
    if (saysNothing(table, row)) continue;
    if (table.end[row]! > limit) {
      if (isObserver(table, row)) continue;
      weakened.add(row);
    }
    rows.push(row);
  }
  return { rows, weakened };
}

/** The same table with some rows in doubt. */
export function weaken(table: OperationTable, weakened: ReadonlySet<number>): OperationTable {
  if (weakened.size === 0) return table;
  const [type, end] = [table.type.slice(), table.end.slice()];
  for (const row of weakened) {
    type[row] = INFO;
    end[row] = NEVER;
  }
  return { ...table, type, end };
}

/** Operations that look and change nothing. */
export function isObserver(table: OperationTable, row: number): boolean {
  return table.f[row] === READ || (table.f[row] === CAS && table.type[row] === FAIL);
}

/** Operations that did not happen, or that nobody knows the result of, where only the result says anything. */
export function saysNothing(table: OperationTable, row: number): boolean {
  if (table.f[row] === READ) return table.type[row] !== OK;
  return table.type[row] === FAIL && (table.f[row] !== CAS || table.value[row] === NONE);
}
