/**
 * The configurations that a search has visited: which operations are in order, and the state. An operation has
 * two random words; the key of a set is their exclusive or, so that one operation more or less is one step
 * (Zobrist, "A new hashing method with application for game playing", 1970).
 */
import type { Random } from '../../random.js';

export class VisitedTable {
  readonly #low: Int32Array;
  readonly #high: Int32Array;
  readonly #maximum: number;
  #slots: Int32Array = new Int32Array(2 * 1024);
  #size = 0;
  #keyLow = 0;
  #keyHigh = 0;
  /** Whether no more could be remembered: the search must end undecided. */
  full = false;

  constructor(operations: number, random: Random, bytes: number) {
    const word = () => (random.next() * 0x1_0000_0000) | 0;
    this.#low = Int32Array.from({ length: operations }, word);
    this.#high = Int32Array.from({ length: operations }, word);
    // While it grows, the old table is there beside the new one of twice its size.
    this.#maximum = bytes / 8 / 1.5;
  }

  /** Puts an operation into the set, or takes it out. */
  toggle(operation: number): void {
    this.#keyLow ^= this.#low[operation]!;
    this.#keyHigh ^= this.#high[operation]!;
  }

  /** Adds an operation unless the set with it, in `state`, was visited before: then nothing changes. */
  enter(operation: number, state: number): boolean {
    const low = this.#keyLow ^ this.#low[operation]!;
    const high = this.#keyHigh ^ this.#high[operation]!;
    const mixed = Math.imul(state + 1, 0x9e3779b1);
    if (!this.#remember(low ^ mixed, (high + Math.imul(mixed ^ (mixed >>> 15), 0x85ebca77)) | 1))
      return false;
    this.#keyLow = low;
    this.#keyHigh = high;
    return true;
  }

  #remember(low: number, high: number): boolean {
    const mask = this.#slots.length / 2 - 1;
    let slot = (low ^ Math.imul(high, 0x27d4eb2f)) & mask;
    for (let held = this.#slots[2 * slot + 1]!; held !== 0; held = this.#slots[2 * slot + 1]!) {
      if (held === high && this.#slots[2 * slot] === low) return false;
      slot = (slot + 1) & mask;
    }
    this.#slots[2 * slot] = low;
    this.#slots[2 * slot + 1] = high;
    if (++this.#size * 4 > (mask + 1) * 3) this.#grow();
    return true;
  }

  #grow(): void {
    const old = this.#slots;
    // Slots are pairs of words; past the bound the search has to end before the table is full.
    if (old.length > this.#maximum) {
      this.full = true;
      if (this.#size * 16 < (old.length / 2) * 15) return;
    }
    this.#slots = new Int32Array(old.length * 2);
    const mask = this.#slots.length / 2 - 1;
    for (let at = 0; at < old.length; at += 2) {
      const high = old[at + 1]!;
      if (high === 0) continue;
      let slot = (old[at]! ^ Math.imul(high, 0x27d4eb2f)) & mask;
      while (this.#slots[2 * slot + 1] !== 0) slot = (slot + 1) & mask;
      this.#slots[2 * slot] = old[at]!;
      this.#slots[2 * slot + 1] = high;
    }
  }
}
