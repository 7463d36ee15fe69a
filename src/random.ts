/**
 * The one home of randomness: a seeded generator that forks by name, so that each component draws from a
 * stream of its own and one component's extra draw does not shift another's.
 *
 * The generator is sfc32 (Chris Doty-Humphrey, PractRand); seeds are spread by FNV-1a and warm-up rounds.
 */
import { randomBytes } from 'node:crypto';

export interface Random {
  /** A number in [0, 1). */
  next(): number;
  /** A stream of its own, the same for the same seed and label. */
  fork(label: string): Random;
}

/** A generator whose whole output follows from `seed`. */
export function seeded(seed: number | string): Random {
  const label = String(seed);
  const draw = sfc32(hash(label, 0x811c9dc5), hash(label, 0x9e3779b9), hash(label, 0x85ebca6b));
  return {
    next: () => draw() / 0x1_0000_0000,
    fork: (name) => seeded(`${label}/${name}`),
  };
}

/** A fresh seed for a run that names none: printed and recorded, so that the run can be had again. */
export function freshSeed(): number {
  return randomBytes(4).readUInt32LE();
}

/** A name that no other run has; never part of a decision that a replay must repeat. */
export function freshId(): string {
  return randomBytes(5).toString('hex');
}

/** What nobody guesses, and no program says by chance. */
export function freshSecret(): string {
  return randomBytes(16).toString('hex');
}

/** A whole number in [low, high]. */
export function integer(random: Random, low: number, high: number): number {
  return low + Math.floor(random.next() * (high - low + 1));
}

/** One of `items`, which must not be empty. */
export function pick<T>(random: Random, items: readonly T[]): T {
  return items[integer(random, 0, items.length - 1)] as T;
}

/** A copy in random order (Fisher and Yates). */
export function shuffle<T>(random: Random, items: readonly T[]): T[] {
  const copy = [...items];
  for (let last = copy.length - 1; last > 0; last--) {
    const other = integer(random, 0, last);
    [copy[last], copy[other]] = [copy[other] as T, copy[last] as T];
  }
  return copy;
}

function hash(text: string, basis: number): number {
  let value = basis;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return value >>> 0;
}

function sfc32(seedA: number, seedB: number, seedC: number): () => number {
  let [a, b, c, counter] = [seedA, seedB, seedC, 1];
  const draw = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  };
  for (let round = 0; round < 12; round++) draw();
  return draw;
}
