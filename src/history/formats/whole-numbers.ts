/**
 * Whole numbers that a double cannot hold, past 2^53: rounded, different values become one, and a stale read
 * goes unseen. They are held as their decimal text; whatever a double holds exactly stays a number, so no two
 * numbers ever become one.
 */

/** The number of a text of digits (with a sign or not), or its plain text where a double would round it. */
export function wholeNumber(digits: string): number | string {
  const rounded = Number(digits);
  if (Number.isSafeInteger(rounded)) return rounded;
  const exact = BigInt(digits);
  // Infinity has no digits: nothing that long is a double.
  return Number.isFinite(rounded) && BigInt(rounded) === exact ? rounded : exact.toString();
}

/** Whether anything that came of JSON.parse may be a rounded whole number. */
export function mayBeRounded(value: unknown): boolean {
  if (typeof value === 'number') return Math.abs(value) > Number.MAX_SAFE_INTEGER;
  if (typeof value !== 'object' || value === null) return false;
  return (Array.isArray(value) ? value : Object.values(value)).some(mayBeRounded);
}

/** Strings, to be passed over, and numbers. */
const TOKENS = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** What JSON.parse gives for a text that it can read, but with whole numbers as `wholeNumber` has them. */
export function parseExactly(text: string): unknown {
  const exact = text.replace(TOKENS, (token) =>
    /^-?\d{16,}$/.test(token) ? JSON.stringify(wholeNumber(token)) : token,
  );
  return JSON.parse(exact);
}
