/**
 * Which operations in doubt a configuration has used, as counts by kind; equal ones are held once.
 *
 * Operations in doubt that do the same are interchangeable once they have been invoked, since none has an
 * end: only how many of each kind were used matters, and having used fewer is never worse.
 */
import { seeded } from '../../random.js';
import { getOrMake } from '../get-or-make.js';

export function twiceAsLong(column: Int32Array): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(column.length * 2);
  longer.set(column);
  return longer;
}

/** The usage that has used nothing. */
export const UNUSED = 0;

export class UsagePool {
  readonly #kinds: number;
  readonly #salt: Int32Array;
  #counts: Uint16Array;
  #hash: Int32Array;
  #total: Int32Array;
  #size = 1;
  #slots = new Int32Array(64).fill(-1);

  constructor(kinds: number) {
    this.#kinds = kinds;
    const random = seeded('usage-pool');
    this.#salt = Int32Array.from({ length: kinds }, () => (random.next() * 0x1_0000_0000) | 1);
    this.#counts = new Uint16Array(64 * Math.max(1, kinds));
    this.#hash = new Int32Array(64);
    this.#total = new Int32Array(64);
    this.#slots[0] = UNUSED;
  }

  get bytes(): number {
    return this.#counts.byteLength + this.#hash.byteLength * 2 + this.#slots.byteLength;
  }

  count(usage: number, kind: number): number {
    return this.#counts[usage * this.#kinds + kind]!;
  }

  /** How many operations in doubt it has used. */
  total(usage: number): number {
    return this.#total[usage]!;
  }

  /** The usage with one more of a kind. */
  with(usage: number, kind: number): number {
    const kinds = this.#kinds;
    const hash = (this.#hash[usage]! + this.#salt[kind]!) | 0;
    const from = usage * kinds;
    let slot = this.#slotOf(hash);
    for (let held = this.#slots[slot]!; held !== -1; held = this.#slots[slot]!) {
      if (this.#hash[held] === hash && this.#isOneMore(held * kinds, from, kind)) return held;
      slot = (slot + 1) & (this.#slots.length - 1);
    }
    return this.#append(from, kind, hash, slot);
  }

  /** Whether `left` has used no more of any kind than `right`. */
  within(left: number, right: number): boolean {
    if (left === right || left === UNUSED) return true;
    if (this.#total[left]! >= this.#total[right]!) return false;
    const kinds = this.#kinds;
    const counts = this.#counts;
    for (let kind = 0, l = left * kinds, r = right * kinds; kind < kinds; kind++, l++, r++) {
      if (counts[l]! > counts[r]!) return false;
    }
    return true;
  }

  /** Forgets all usages but those in `used`, which are renumbered in place. */
  compact(used: Int32Array, length: number): void {
    const kinds = this.#kinds;
    const renumbered = new Map<number, number>([[UNUSED, UNUSED]]);
    const keep: number[] = [UNUSED];
    for (let at = 0; at < length; at++) {
      const usage = used[at]!;
      used[at] = getOrMake(renumbered, usage, () => keep.push(usage) - 1);
    }
    const capacity = Math.max(64, keep.length * 2);
    const counts = new Uint16Array(capacity * Math.max(1, kinds));
    const hash = new Int32Array(capacity);
    const total = new Int32Array(capacity);
    keep.forEach((usage, index) => {
      counts.set(this.#counts.subarray(usage * kinds, (usage + 1) * kinds), index * kinds);
      hash[index] = this.#hash[usage]!;
      total[index] = this.#total[usage]!;
    });
    this.#counts = counts;
    this.#hash = hash;
    this.#total = total;
    this.#size = keep.length;
    this.#rehash(64);
  }

  #isOneMore(held: number, from: number, kind: number): boolean {
    for (let at = 0; at < this.#kinds; at++) {
      const wanted = this.#counts[from + at]! + (at === kind ? 1 : 0);
      if (this.#counts[held + at] !== wanted) return false;
    }
    return true;
  }

  #append(from: number, kind: number, hash: number, slot: number): number {
    const usage = this.#size++;
    if (usage === this.#hash.length) {
      const counts = new Uint16Array(this.#counts.length * 2);
      counts.set(this.#counts);
      this.#counts = counts;
      this.#hash = twiceAsLong(this.#hash);
      this.#total = twiceAsLong(this.#total);
    }
    this.#counts.copyWithin(usage * this.#kinds, from, from + this.#kinds);
    this.#counts[usage * this.#kinds + kind]!++;
    this.#hash[usage] = hash;
    this.#total[usage] = this.#total[from / this.#kinds]! + 1;
    this.#slots[slot] = usage;
    if (this.#size * 2 > this.#slots.length) this.#rehash(this.#slots.length * 2);
    return usage;
  }

  #slotOf(hash: number): number {
    return (hash ^ (hash >>> 15)) & (this.#slots.length - 1);
  }

  #rehash(least: number): void {
    let length = least;
    while (length < this.#size * 2) length *= 2;
    this.#slots = new Int32Array(length).fill(-1);
    for (let usage = 0; usage < this.#size; usage++) {
      let slot = this.#slotOf(this.#hash[usage]!);
      while (this.#slots[slot] !== -1) slot = (slot + 1) & (length - 1);
      this.#slots[slot] = usage;
    }
  }
}
