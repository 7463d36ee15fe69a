/** Keys and values by index: equal values of one key share one index, and no two keys share any. */
import type { Value } from '../../history/operation-type.js';
import { ListText } from './operation-table.js';

/** A value on its way in: as JSON has it, or a list already in JSON text. */
export type RawValue = Value | ListText;

type Scalar = Exclude<Value, Value[]>;

export class ValueIndex {
  readonly keys: (string | null)[] = [];
  readonly values: (Scalar | ListText)[] = [];
  /** For each key, the index of its null. */
  readonly nilOf: number[] = [];
  readonly #keyIndex = new Map<string | null, number>();
  /** For each key, the indexes of its scalars, and of its lists by their text. */
  readonly #scalars: Map<Scalar, number>[] = [];
  readonly #lists: Map<string, number>[] = [];

  keyOf(key: string | null): number {
    let index = this.#keyIndex.get(key);
    if (index === undefined) {
      index = this.keys.length;
      this.keys.push(key);
      this.#keyIndex.set(key, index);
      this.#scalars.push(new Map());
      this.#lists.push(new Map());
      this.nilOf.push(this.valueOf(index, null));
    }
    return index;
  }

  valueOf(key: number, value: RawValue): number {
    if (typeof value !== 'object' || value === null) return this.#indexOf(this.#scalars[key]!, value, value);
    const text = value instanceof ListText ? value.text : JSON.stringify(value);
    return this.#indexOf(this.#lists[key]!, text, value instanceof ListText ? value : undefined);
  }

  /** The index of what is known by a name, which is held as `value` (undefined: as a list of that text). */
  #indexOf<Name extends Scalar>(
    map: Map<Name, number>,
    name: Name,
    value: Scalar | ListText | undefined,
  ): number {
    let index = map.get(name);
    if (index === undefined) {
      index = this.values.length;
      this.values.push(value === undefined ? new ListText(name as string) : value);
      map.set(name, index);
    }
    return index;
  }
}
