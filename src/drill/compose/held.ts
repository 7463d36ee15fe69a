/**
 * Values of Compose files with the places that they are from, also where they were put together of several files:
 *
 *     compose.yaml                  compose.override.yaml         put together
 *     web: { image: web }     +     web: { user: app }      =     web: { image: web, user: app }
 *              1:14                          1:13                          1:14       1:13
 */
import type { Content } from '../document.js';
import type { Path } from '../problem.js';
import type { Source } from '../source.js';

/** One file. */
export interface Text {
  source: Source;
  content: Content;
  /** Values that take the place of others as a whole (`!override`). */
  replacing: WeakSet<object>;
}

/** A value, and where it is written. */
export interface Held {
  value: unknown;
  text: Text;
  path: Path;
}

/** The parts of values that were put together; those of others are where they are written. */
const parts = new WeakMap<object, ReadonlyMap<string, Held>>();

export function partOf({ value, text, path }: Held, key: PropertyKey): Held {
  const isOne = typeof value === 'object' && value !== null;
  const known = isOne ? parts.get(value)?.get(String(key)) : undefined;
  if (known) return known;
  const held = isOne ? (value as Record<PropertyKey, unknown>)[key] : undefined;
  return { value: held, text, path: [...path, key] };
}

/** The value that a path leads to. */
export function heldAt(held: Held, path: Path): Held {
  return path.reduce<Held>(partOf, held);
}

/** What a map holds, by its keys; nothing where it is no map. */
export function entriesOf(held: Held): Map<string, Held> {
  const { value } = held;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return new Map();
  return new Map(Object.keys(value).map((key) => [key, partOf(held, key)]));
}

/** What a list holds; a single value is a list of one. */
export function itemsOf(held: Held): Held[] {
  const { value } = held;
  if (value === null || value === undefined) return [];
  return Array.isArray(value) ? value.map((_, index) => partOf(held, index)) : [held];
}

/** A map of these. `like` says where it stands as a whole. */
export function mapOfParts(entries: ReadonlyMap<string, Held>, like: Held): Held {
  const value = Object.fromEntries([...entries].map(([key, held]) => [key, held.value]));
  parts.set(value, entries);
  return { ...like, value };
}

export function listOfParts(items: readonly Held[], like: Held): Held {
  const value = items.map((held) => held.value);
  parts.set(value, new Map(items.map((held, index) => [String(index), held])));
  return { ...like, value };
}
