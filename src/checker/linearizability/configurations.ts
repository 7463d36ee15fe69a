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

export class Configurations {
  #capacity = 64;
  #length = 0;
  #tick = 0;
  #alive = 0;
  state = new Int32Array(this.#capacity);
  done = new Int32Array(this.#capacity);
  free = new Int32Array(this.#capacity);
  used = new Int32Array(this.#capacity);
  /** The next configuration with the same state, or -1. */
  #next = new Int32Array(this.#capacity);
  readonly #head: Int32Array;
  readonly #headTick: Int32Array;
  readonly #kinds: SlotKinds;
  readonly #pool: UsagePool;
  /** Comparisons so far: the unit of the step budget. */
  steps = 0;

  constructor(values: number, kinds: SlotKinds, pool: UsagePool) {
    this.#head = new Int32Array(values);
    this.#headTick = new Int32Array(values).fill(-1);
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
    let before = -1;
    const first = this.#headTick[state] === this.#tick ? this.#head[state]! : -1;
    for (let at = first; at !== -1; ) {
      this.steps++;
      const next = this.#next[at]!;
      const differ = done ^ this.done[at]!;
      const doneThere = this.done[at]!;
      const freeThere = this.free[at]!;
      if ((differ & swaps) === 0) {
        const changed = (differ | (free ^ freeThere)) & writes;
        if (
          (done & ~doneThere & observers) === 0 &&
          (changed & ~freeThere) === 0 &&
          this.#pool.within(this.used[at]!, used)
        )
          return false;
        if (
          (doneThere & ~done & observers) === 0 &&
          (changed & ~free) === 0 &&
          this.#pool.within(used, this.used[at]!)
        ) {
          this.#unlink(state, before, at, next);
          at = next;
          continue;
        }
      }
      before = at;
      at = next;
    }
    this.#push(state, done, free, used);
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

  #push(state: number, done: number, free: number, used: number): void {
    if (this.#length === this.#capacity) this.#grow();
    const at = this.#length++;
    this.#alive++;
    this.state[at] = state;
    this.done[at] = done;
    this.free[at] = free;
    this.used[at] = used;
    this.#link(state, at);
  }

  #link(state: number, at: number): void {
    this.#next[at] = this.#headTick[state] === this.#tick ? this.#head[state]! : -1;
    this.#headTick[state] = this.#tick;
    this.#head[state] = at;
  }

  #unlink(state: number, before: number, at: number, next: number): void {
    if (before === -1) this.#head[state] = next;
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
