/** The operations with an end that are pending at a place of the history: each in a slot, each slot a bit. */
import type { SlotKinds } from './configurations.js';
import { DIFFERS, type RegisterHistory, SWAPS, WRITES } from './register-history.js';

/** How many operations can be pending at once: the bits of a small integer. */
export const MAX_PENDING = 31;

export class Slots implements SlotKinds {
  writes = 0;
  swaps = 0;
  observers = 0;
  /** The failed compare-and-sets among the observers. */
  differs = 0;
  /** By slot: the operation. */
  readonly operation = new Int32Array(MAX_PENDING);
  /** By value: the pending reads and writes of it, the failed compare-and-sets that expected it. */
  readonly readsOf: Int32Array;
  readonly writesOf: Int32Array;
  readonly differsFrom: Int32Array;
  readonly #history: RegisterHistory;
  #taken = 0;

  constructor(history: RegisterHistory) {
    this.#history = history;
    this.readsOf = new Int32Array(history.values + 1);
    this.writesOf = new Int32Array(history.values + 1);
    this.differsFrom = new Int32Array(history.values + 1);
  }

  /** Puts an operation into a slot and returns its bit; 0 where all slots are taken. */
  enter(operation: number): number {
    if (this.#taken === 0x7fffffff) return 0;
    const slot = 31 - Math.clz32(~this.#taken & (this.#taken + 1));
    this.operation[slot] = operation;
    this.#toggle(operation, 1 << slot);
    return 1 << slot;
  }

  leave(operation: number, bit: number): void {
    this.#toggle(operation, bit);
  }

  /** The pending operations. */
  get taken(): number {
    return this.#taken;
  }

  /** Of the slots in `among`, which are not 0, the one whose operation ends first, as a bit. */
  earliest(among: number): number {
    let best = 0;
    let bestEnd = Number.POSITIVE_INFINITY;
    for (let rest = among; rest !== 0; rest &= rest - 1) {
      const slot = 31 - Math.clz32(rest & -rest);
      const end = this.#history.end[this.operation[slot]!]!;
      if (end < bestEnd) {
        bestEnd = end;
        best = 1 << slot;
      }
    }
    return best;
  }

  #toggle(operation: number, bit: number): void {
    this.#taken ^= bit;
    const a = this.#history.a[operation]!;
    const kind = this.#history.kind[operation];
    if (kind === WRITES) {
      this.writes ^= bit;
      this.writesOf[a]! ^= bit;
    } else if (kind === SWAPS) this.swaps ^= bit;
    else {
      this.observers ^= bit;
      if (kind === DIFFERS) {
        this.differs ^= bit;
        this.differsFrom[a]! ^= bit;
      } else this.readsOf[a]! ^= bit;
    }
  }
}
