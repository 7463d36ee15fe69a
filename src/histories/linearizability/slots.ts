/**
 * The operations with an end that are pending at a place of the history: each in a slot, each slot a bit of
 * masks of 32 bits a word, as many words as the history needs.
 */
import { NEVER } from '../formats/operation-table.js';
import { DIFFERS, type RegisterHistory, SWAPS, WRITES } from './register-history.js';

/** More pending operations at once than this are left to the general search. */
export const MAX_PENDING = 1024;

/** The place of the only bit of a word. */
export function indexOfBit(bit: number): number {
  return 31 - Math.clz32(bit);
}

/** How many operations with an end are pending at once, at most. `ends`: the operations in the order of their ends. */
export function mostPending(history: RegisterHistory, ends: Int32Array): number {
  let most = 0;
  let live = 0;
  let begun = 0;
  for (const [finished, operation] of ends.entries()) {
    for (; begun < history.count && history.start[begun]! < history.end[operation]!; begun++) {
      if (history.end[begun] !== NEVER) live++;
    }
    most = Math.max(most, live - finished);
  }
  return most;
}

export class Slots {
  readonly words: number;
  /** The pending operations, by what they do. */
  readonly taken: Int32Array;
  readonly writes: Int32Array;
  readonly swaps: Int32Array;
  /** Reads and failed compare-and-sets: they change nothing. */
  readonly observers: Int32Array;
  /** The failed compare-and-sets among the observers. */
  readonly differs: Int32Array;
  /** By slot: the operation. */
  readonly operation: Int32Array;
  /** By value, a mask each: the pending reads and writes of it, the failed compare-and-sets that expected it. */
  readonly readsOf: Int32Array;
  readonly writesOf: Int32Array;
  readonly differsFrom: Int32Array;
  readonly #history: RegisterHistory;

  constructor(history: RegisterHistory, pending: number) {
    const words = Math.max(1, Math.ceil(pending / 32));
    const values = (history.values + 1) * words;
    this.words = words;
    this.#history = history;
    this.taken = new Int32Array(words);
    this.writes = new Int32Array(words);
    this.swaps = new Int32Array(words);
    this.observers = new Int32Array(words);
    this.differs = new Int32Array(words);
    this.operation = new Int32Array(words * 32);
    this.readsOf = new Int32Array(values);
    this.writesOf = new Int32Array(values);
    this.differsFrom = new Int32Array(values);
  }

  /** Puts an operation into a slot, of which there must be one. */
  enter(operation: number): number {
    let word = 0;
    while (this.taken[word] === -1) word++;
    const taken = this.taken[word]!;
    const bit = ~taken & (taken + 1);
    const slot = word * 32 + indexOfBit(bit);
    this.operation[slot] = operation;
    this.#toggle(operation, word, bit);
    return slot;
  }

  leave(slot: number): void {
    this.#toggle(this.operation[slot]!, slot >>> 5, 1 << (slot & 31));
  }

  /** Of the pending writes of a value that are not in `done`, the slot of the one that ends first; -1: none. */
  earliestWrite(value: number, done: Int32Array): number {
    let best = -1;
    let bestEnd = Number.POSITIVE_INFINITY;
    for (let word = 0; word < this.words; word++) {
      for (
        let rest = this.writesOf[value * this.words + word]! & ~done[word]!;
        rest !== 0;
        rest &= rest - 1
      ) {
        const slot = word * 32 + indexOfBit(rest & -rest);
        const end = this.#history.end[this.operation[slot]!]!;
        if (end < bestEnd) {
          bestEnd = end;
          best = slot;
        }
      }
    }
    return best;
  }

  #toggle(operation: number, word: number, bit: number): void {
    const { kind, a } = this.#history;
    const ofValue = a[operation]! * this.words + word;
    this.taken[word]! ^= bit;
    if (kind[operation] === WRITES) {
      this.writes[word]! ^= bit;
      this.writesOf[ofValue]! ^= bit;
    } else if (kind[operation] === SWAPS) this.swaps[word]! ^= bit;
    else {
      this.observers[word]! ^= bit;
      if (kind[operation] === DIFFERS) {
        this.differs[word]! ^= bit;
        this.differsFrom[ofValue]! ^= bit;
      } else this.readsOf[ofValue]! ^= bit;
    }
  }
}
