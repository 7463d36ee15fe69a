/**
 * Linearizability of one register with reads, writes and compare-and-sets, values repeated or not: the set of
 * all configurations that the operations so far can have come to, moved on from completion to completion.
 *
 * After the just-in-time linearization of Lowe, "Testing for linearizability" (Concurrency and Computation
 * 29(4), 2017): an operation is put in order only when it completes, with whatever must come before it. What
 * keeps the set small, so that no search has to be taken back:
 *
 * - What changes nothing (a read of the value that is there, a failed compare-and-set of another one) is done
 *   at once: doing it is never worse.
 * - When a write takes effect, the writes pending beside it may have happened just before it, seen by nobody.
 *   They become free instead of branching: free is as good as done, and as good as still to be used.
 * - Of pending operations that do the same, the one that ends first is used; one in doubt only where there is
 *   no other; operations in doubt that do the same are counted, not told apart.
 * - A write is ordered before the completing operation only if something that is pending gains by it.
 * - A configuration is left out where another one has the same value and can do all that it can.
 *
 * When the set is empty, no order explains the history up to the completion at hand. When only operations in
 * doubt are left, the history is linearizable.
 */
import { NONE } from '../../history/formats/operation-table.js';
import { Configurations } from './configurations.js';
import { InDoubt } from './in-doubt.js';
import { byEnd, DIFFERS, READS, type RegisterHistory, SWAPS, WRITES } from './register-history.js';
import { type Budget, FRONTIER, holds, type KeyResult, undecided } from './result.js';
import { MAX_PENDING, Slots } from './slots.js';
import { UNUSED, UsagePool } from './usage-pool.js';

const MAX_USES_OF_A_KIND = 0xffff;

/** How many configurations are kept at most, in one attempt after the other. */
const WIDTHS = [16, 128, 1024, Number.POSITIVE_INFINITY];

/**
 * Judges one register. `operations` of an illegal result holds the row whose completion nothing explains.
 *
 * Where operations in doubt make the set large, a narrow one, of the configurations that used the fewest of
 * them, is tried first: it cannot show that a history is illegal, but one order is enough to show that it is not.
 */
export function judgeFrontier(
  history: RegisterHistory,
  budget: Budget,
  widths: readonly number[] = WIDTHS,
): KeyResult {
  for (const width of widths) {
    const frontier = new Frontier(history, budget, width);
    const found = frontier.judge();
    if (found.verdict !== 'illegal' || !frontier.narrowed) return found;
  }
  return undecided(FRONTIER, 'what was kept of the configurations was not enough');
}

class Frontier {
  readonly #history: RegisterHistory;
  readonly #budget: Budget;
  readonly #slots: Slots;
  readonly #inDoubt: InDoubt;
  readonly #pool: UsagePool;
  /** The configurations at this place of the history. */
  #now: Configurations;
  /** Those past the completion at hand. */
  #next: Configurations;
  /** Those on the way to it. */
  readonly #work: Configurations;
  /** By value, the tick at which something pending gains by it. */
  readonly #gains: Int32Array;
  readonly #gaining: number[] = [];
  #tick = 0;
  /** The bit of the completing operation. */
  #goal = 0;
  readonly #width: number;
  /** Whether configurations were left out that another one does not stand for. */
  narrowed = false;

  constructor(history: RegisterHistory, budget: Budget, width: number) {
    this.#history = history;
    this.#budget = budget;
    this.#width = width;
    this.#slots = new Slots(history);
    this.#inDoubt = new InDoubt(history);
    this.#pool = new UsagePool(this.#inDoubt.kinds);
    const states = history.values + 1;
    this.#now = new Configurations(this.#slots, this.#pool);
    this.#next = new Configurations(this.#slots, this.#pool);
    this.#work = new Configurations(this.#slots, this.#pool);
    this.#gains = new Int32Array(states).fill(-1);
  }

  judge(): KeyResult {
    const { start, end } = this.#history;
    const ends = byEnd(this.#history);
    const bits = new Int32Array(this.#history.count);
    this.#begin();
    let invoked = 0;
    for (const operation of ends) {
      while (invoked < this.#history.count && start[invoked]! < end[operation]!) {
        const kind = this.#inDoubt.kindOf[invoked]!;
        if (kind >= 0) {
          this.#inDoubt.invoke(kind);
          if (this.#inDoubt.invoked[kind]! > MAX_USES_OF_A_KIND)
            return undecided(FRONTIER, 'too many operations in doubt that do the same');
        } else {
          bits[invoked] = this.#slots.enter(invoked);
          if (bits[invoked] === 0)
            return undecided(FRONTIER, `more than ${MAX_PENDING} operations were pending at once`);
          this.#enter(invoked, bits[invoked]!);
        }
        invoked++;
      }
      if (!this.#complete(operation, bits[operation]!)) return undecided(FRONTIER, this.#budget.spent);
      if (this.#now.size === 0) return this.#contradiction(operation);
    }
    return holds(FRONTIER);
  }

  #begin(): void {
    this.#now.clear();
    if (this.#history.initial !== NONE) this.#now.add(this.#history.initial, 0, 0, UNUSED);
    // Any value at all, and one that is none of those in the history.
    else for (let state = 0; state <= this.#history.values; state++) this.#now.add(state, 0, 0, UNUSED);
  }

  /** An operation begins: where it changes nothing, it is done (a write: it is free) at once. */
  #enter(operation: number, bit: number): void {
    const { kind, a } = this.#history;
    const value = a[operation]!;
    const { state, done, free, length } = this.#now;
    for (let at = 0; at < length; at++) {
      const same = state[at] === value;
      if (kind[operation] === READS ? same : kind[operation] === DIFFERS && !same) done[at]! |= bit;
      else if (kind[operation] === WRITES && same) free[at]! |= bit;
    }
  }

  /** Moves the frontier past a completion. False where the budget is spent. */
  #complete(operation: number, bit: number): boolean {
    const now = this.#now;
    const next = this.#next;
    const work = this.#work;
    this.#goal = bit;
    for (let at = 0; at < now.length; at++) {
      const state = now.state[at]!;
      if (state >= 0) this.#reach(state, now.done[at]!, now.free[at]!, now.used[at]!);
    }
    const begun = work.length;
    for (let at = 0; at < work.length; at++) {
      // What was not on the way from the beginning has used more operations in doubt than what was.
      if (at >= begun && (next.size >= this.#width || at > 4 * this.#width)) {
        this.narrowed = true;
        break;
      }
      if (work.state[at]! >= 0 && !this.#explore(at)) return false;
    }
    this.#slots.leave(operation, bit);
    const steps = now.length + work.length + next.length;
    this.#now = next;
    this.#next = now;
    next.compact();
    now.clear();
    work.clear();
    if (next.length > this.#width) {
      next.narrow(this.#width);
      this.narrowed = true;
    }
    if (this.#bytes() > this.#budget.memoryBytes / 2) this.#pool.compact(this.#now.used, this.#now.length);
    return this.#budget.spend(steps) && this.#fits();
  }

  /** A configuration on the way: past the completion where the operation is done or free. */
  #reach(state: number, done: number, free: number, used: number): void {
    const goal = this.#goal;
    if (((done | free) & goal) !== 0) this.#next.add(state, done & ~goal, free & ~goal, used);
    if ((done & goal) === 0) this.#work.add(state, done, free, used);
  }

  /** What a configuration comes to when the register takes a value. */
  #become(state: number, done: number, free: number, used: number): void {
    const slots = this.#slots;
    const now = done | slots.readsOf[state]! | (slots.differs & ~slots.differsFrom[state]!);
    this.#reach(state, now, free | (slots.writesOf[state]! & ~now), used);
  }

  /** Takes every step from a configuration on the way that can matter before the completion. */
  #explore(at: number): boolean {
    const { a, b, kind } = this.#history;
    const slots = this.#slots;
    const state = this.#work.state[at]!;
    const done = this.#work.done[at]!;
    const free = this.#work.free[at]!;
    const used = this.#work.used[at]!;
    const goal = this.#goal;
    this.#findGains(state, done);
    if ((slots.writes & goal) !== 0)
      this.#write(a[slots.operation[31 - Math.clz32(goal)]!]!, goal, done, free, used);
    for (let rest = slots.swaps & ~done; rest !== 0; rest &= rest - 1) {
      const bit = rest & -rest;
      const operation = slots.operation[31 - Math.clz32(bit)]!;
      if (kind[operation] === SWAPS && a[operation] === state)
        this.#become(b[operation]!, done | bit, free, used);
    }
    for (const value of this.#gaining) {
      const writes = slots.writesOf[value]! & ~done;
      // Writing once more what is there gains only that other writes can have happened just before.
      if (value === state && (slots.writes & ~done & ~free & ~writes) === 0) continue;
      if (writes !== 0) {
        const bit = slots.earliest(writes);
        if (bit !== goal) this.#write(value, bit, done, free, used);
      } else this.#writeInDoubt(value, done, free, used);
    }
    this.#swapInDoubt(state, done, free, used);
    const steps = 8 + this.#work.steps + this.#next.steps;
    this.#work.steps = 0;
    this.#next.steps = 0;
    return this.#budget.spend(steps) && ((at & 0xfff) !== 0 || this.#fits());
  }

  #write(value: number, bit: number, done: number, free: number, used: number): void {
    const now = done | bit;
    this.#become(value, now, (free | (this.#slots.writes & ~now)) & ~bit, used);
  }

  #writeInDoubt(value: number, done: number, free: number, used: number): void {
    for (const kind of this.#inDoubt.writing[value] ?? []) {
      if (this.#pool.count(used, kind) >= this.#inDoubt.invoked[kind]!) continue;
      this.#become(value, done, free | (this.#slots.writes & ~done), this.#pool.with(used, kind));
    }
  }

  #swapInDoubt(state: number, done: number, free: number, used: number): void {
    const { swapping, from, to, invoked } = this.#inDoubt;
    for (const kind of swapping) {
      if (from[kind] !== state || this.#gains[to[kind]!] !== this.#tick) continue;
      if (this.#pool.count(used, kind) >= invoked[kind]!) continue;
      if (this.#swapPending(state, to[kind]!, done)) continue;
      this.#become(to[kind]!, done, free, this.#pool.with(used, kind));
    }
  }

  /** Whether the same compare-and-set is pending with an end: then that one is taken. */
  #swapPending(from: number, to: number, done: number): boolean {
    const { a, b } = this.#history;
    for (let rest = this.#slots.swaps & ~done; rest !== 0; rest &= rest - 1) {
      const operation = this.#slots.operation[31 - Math.clz32(rest & -rest)]!;
      if (a[operation] === from && b[operation] === to) return true;
    }
    return false;
  }

  /** Finds the values that something pending gains by, straight or through compare-and-sets in doubt. */
  #findGains(state: number, done: number): void {
    const { a, kind, values } = this.#history;
    const slots = this.#slots;
    this.#tick++;
    this.#gaining.length = 0;
    const pending = slots.taken & ~done;
    if ((pending & slots.differs) !== 0) {
      for (let value = 0; value < values; value++) if (value !== state) this.#gain(value);
    }
    for (let rest = pending; rest !== 0; rest &= rest - 1) {
      const operation = slots.operation[31 - Math.clz32(rest & -rest)]!;
      if (kind[operation] === READS || kind[operation] === SWAPS) this.#gain(a[operation]!);
    }
    const { swapping, from, to } = this.#inDoubt;
    for (let found = true; found && swapping.length > 0; ) {
      const before = this.#gaining.length;
      for (const kind of swapping) if (this.#gains[to[kind]!] === this.#tick) this.#gain(from[kind]!);
      found = this.#gaining.length > before;
    }
  }

  #gain(value: number): void {
    if (this.#gains[value] === this.#tick) return;
    this.#gains[value] = this.#tick;
    this.#gaining.push(value);
  }

  /** Six columns of four bytes for each configuration, and the usages. */
  #bytes(): number {
    return (this.#now.length + this.#next.length + this.#work.length) * 24 + this.#pool.bytes;
  }

  #fits(): boolean {
    if (this.#bytes() <= this.#budget.memoryBytes) return true;
    this.#budget.exhaust('the memory for the search was spent');
    return false;
  }

  #contradiction(operation: number): KeyResult {
    return {
      verdict: 'illegal',
      algorithm: FRONTIER,
      operations: [this.#history.row[operation]!],
      reason: 'no order of the operations so far explains this completion',
      complete: false,
    };
  }
}
