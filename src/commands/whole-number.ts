/** The value of an option that is a whole number. */
import { UsageError } from '../errors.js';

/**
 * For yargs' `coerce` of an option of type `string`, which tells what was written. Throws a `UsageError` for anything but
 * the digits of a whole number from `lowest` to `highest`.
 */
export function wholeNumberFrom(name: string, lowest: number, highest = Number.MAX_SAFE_INTEGER) {
  return (value: string | number): number => {
    const text = String(value);
    const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (number >= lowest && number <= highest) return number;
    throw new UsageError({
      where: `--${name}`,
      expected: `a whole number from ${lowest} to ${highest}`,
      found: text === '' ? 'nothing' : `"${text}"`,
    });
  };
}

/** The same where the option may be left out. */
export function wholeNumberIfGiven(name: string, lowest: number) {
  const check = wholeNumberFrom(name, lowest);
  return (value?: string | number): number | undefined => (value === undefined ? undefined : check(value));
}
