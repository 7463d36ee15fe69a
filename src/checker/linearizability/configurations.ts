/**
 * A set of configurations of the frontier from which those that another one makes needless are left out.
 *
 * A configuration is what one way of ordering things so far has come to: the value that the register holds,
 * which of the pending operations are done (a bit for each slot), which pending writes are free (they can be
 * taken as done, hidden behind a later write, or still be used), and which operations in doubt were used.
 */
import type { UsagePool } from './usage-pool.js';

/** Which slots hold what, as bits: what the comparison depends on. */
export interface SlotKinds {
  writes: number;
  swaps: number;
  /** Reads and failed compare-and-sets: they change nothing. */
  observers: number;
}

const BUCKETS = 4096;

function bucketOf(state: number, swapsDone: number): number {
  const hash = Math.imul(state + 1, 0x9e3779b1) ^ Math.imul(swapsDone + 1, 0x85ebca6b);
  return (hash ^ (hash >>> 15)) & (BUCKETS - 1);
}

export class Configurations {
  #capacity = 64;
  #length = 0;
  #tick = 0;
  #alive = 0;
  state = new Int32Array(this.#capacity);
  done = new Int32Array(this.#capacity);
  free = new Int32Array(this.#capacity);
  used = new Int32Array(this.#capacity);
  /** The next configuration in the same bucket, or -1. */
  #next = new Int32Array(this.#capacity);
  readonly #head = new Int32Array(BUCKETS);
  readonly #headTick = new Int32Array(BUCKETS).fill(-1);
  readonly #kinds: SlotKinds;
  readonly #pool: UsagePool;
  /** Comparisons so far: the unit of the step budget. */
  steps = 0;

  constructor(kinds: SlotKinds, pool: UsagePool) {
    this.#kinds = kinds;
    this.#pool = pool;
  }

  /** How many places there are; those whose state is negative are empty. */
  get length(): number {
    return this.#length;
  }

  /** How many configurations there are. */
  get size(): number {
    return this.#alive;
  }

  clear(): void {
    this.#length = 0;
    this.#alive = 0;
    this.#tick++;
  }

  /** Adds a configuration unless one that is there already can do all that it can. */
  add(state: number, done: number, free: number, used: number): boolean {
    const { writes, swaps, observers } = this.#kinds;
    const bucket = bucketOf(state, done & swaps);
    let before = -1;
    const first = this.#headTick[bucket] === this.#tick ? this.#head[bucket]! : -1;
    for (let at = first; at !== -1; ) {
      this.steps++;
      const next = this.#next[at]!;
      const doneThere = this.done[at]!;
      const freeThere = this.free[at]!;
      const differ = done ^ doneThere;
      if (this.state[at] === state && (differ & swaps) === 0) {
        const changed = (differ | (free ^ freeThere)) & writes;
        const usedThere = this.used[at]!;
        const nothingNew = (done & ~doneThere & observers) === 0 && (changed & ~freeThere) === 0;
        if (nothingNew && this.#pool.within(usedThere, used)) return false;
        const needless = (doneThere & ~done & observers) === 0 && (changed & ~free) === 0;
        if (needless && this.#pool.within(used, usedThere)) {
          this.#unlink(bucket, before, at, next);
          at = next;
          continue;
        }
      }
      before = at;
      at = next;
    }
    this.#push(bucket, state, done, free, used);
    return true;
  }

  /** Leaves out the empty places; nothing more can be added after it but a `clear`. */
  compact(): void {
    let kept = 0;
    for (let at = 0; at < this.#length; at++) {
      const state = this.state[at]!;
      if (state < 0) continue;
      this.state[kept] = state;
      this.done[kept] = this.done[at]!;
      this.free[kept] = this.free[at]!;
      this.used[kept] = this.used[at]!;
      kept++;
    }
    this.#length = kept;
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
    this.#alive = this.#length;
  }

  #push(bucket: number, state: number, done: number, free: number, used: number): void {
    if (this.#length === this.#capacity) this.#grow();
    const at = this.#length++;
    this.#alive++;
    this.state[at] = state;
    this.done[at] = done;
    this.free[at] = free;
    this.used[at] = used;
    this.#link(bucket, at);
  }

  #link(bucket: number, at: number): void {
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
    const longer = (column: Int32Array) => {
      const copy = new Int32Array(this.#capacity);
      copy.set(column);
      return copy;
    };
    this.state = longer(this.state);
    this.done = longer(this.done);
    this.free = longer(this.free);
    this.used = longer(this.used);
    this.#next = longer(this.#next);
  }
}
