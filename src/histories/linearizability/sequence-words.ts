/** What is wrong with what reads of a sequence returned, in words that name the elements. */

import { enumerated, verb } from '../evidence/value-text.js';
import { type OperationTable, READ } from '../formats/operation-table.js';
import type { Epoch, Sequences } from './sequences.js';

/** Why one read's elements are no beginning of another one's: what is missing, or in another order. */
export function differenceOf(sequences: Sequences, one: readonly number[], other: readonly number[]): string {
  const at = one.findIndex((element, index) => element !== other[index]);
  const [left, right] = [one[at]!, other[at]];
  const name = (element: number) => sequences.name(element);
  if (right === undefined) return `a read has ${name(left)} after all that a longer one has`;
  const leftLacks = !one.includes(right);
  const rightLacks = !other.includes(left);
  if (leftLacks && rightLacks)
    return `a read has ${name(left)} and lacks ${name(right)}, another one the other way round`;
  const missing = (from: readonly number[], among: readonly number[]) => {
    const kept = new Set(from);
    const end = among.findIndex((element, index) => index >= at && kept.has(element));
    return among.slice(at, end < 0 ? among.length : end).map(name);
  };
  if (leftLacks) return isMissing(missing(one, other), `a read that has ${name(left)}`);
  if (rightLacks) return isMissing(missing(other, one), `a read that has ${name(right)}`);
  return `one read has ${name(left)} before ${name(right)}, another one has ${name(right)} first`;
}

/** Why a row that comes later in an epoch's order cannot have ended before one that comes earlier began. */
export function disorder(
  table: OperationTable,
  sequences: Sequences,
  epoch: Epoch,
  first: number,
  before: number,
): string {
  const placeOf = (row: number) => epoch.order[epoch.rows.indexOf(row)]!;
  const changes = epoch.rows.filter((row) => table.f[row] !== READ);
  const inOrder = (rows: number[]) =>
    rows.sort((left, right) => placeOf(left) - placeOf(right)).map((row) => sequences.text(row));
  if (table.f[first] !== READ) {
    if (table.f[before] !== READ)
      return `${sequences.text(first)} was appended before ${sequences.text(before)}, and was read after it`;
    const missing = changes.filter(
      (row) => placeOf(row) > placeOf(before) && table.end[row]! < table.start[before]!,
    );
    return isMissing(inOrder(missing), 'a read that began after that had been appended');
  }
  if (table.f[before] !== READ) return `${sequences.text(before)} was read before its append began`;
  const missing = changes.filter((row) => placeOf(row) > placeOf(before) && placeOf(row) < placeOf(first));
  return isMissing(inOrder(missing), 'a read that began after another one had returned that');
}

function isMissing(names: readonly string[], from: string): string {
  return `${enumerated(names)} ${verb(names, 'is', 'are')} missing from ${from}`;
}
