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

const QUOTE = 34;
const BACKSLASH = 92;

/** What JSON.parse gives for a text that it can read, with whole numbers and texts as they are held. */
export function parseExactly(text: string): unknown {
  const pieces: string[] = [];
  let copied = 0;
  const put = (from: number, to: number, held: unknown) => {
    pieces.push(text.slice(copied, from), JSON.stringify(held));
    copied = to;
  };
  for (let at = 0; at < text.length; ) {
    const from = at;
    const char = text.charCodeAt(at++);
    if (char === QUOTE) {
      for (let next = text.charCodeAt(at); next !== QUOTE; next = text.charCodeAt(at))
        at += next === BACKSLASH ? 2 : 1;
      at++;
      if (at - from < SHORTEST + 2) continue;
      const string = JSON.parse(text.slice(from, at)) as string;
      if (isLikeANumber(string)) put(from, at, heldText(string));
    } else if (isDigit(char)) {
      while (isNumeral(text.charCodeAt(at))) at++;
      const begun = text[from - 1] === '-' ? from - 1 : from;
      if (at - from >= SHORTEST && /^\d+$/.test(text.slice(from, at)))
        put(begun, at, wholeNumber(text.slice(begun, at)));
    }
  }
  pieces.push(text.slice(copied));
  return JSON.parse(pieces.join(''));
}

function isDigit(char: number): boolean {
  return char >= 48 && char <= 57;
}

/** Whether a character goes on with a number: digits, `.`, `e`, `E`, `+`, `-`. */
function isNumeral(char: number): boolean {
  return isDigit(char) || char === 46 || char === 101 || char === 69 || char === 43 || char === 45;
}
