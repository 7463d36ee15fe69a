/**
 * The tuples of jepsen.independent, `[k v]`: many objects in one test, each value with the key of its object.
 *
 *     {:f :write, :value [4 7]}          key 4, value 7
 *     {:f :read,  :value [4 nil]}        key 4
 *     {:f :cas,   :value [4 [7 8]]}      key 4, from 7 to 8
 *
 * Nothing but their form tells them from lists of two, so the history's first client operation decides for all.
 */
import type { Edn } from './edn-text.js';

export class IndependentTuples {
  #used: boolean | undefined;

  /** The key and the value of an event's value; without a key where the history has no tuples. */
  split(f: string, given: Edn | undefined): { key: Edn | undefined; value: Edn | undefined } {
    this.#used ??= isTuple(f, given);
    return this.#used && Array.isArray(given)
      ? { key: given[0], value: given[1] }
      : { key: undefined, value: given };
  }
}

/** Whether a value has the form of a tuple. */
function isTuple(f: string, value: Edn | undefined): boolean {
  if (!Array.isArray(value) || value.length !== 2) return false;
  if (f === 'read') return value[1] === null;
  return f !== 'cas' || Array.isArray(value[1]);
}
