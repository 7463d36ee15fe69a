/**
 * What a failed operation says of the object. A compare-and-set that failed because the register held another
 * value was a look at it; one that failed because nobody led, or the connection was refused, never came to it:
 *
 *     {"type":"fail","f":"cas","value":[1,2]}                            the value was not 1
 *     {"type":"fail","f":"cas","value":[1,2],"error":"did-not-match"}    the value was not 1
 *     {"type":"fail","f":"cas","value":[1,2],"error":"unavailable"}      nothing
 *
 * Jepsen's clients have `:error` for the reason; those of 2014 had it in place of the value (`:timed-out`).
 */

/** The errors that tell of another value rather than of a service that did not do it. */
const MISMATCHES: ReadonlySet<string> = new Set(['mismatch', 'did-not-match']);

/** Whether a failure of this reason (undefined, null: none was given) leaves the object's state untold. */
export function isUntelling(reason: unknown): boolean {
  // Jepsen's errors are often a name with particulars, `[:did-not-match "found 3"]`.
  const name = Array.isArray(reason) ? reason[0] : reason;
  if (name === undefined || name === null) return false;
  return typeof name !== 'string' || !MISMATCHES.has(name.replace(/^:/, ''));
}
