/**
 * Cuts a contradiction down to the operations that matter: minimal by deletion.
 *
 * Only what can make nothing worse is taken away, so that what is left contradicts itself in the whole history
 * as well: a read (or a failed compare-and-set) is left out; an operation that changes something is put in
 * doubt, so that it may explain a value but demands nothing any more. Done in halves, quarters, ... down to
 * single operations, until no single one can be taken away (Zeller and Hildebrandt, "Simplifying and isolating
 * failure-inducing input", 2002).
 */
import { CAS, FAIL, INFO, OK, type OperationTable, READ } from '../../history/formats/operation-table.js';
import { subTable } from './sub-table.js';

export interface Minimised {
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
  // Reads first: what they leave behind when they are gone is shorter than what writes leave.
  let essential = [
    ...demanding.filter((row) => isObserver(table, row)),
    ...demanding.filter((row) => !isObserver(table, row)),
  ];
  const gone = new Set<number>();
  const holdsWithout = (removed: ReadonlySet<number>) => {
    const left = said.filter((row) => !(isObserver(table, row) && (removed.has(row) || gone.has(row))));
    return illegal(subTable(table, left, new Set([...removed, ...gone])));
  };
  let minimal = true;
  let size = Math.max(1, essential.length >> 1);
  for (let changed = false; ; ) {
    for (let from = 0; from < essential.length; ) {
      if (!more()) {
        minimal = false;
        break;
      }
      const chunk = new Set(essential.slice(from, from + size));
      if (holdsWithout(chunk)) {
        for (const row of chunk) gone.add(row);
        essential = essential.filter((row) => !chunk.has(row));
        changed = true;
      } else from += size;
    }
    if (!minimal || (size === 1 && !changed)) break;
    if (size > 1) size >>= 1;
    changed = size > 1 ? changed : false;
  }
  const kept = new Set(essential);
  const support = said.filter((row) => !kept.has(row) && !isObserver(table, row));
  return { essential, support, minimal };
}

/** Operations that look and change nothing. */
export function isObserver(table: OperationTable, row: number): boolean {
  return table.f[row] === READ || (table.f[row] === CAS && table.type[row] === FAIL);
}

function saysNothing(table: OperationTable, row: number): boolean {
  if (table.f[row] === READ) return table.type[row] !== OK;
  return table.type[row] === FAIL && table.f[row] !== CAS;
}
