/** The value of an option that is a whole number. */
import { UsageError } from '../errors.js';

/** For yargs' `coerce`. Throws a `UsageError` for anything else. */
export function wholeNumber(name: string, lowest: number) {
  return (value: number): number => {
    if (!Number.isInteger(value) || value < lowest) {
      throw new UsageError({
        where: `--${name}`,
        expected: `a whole number of at least ${lowest}`,
        found: String(value),
      });
    }
    return value;
  };
}

/** The same where the option may be left out. */
export function wholeNumberIfGiven(name: string, lowest: number) {
  const check = wholeNumber(name, lowest);
  return (value?: number): number | undefined => (value === undefined ? undefined : check(value));
}
