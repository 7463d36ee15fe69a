/** Whether what a history adds up can be added up: whole numbers that no double holds come as their text. */
import { ListText, type OperationTable } from '../formats/operation-table.js';

const DIGITS = /^-?\d{16,}$/;
const AMONG_OTHERS = /"-?\d{16,}"/;

/** Why no sum of this table's values is exact; undefined where sums are. */
export function inexactSums(table: OperationTable): string | undefined {
  const found = table.values.some((value) =>
    value instanceof ListText
      ? AMONG_OTHERS.test(value.text)
      : typeof value === 'string' && DIGITS.test(value),
  );
  return found ? 'it has whole numbers past 2^53, which cannot be added up exactly' : undefined;
}
