/**
 * What a failed operation says of the object. It did not happen, and says nothing more; but a compare-and-set that
 * failed because the register held another value was a look at it:
 *
 *     {"type":"fail","f":"cas","value":[1,2],"error":"did-not-match"}    the value was not 1
 *     {"type":"fail","f":"cas","value":[1,2],"error":"unavailable"}      nothing
 *     {"type":"fail","f":"cas","value":[1,2]}                            nothing, as Jepsen means it; or that the
 *                                                                        value was not 1, where that is asked for
 *
 * Jepsen's clients have `:error` for the reason; those of 2014 had it in place of the value (`:timed-out`).
 */
import { CAS, FAIL, NONE, type OperationTable } from './operation-table.js';

/** What a compare-and-set that failed without a reason says: nothing, or that the value was another one. */
export type FailedCas = 'nothing' | 'mismatch';

/** How many compare-and-sets of a table failed without a reason. */
export function untoldFailures(table: OperationTable): number {
  let count = 0;
  for (let row = 0; row < table.count; row++) count += table.untold[row]!;
  return count;
}

/** The same table, where what failed without a reason says nothing. */
export function withoutUntold(table: OperationTable): OperationTable {
  const value = table.value.slice();
  const to = table.to.slice();
  for (let row = 0; row < table.count; row++) {
    if (table.untold[row] !== 1 || table.f[row] !== CAS || table.type[row] !== FAIL) continue;
    value[row] = NONE;
    to[row] = NONE;
  }
  return { ...table, value, to };
}

/** The errors that tell of another value rather than of a service that did not do it. */
const MISMATCHES: ReadonlySet<string> = new Set(['mismatch', 'did-not-match']);

/** Whether a failure names its reason: any error but none. */
export function hasReason(reason: unknown): boolean {
  const name = Array.isArray(reason) ? reason[0] : reason;
  return name !== undefined && name !== null;
}

/** Whether a failure of this reason (undefined, null: none was given) leaves the object's state untold. */
export function isUntelling(reason: unknown): boolean {
  // Jepsen's errors are often a name with particulars, `[:did-not-match "found 3"]`.
  if (!hasReason(reason)) return false;
  const name: unknown = Array.isArray(reason) ? reason[0] : reason;
  return typeof name !== 'string' || !MISMATCHES.has(name.replace(/^:/, ''));
}
