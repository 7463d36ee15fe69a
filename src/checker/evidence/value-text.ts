/** Values as people read them. */

/** A whole number past what a double holds, which histories hold as its text (history/formats/whole-numbers.ts). */
const LONG_NUMBER = /"(-?\d{16,})"/g;

/** A value's JSON, with whole numbers of any size as numbers; `nothing` where there is none. */
export function valueText(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.includes('"')
    ? text.replace(LONG_NUMBER, (quoted, digits) => (Number.isSafeInteger(Number(digits)) ? quoted : digits))
    : text;
}
