/**
 * Whole numbers that a double cannot hold, past 2^53: rounded, different values become one, and a stale read
 * goes unseen. They are held as their decimal text; whatever a double holds exactly stays a number, so no two
 * numbers ever become one. A text that reads like such a number is held in quotes of its own, so that it is
 * another value than the number:
 *
 *     9007199254740993      held as    "9007199254740993"
 *     "9007199254740993"    held as    "\"9007199254740993\""
 */

/** The number of a text of digits (with a sign or not), or its plain text where a double would round it. */
export function wholeNumber(digits: string): number | string {
  const rounded = Number(digits);
  if (Number.isSafeInteger(rounded)) return rounded;
  const exact = BigInt(digits);
  // Infinity has no digits: nothing that long is a double.
  return Number.isFinite(rounded) && BigInt(rounded) === exact ? rounded : exact.toString();
}

/** Texts of digits, in as many pairs of quotes as there may be. */
const LIKE_A_NUMBER = /^("*)-?\d{16,}\1$/;
const SHORTEST = 16;

/** Whether a text is one that `heldText` changes. */
export function isLikeANumber(text: string): boolean {
  return text.length >= SHORTEST && LIKE_A_NUMBER.test(text);
}

/** A text as it is held: itself, but in quotes where it reads like a whole number. */
export function heldText(text: string): string {
  return isLikeANumber(text) ? `"${text}"` : text;
}

/** The strings and the numbers of a JSON text. */
const SCALAR = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g;

/** What JSON.parse gives for a text that it can read, with whole numbers and texts as they are held. */
export function parseExactly(text: string): unknown {
  const exact = text.replace(SCALAR, (scalar) => {
    if (scalar.length < SHORTEST) return scalar;
    if (scalar.startsWith('"')) return JSON.stringify(heldText(JSON.parse(scalar) as string));
    return /^-?\d{16,}$/.test(scalar) ? JSON.stringify(wholeNumber(scalar)) : scalar;
  });
  return JSON.parse(exact);
}
