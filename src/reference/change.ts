/** Changes of a value that depend on what it was: made by the primary in the log's order, so that the log holds plain values. */
import type { Value } from './settings.js';

export type Change =
  /** An element more at the end of a list. */
  | { append: Value }
  /** The second in the place of the first. */
  | { cas: readonly [Value, Value] }
  /** So much more; nothing there counts as 0. */
  | { add: number };

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
  const [from, to] = change.cas;
  return JSON.stringify(value) === JSON.stringify(from) ? to : undefined;
}

/** Whether what came from a client is a change. */
export function isChange(value: unknown): value is Change {
  if (typeof value !== 'object' || value === null || Object.keys(value).length !== 1) return false;
  if ('append' in value) return true;
  if ('add' in value) return typeof value.add === 'number';
  return 'cas' in value && Array.isArray(value.cas) && value.cas.length === 2;
}
