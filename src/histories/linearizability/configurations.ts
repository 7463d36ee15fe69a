/**
 * A set of configurations of the frontier from which those that another one makes needless are left out.
 *
 * A configuration is what one way of ordering things so far has come to: the value that the register holds,
 * which of the pending operations are done (a bit for each slot), which pending writes are free (they can be
 * taken as done, hidden behind a later write, or still be used), and which operations in doubt were used.
 */
import type { Slots } from './slots.js';
import { twiceAsLong, type UsagePool } from './usage-pool.js';

const BUCKETS = 4096;

export class Configurations {
  #capacity = 64;
  #length = 0;
  #tick = 0;
  #alive = 0;
  /** The value that the register holds; negative where the place is empty. */
  state = new Int32Array(this.#capacity);
  used = new Int32Array(this.#capacity);
  /** For each, the mask of what is done, then that of what is free. */
  masks: Int32Array;
  /** The next configuration in the same bucket, or -1. */
  #next = new Int32Array(this.#capacity);
  readonly #head = new Int32Array(BUCKETS);
  readonly #headTick = new Int32Array(BUCKETS).fill(-1);
  readonly #slots: Slots;
  readonly #words: number;
  readonly #pool: UsagePool;
  /** Comparisons so far: the unit of the step budget. */
  steps = 0;

  constructor(slots: Slots, pool: UsagePool) {
    this.#slots = slots;
    this.#words = slots.words;
    this.#pool = pool;
    this.masks = new Int32Array(this.#capacity * 2 * this.#words);
  }

  /** How many places there are, the empty ones included. */
  get length(): number {
    return this.#length;
  }

  /** How many configurations there are. */
  get size(): number {
    return this.#alive;
  }

  get bytes(): number {
    return this.#capacity * (12 + 8 * this.#words);
  }

  clear(): void {
    this.#length = 0;
    this.#alive = 0;
    this.#tick++;
  }

  /** Adds a configuration unless one that is there already can do all that it can. */
  add(state: number, masks: Int32Array, used: number): void {
    const bucket = this.#bucketOf(state, masks);
    let before = -1;
    const first = this.#headTick[bucket] === this.#tick ? this.#head[bucket]! : -1;
    for (let at = first; at !== -1; ) {
      this.steps++;
      const next = this.#next[at]!;
      const relation = this.state[at] === state ? this.#compare(at, masks) : 0;
      const usedThere = this.used[at]!;
      if ((relation & 1) !== 0 && this.#pool.within(usedThere, used)) return;
      if ((relation & 2) !== 0 && this.#pool.within(used, usedThere)) this.#unlink(bucket, before, at, next);
      else before = at;
      at = next;
    }
    this.#push(bucket, state, masks, used);
  }

  /** Copies the masks of a configuration. */
  load(at: number, masks: Int32Array): void {
    const size = 2 * this.#words;
    for (let word = 0; word < size; word++) masks[word] = this.masks[at * size + word]!;
  }

  /** Leaves out the empty places; nothing more can be added after it but after a `clear`. */
  compact(): void {
    const size = 2 * this.#words;
    let kept = 0;
    for (let at = 0; at < this.#length; at++) {
      const state = this.state[at]!;
      if (state < 0) continue;
      if (kept !== at) {
        this.state[kept] = state;
        this.used[kept] = this.used[at]!;
        this.masks.copyWithin(kept * size, at * size, (at + 1) * size);
      }
      kept++;
    }
    this.#length = kept;
    this.#alive = kept;
  }

  /**
   * Leaves out all but `most` configurations: of each state as many, those that have used the fewest operations
   * in doubt. Only on a compacted set.
   */
  narrow(most: number): void {
    const order = Array.from({ length: this.#length }, (_, at) => at);
    order.sort((left, right) => this.#pool.total(this.used[left]!) - this.#pool.total(this.used[right]!));
    const states = new Set(this.state.subarray(0, this.#length)).size;
    const quota = Math.max(1, Math.ceil(most / states));
    const taken = new Map<number, number>();
    for (const at of order) {
      const state = this.state[at]!;
      const before = taken.get(state) ?? 0;
      taken.set(state, before + 1);
      if (before >= quota) this.state[at] = -1;
    }
    this.compact();
  }

  /**
   * Compares all but the usage with a configuration of the same state. Bit 1: the one that is there can do all
   * that the new one can; bit 2: the other way round.
   *
   * Compare-and-sets must be done in both or in none. What observes is better done than not. A write that is
   * free is better than one that is done, or one that is not: it can be either.
   */
  #compare(at: number, masks: Int32Array): number {
    const words = this.#words;
    const { writes, swaps, observers } = this.#slots;
    let relation = 3;
    for (let word = 0, there = at * 2 * words; word < words && relation !== 0; word++, there++) {
      const done = masks[word]!;
      const free = masks[words + word]!;
      const doneThere = this.masks[there]!;
      const freeThere = this.masks[there + words]!;
      const differ = done ^ doneThere;
      if ((differ & swaps[word]!) !== 0) return 0;
      const changed = (differ | (free ^ freeThere)) & writes[word]!;
      if (((done & ~doneThere & observers[word]!) | (changed & ~freeThere)) !== 0) relation &= 2;
      if (((doneThere & ~done & observers[word]!) | (changed & ~free)) !== 0) relation &= 1;
    }
    return relation;
  }

  /** Configurations of one state in which the same compare-and-sets are done share a bucket. */
  #bucketOf(state: number, masks: Int32Array): number {
    let hash = Math.imul(state + 1, 0x9e3779b1);
    for (let word = 0; word < this.#words; word++) {
      hash = Math.imul(hash ^ (masks[word]! & this.#slots.swaps[word]!), 0x85ebca6b);
      hash ^= hash >>> 15;
    }
    return hash & (BUCKETS - 1);
  }

  #push(bucket: number, state: number, masks: Int32Array, used: number): void {
    if (this.#length === this.#capacity) this.#grow();
    const at = this.#length++;
    const size = 2 * this.#words;
    this.#alive++;
    this.state[at] = state;
    this.used[at] = used;
    for (let word = 0; word < size; word++) this.masks[at * size + word] = masks[word]!;
    this.#next[at] = this.#headTick[bucket] === this.#tick ? this.#head[bucket]! : -1;
    this.#headTick[bucket] = this.#tick;
    this.#head[bucket] = at;
  }

  #unlink(bucket: number, before: number, at: number, next: number): void {
    if (before === -1) this.#head[bucket] = next;
    else this.#next[before] = next;
    this.state[at] = -1;
    this.#alive--;
  }

  #grow(): void {
    this.#capacity *= 2;
    this.state = twiceAsLong(this.state);
    this.used = twiceAsLong(this.used);
    this.masks = twiceAsLong(this.masks);
    this.#next = twiceAsLong(this.#next);
  }
}
