/** A small table of some rows of a big one: places, keys and values renumbered, so that judging it again is cheap. */
import { INFO, NEVER, NONE, type OperationTable, selectRows } from '../formats/operation-table.js';
import { getOrMake } from '../get-or-make.js';

/**
 * The table of `rows` (in order); those in `weakened` are made operations in doubt, which constrains less. Row i
 * of the result is row `rows[i]` of the table.
 */
export function subTable(
  table: OperationTable,
  rows: readonly number[],
  weakened?: ReadonlySet<number>,
): OperationTable {
  const small = selectRows(table, rows);
  const places: number[] = [];
  for (let row = 0; row < small.count; row++) {
    if (weakened?.has(rows[row]!)) {
      small.type[row] = INFO;
      small.end[row] = NEVER;
    }
    places.push(small.start[row]!);
    if (small.end[row] !== NEVER) places.push(small.end[row]!);
  }
  places.sort((left, right) => left - right);
  const rank = new Map(places.map((place, index) => [place, index]));
  const keys: (string | null)[] = [];
  const keyOf = new Map<number, number>();
  const values: OperationTable['values'][number][] = [];
  const numberOf = new Map<number, number>();
  const nilOf: number[] = [];
  const value = (index: number): number =>
    index === NONE ? NONE : getOrMake(numberOf, index, () => values.push(table.values[index]!) - 1);
  for (let row = 0; row < small.count; row++) {
    const key = small.key[row]!;
    small.key[row] = getOrMake(keyOf, key, () => {
      nilOf.push(value(table.nilOf[key]!));
      return keys.push(table.keys[key]!) - 1;
    });
    small.value[row] = value(small.value[row]!);
    small.to[row] = value(small.to[row]!);
    small.start[row] = rank.get(small.start[row]!)!;
    if (small.end[row] !== NEVER) small.end[row] = rank.get(small.end[row]!)!;
  }
  return { ...small, keys, values, nilOf, places: places.length };
}
