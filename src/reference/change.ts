/** Changes of a value that depend on what it was: made by the primary in the log's order, so that the log holds plain values. */
import type { Value } from './settings.js';

export type Change =
  /** An element more at the end of a list. */
  | { append: Value }
  /** The second in the place of the first. */
  | { cas: readonly [Value, Value] }
  /** So much more; nothing there counts as 0. */
  | { add: number }
  /** The first element of a list out of it, which is the answer; null, and no change, where there is none. */
  | { take: 'first' }
  /** So much from one place of a list of numbers to another one; nothing there counts as 0. */
  | { transfer: readonly [from: number, to: number, amount: number] };

/** The most places that a list for transfers has. */
const MOST_PLACES = 1000;

/** The value that a change makes of the one that is there; undefined where it cannot be made. */
export function changed(value: Value, change: Change): Value | undefined {
  if ('append' in change) {
    if (value === null) return [change.append];
    return Array.isArray(value) ? [...value, change.append] : undefined;
  }
  if ('add' in change) {
    if (value !== null && typeof value !== 'number') return undefined;
    return (value ?? 0) + change.add;
  }
  if ('take' in change) {
    if (value === null) return null;
    return Array.isArray(value) ? value.slice(1) : undefined;
  }
  if ('transfer' in change) return transferred(value ?? [], change.transfer);
  const [from, to] = change.cas;
  return JSON.stringify(value) === JSON.stringify(from) ? to : undefined;
}

function transferred(value: Value, [from, to, amount]: readonly [number, number, number]): Value | undefined {
  if (!Array.isArray(value) || value.some((each) => typeof each !== 'number')) return undefined;
  const balances = value as number[];
  const places = Math.max(balances.length, from + 1, to + 1);
  const more = (place: number) => (place === to ? amount : 0) - (place === from ? amount : 0);
  return Array.from({ length: places }, (_, place) => (balances[place] ?? 0) + more(place));
}

/** The value that a change is answered with besides; undefined where it is answered with none. */
export function answerTo(value: Value, change: Change): Value | undefined {
  if (!('take' in change)) return undefined;
  return (Array.isArray(value) ? value[0] : undefined) ?? null;
}

/** Whether what came from a client is a change. */
export function isChange(value: unknown): value is Change {
  if (typeof value !== 'object' || value === null || Object.keys(value).length !== 1) return false;
  if ('append' in value) return true;
  if ('add' in value) return typeof value.add === 'number';
  if ('take' in value) return value.take === 'first';
  if ('transfer' in value) return isTransfer(value.transfer);
  return 'cas' in value && Array.isArray(value.cas) && value.cas.length === 2;
}

function isTransfer(value: unknown): boolean {
  if (!Array.isArray(value) || value.length !== 3) return false;
  const isPlace = (place: unknown) =>
    Number.isInteger(place) && Number(place) >= 0 && Number(place) < MOST_PLACES;
  return isPlace(value[0]) && isPlace(value[1]) && typeof value[2] === 'number';
}
