/**
 * The tuples of jepsen.independent, `[k v]`: many objects in one test, each value with the key of its object.
 *
 *     {:f :write, :value [4 7]}          key 4, value 7
 *     {:f :read,  :value [4 nil]}        key 4
 *     {:f :cas,   :value [4 [7 8]]}      key 4, from 7 to 8
 *
 * Nothing but their form tells them from lists of two, so the history's first client operation decides for all:
 * what is no tuple after one is refused.
 */
import { UsageError } from '../../errors.js';
import { type Edn, Keyword, plainValue } from './edn-text.js';
import { excerpt } from './reader.js';

export class IndependentTuples {
  /** The first operation's value, where it is a tuple; null: it is none. */
  #first: Edn[] | null | undefined;

  /**
   * The key and the value of an event's value; without a key where the history has no tuples.
   * @throws UsageError where it has, and this is none
   */
  split(type: string, f: string, given: Edn | undefined): { key: Edn | undefined; value: Edn | undefined } {
    this.#first ??= isTuple(f, given) ? given : null;
    if (this.#first === null) return { key: undefined, value: given };
    if (Array.isArray(given) && given.length === 2) return { key: given[0], value: given[1] };
    // A completion may name neither, or say why it failed in place of both.
    const says =
      given !== undefined && given !== null && !(given instanceof Keyword) && typeof given !== 'string';
    if (type !== 'invoke' && !says) return { key: undefined, value: given };
    throw new UsageError({
      expected: `a tuple [key value] of jepsen.independent, like the first operation's ${excerpt(JSON.stringify(plainValue(this.#first)))}`,
      found: excerpt(JSON.stringify(plainValue(given ?? null))),
      todo: 'give every operation its key, or name it by :key',
    });
  }
}

function isTuple(f: string, value: Edn | undefined): value is Edn[] {
  if (!Array.isArray(value) || value.length !== 2) return false;
  if (f === 'read') return value[1] === null;
  return f !== 'cas' || Array.isArray(value[1]);
}
