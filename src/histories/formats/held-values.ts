/**
 * Values as tables hold them: scalars as they are, lists and objects as their JSON text, in which equal values have
 * equal texts (the keys of objects in order, whole-numbers.ts for long numbers).
 */
import { UsageError } from '../../errors.js';
import type { Value } from '../../history/operation-type.js';
import { ListText } from './operation-table.js';
import type { RawValue } from './value-index.js';
import { heldText, isLikeANumber } from './whole-numbers.js';

/** How deep a value may be nested: more than any system of records needs, less than what a stack holds. */
export const DEEPEST = 100;

/** What `traitsOf` finds in a value, as bits. */
export const TOO_DEEP = 1;
/** Whole numbers that may be rounded, or texts that read like such numbers. */
export const LONG_NUMBERS = 2;
/** Objects whose keys are not in order. */
const UNORDERED = 4;
/** A number that is larger than any double. */
const INFINITE = 8;

/** What is special in a value that came of JSON.parse, or was handed in. */
export function traitsOf(value: unknown, depth = 0): number {
  if (typeof value === 'number') {
    if (Math.abs(value) <= Number.MAX_SAFE_INTEGER) return 0;
    return Number.isFinite(value) ? LONG_NUMBERS : INFINITE;
  }
  if (typeof value === 'string') return isLikeANumber(value) ? LONG_NUMBERS : 0;
  if (typeof value !== 'object' || value === null) return 0;
  if (depth >= DEEPEST) return TOO_DEEP;
  let found = 0;
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at++) found |= traitsOf(value[at], depth + 1);
    return found;
  }
  let before = '';
  for (const [key, each] of Object.entries(value)) {
    found |= traitsOf(each, depth + 1);
    // Whole numbers come first, in their order, whatever the order in the text.
    if (isIndex(key)) continue;
    if (key < before) found |= UNORDERED;
    before = key;
  }
  return found;
}

function isIndex(key: string): boolean {
  const first = key.charCodeAt(0);
  return first >= 48 && first <= 57 && String(Number(key) >>> 0) === key;
}

/** A value whose texts and long numbers are held already, given what `traitsOf` found in it. */
export function rawValue(value: unknown, traits: number): RawValue | undefined {
  if (typeof value !== 'object' || value === null) return value as Value | undefined;
  return new ListText(JSON.stringify((traits & UNORDERED) !== 0 ? ordered(value) : value));
}

/**
 * A value that was handed in from a program.
 * @throws UsageError where it is nested too deep, or no value
 */
export function heldValue(value: unknown): RawValue | undefined {
  const traits = traitsOf(value);
  refuse(traits);
  return rawValue((traits & LONG_NUMBERS) !== 0 ? withHeldTexts(value) : value, traits);
}

/** A value with its texts as they were, before they were held; long numbers stay their digits. */
export function toldValue(value: Value): Value {
  if (typeof value === 'string')
    return isLikeANumber(value) && value.startsWith('"') ? value.slice(1, -1) : value;
  if (Array.isArray(value)) return value.map(toldValue);
  return typeof value === 'object' && value !== null
    ? (mapped(value, (each) => toldValue(each as Value)) as unknown as Value)
    : value;
}

/** @throws UsageError for what is no value, without a place */
export function refuse(traits: number): void {
  if ((traits & TOO_DEEP) !== 0)
    throw new UsageError({ expected: `values nested at most ${DEEPEST} deep`, found: 'a deeper one' });
  if ((traits & INFINITE) !== 0)
    throw new UsageError({ expected: 'finite numbers', found: 'one that no double holds' });
}

function withHeldTexts(value: unknown): unknown {
  if (typeof value === 'string') return heldText(value);
  if (Array.isArray(value)) return value.map(withHeldTexts);
  return typeof value === 'object' && value !== null ? mapped(value, withHeldTexts) : value;
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  const sorted = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return mapped(Object.fromEntries(sorted), ordered);
}

function mapped(value: object, change: (each: unknown) => unknown): object {
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, change(each)]));
}
