/** Values as people read them. */

/** A whole number past what a double holds, which histories hold as its text (history/formats/whole-numbers.ts). */
const LONG_NUMBER = /"(-?\d{16,})"/g;

/** A value's JSON, with whole numbers of any size as numbers; `nothing` where there is none. */
export function valueText(value: unknown): string {
  return plainNumbers(JSON.stringify(value) ?? 'nothing');
}

/** A JSON text, with whole numbers of any size as numbers. */
export function plainNumbers(text: string): string {
  return text.includes('"')
    ? text.replace(LONG_NUMBER, (quoted, digits) => (Number.isSafeInteger(Number(digits)) ? quoted : digits))
    : text;
}

const MOST_NAMED = 5;

/** Several things as the subject of a sentence: `named(['1', '2'])` is "1 and 2", of many the first are named. */
export function named(names: readonly string[]): string {
  const shown = names.length > MOST_NAMED + 1 ? names.slice(0, MOST_NAMED) : names;
  if (shown.length < names.length) return `${shown.join(', ')} and ${names.length - shown.length} more`;
  return [shown.slice(0, -1).join(', '), ...shown.slice(-1)].filter((part) => part !== '').join(' and ');
}

/** The verb that fits so many things. */
export function verb(names: readonly string[], one: string, several: string): string {
  return names.length === 1 ? one : several;
}
