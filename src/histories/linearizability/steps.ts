/**
 * The steps that lead from one configuration of the frontier to others: what can be put in order next so that it
 * matters to the completion at hand. Which steps those are, and why no others, is told in frontier.ts.
 */
import type { InDoubt } from './in-doubt.js';
import { READS, type RegisterHistory, SWAPS, WRITES } from './register-history.js';
import { indexOfBit, type Slots } from './slots.js';
import type { UsagePool } from './usage-pool.js';

export class Steps {
  /** The masks of the configuration to start from: what is done, then what is free. */
  readonly here: Int32Array;
  /** Those of the one that a step leads to. */
  readonly #there: Int32Array;
  readonly #history: RegisterHistory;
  readonly #slots: Slots;
  readonly #words: number;
  readonly #inDoubt: InDoubt;
  readonly #pool: UsagePool;
  readonly #reached: (state: number, masks: Int32Array, used: number) => void;
  /** By value, the tick at which something pending gains by it. */
  readonly #gains: Int32Array;
  readonly #gaining: number[] = [];
  #tick = 0;

  /** @param reached told of each configuration that a step leads to; its masks are used again after that */
  constructor(
    history: RegisterHistory,
    slots: Slots,
    inDoubt: InDoubt,
    pool: UsagePool,
    reached: (state: number, masks: Int32Array, used: number) => void,
  ) {
    this.#history = history;
    this.#slots = slots;
    this.#words = slots.words;
    this.#inDoubt = inDoubt;
    this.#pool = pool;
    this.#reached = reached;
    this.here = new Int32Array(2 * slots.words);
    this.#there = new Int32Array(2 * slots.words);
    this.#gains = new Int32Array(history.values + 1).fill(-1);
  }

  /** Takes every step from a configuration, its masks in `here`, that can matter before a slot completes. */
  take(state: number, used: number, goal: number): void {
    const { a, kind } = this.#history;
    const slots = this.#slots;
    this.#findGains(state);
    const completing = slots.operation[goal]!;
    if (kind[completing] === WRITES) this.#write(a[completing]!, goal, used);
    this.#swapPending(state, used);
    for (const value of this.#gaining) {
      // Writing once more what is there gains only that other writes can have happened just before.
      if (value === state && !this.#hides(value)) continue;
      const slot = slots.earliestWrite(value, this.here);
      if (slot < 0) this.#writeInDoubt(value, used);
      else if (slot !== goal) this.#write(value, slot, used);
    }
    this.#swapInDoubt(state, used);
  }

  /** The register takes a value: what this changes in `there`, and what is reached by it. */
  #become(state: number, used: number): void {
    const words = this.#words;
    const there = this.#there;
    const { readsOf, differs, differsFrom, writesOf } = this.#slots;
    for (let word = 0, ofValue = state * words; word < words; word++, ofValue++) {
      const done = there[word]! | readsOf[ofValue]! | (differs[word]! & ~differsFrom[ofValue]!);
      there[word] = done;
      there[words + word]! |= writesOf[ofValue]! & ~done;
    }
    this.#reached(state, there, used);
  }

  /** Whether a write of a value could hide another one that is not free yet. */
  #hides(value: number): boolean {
    const words = this.#words;
    const { writes, writesOf } = this.#slots;
    for (let word = 0; word < words; word++) {
      const known = this.here[word]! | this.here[words + word]! | writesOf[value * words + word]!;
      if ((writes[word]! & ~known) !== 0) return true;
    }
    return false;
  }

  /** Starts a step: `there` is `here` with one more slot done (none: -1), and with pending writes hidden or not. */
  #step(slot: number, hides: boolean): void {
    const words = this.#words;
    const there = this.#there;
    for (let at = 0; at < there.length; at++) there[at] = this.here[at]!;
    if (slot >= 0) there[slot >>> 5]! |= 1 << (slot & 31);
    for (let word = 0; hides && word < words; word++) {
      there[words + word]! |= this.#slots.writes[word]! & ~there[word]!;
    }
    if (slot >= 0) there[words + (slot >>> 5)]! &= ~(1 << (slot & 31));
  }

  #write(value: number, slot: number, used: number): void {
    this.#step(slot, true);
    this.#become(value, used);
  }

  #writeInDoubt(value: number, used: number): void {
    for (const kind of this.#inDoubt.writing[value] ?? []) {
      if (this.#pool.count(used, kind) >= this.#inDoubt.invoked[kind]!) continue;
      this.#step(-1, true);
      this.#become(value, this.#pool.with(used, kind));
    }
  }

  #swapPending(state: number, used: number): void {
    const { a, b } = this.#history;
    const { swaps, operation } = this.#slots;
    for (let word = 0; word < this.#words; word++) {
      for (let rest = swaps[word]! & ~this.here[word]!; rest !== 0; rest &= rest - 1) {
        const slot = word * 32 + indexOfBit(rest & -rest);
        if (a[operation[slot]!] !== state) continue;
        this.#step(slot, false);
        this.#become(b[operation[slot]!]!, used);
      }
    }
  }

  #swapInDoubt(state: number, used: number): void {
    const { swapping, from, to, invoked } = this.#inDoubt;
    for (const kind of swapping) {
      if (from[kind] !== state || this.#gains[to[kind]!] !== this.#tick) continue;
      if (this.#pool.count(used, kind) >= invoked[kind]!) continue;
      if (this.#isPending(state, to[kind]!)) continue;
      this.#step(-1, false);
      this.#become(to[kind]!, this.#pool.with(used, kind));
    }
  }

  /** Whether the same compare-and-set is pending with an end: then that one is taken. */
  #isPending(from: number, to: number): boolean {
    const { a, b } = this.#history;
    const { swaps, operation } = this.#slots;
    for (let word = 0; word < this.#words; word++) {
      for (let rest = swaps[word]! & ~this.here[word]!; rest !== 0; rest &= rest - 1) {
        const at = operation[word * 32 + indexOfBit(rest & -rest)]!;
        if (a[at] === from && b[at] === to) return true;
      }
    }
    return false;
  }

  /** Finds the values that something pending gains by, straight or through compare-and-sets in doubt. */
  #findGains(state: number): void {
    const { a, kind, values } = this.#history;
    const { taken, differs, operation } = this.#slots;
    this.#tick++;
    this.#gaining.length = 0;
    for (let word = 0; word < this.#words; word++) {
      const pending = taken[word]! & ~this.here[word]!;
      if ((pending & differs[word]!) !== 0) {
        for (let value = 0; value < values; value++) if (value !== state) this.#gain(value);
      }
      for (let rest = pending; rest !== 0; rest &= rest - 1) {
        const at = operation[word * 32 + indexOfBit(rest & -rest)]!;
        if (kind[at] === READS || kind[at] === SWAPS) this.#gain(a[at]!);
      }
    }
    const { swapping, from, to } = this.#inDoubt;
    for (let found = true; found && swapping.length > 0; ) {
      const before = this.#gaining.length;
      for (const each of swapping) if (this.#gains[to[each]!] === this.#tick) this.#gain(from[each]!);
      found = this.#gaining.length > before;
    }
  }

  #gain(value: number): void {
    if (this.#gains[value] === this.#tick) return;
    this.#gains[value] = this.#tick;
    this.#gaining.push(value);
  }
}
