/** Values as people read them. */

/**
 * A whole number past what a double holds, which histories hold as its text; and a text of such digits, which they hold
 * in quotes of its own (formats/whole-numbers.ts).
 */
const LONG_NUMBER = /"(-?\d{16,})"|"\\"(-?\d{16,})\\""/g;
/** How much of a value is shown, in characters. */
const MOST_SHOWN = 400;

/** A value's JSON, with whole numbers of any size as numbers, cut where it is long; `nothing` where there is none. */
export function valueText(value: unknown): string {
  const text = plainNumbers(JSON.stringify(value) ?? 'nothing');
  return text.length <= MOST_SHOWN ? text : `${text.slice(0, MOST_SHOWN)}... (${text.length} characters)`;
}

/** A JSON text, with whole numbers of any size as numbers. */
export function plainNumbers(text: string): string {
  if (!text.includes('"')) return text;
  return text.replace(LONG_NUMBER, (quoted, digits, held) => {
    if (held !== undefined) return `"${held}"`;
    return Number.isSafeInteger(Number(digits)) ? quoted : digits;
  });
}

const MOST_NAMED = 5;

/** Several things as the subject of a sentence: `enumerated(['1', '2'])` is "1 and 2", of many the first are named. */
export function enumerated(names: readonly string[]): string {
  const shown = names.length > MOST_NAMED + 1 ? names.slice(0, MOST_NAMED) : names;
  if (shown.length < names.length) return `${shown.join(', ')} and ${names.length - shown.length} more`;
  return [shown.slice(0, -1).join(', '), ...shown.slice(-1)].filter((part) => part !== '').join(' and ');
}

/** The verb that fits so many things. */
export function verb(names: readonly string[], one: string, several: string): string {
  return names.length === 1 ? one : several;
}
