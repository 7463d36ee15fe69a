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
import { NONE } from '../formats/operation-table.js';
import { Configurations } from './configurations.js';
import { InDoubt } from './in-doubt.js';
import { byEnd, DIFFERS, type RegisterHistory, SWAPS, WRITES } from './register-history.js';
import { type Budget, FRONTIER, type KeyResult, legal, undecided, unexplained } from './result.js';
import { MAX_PENDING, mostPending, Slots } from './slots.js';
import { Steps } from './steps.js';
import { UNUSED, UsagePool } from './usage-pool.js';

const MAX_USES_OF_A_KIND = 0xffff;

/** The reason of `unknown` where the general search has to go on. */
export const TOO_WIDE = `more than ${MAX_PENDING} operations were pending at once`;

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
  readonly #width: number;
  readonly #ends: Int32Array;
  readonly #pending: number;
  readonly #slots: Slots;
  readonly #words: number;
  readonly #inDoubt: InDoubt;
  readonly #pool: UsagePool;
  /** The configurations at this place of the history. */
  #now: Configurations;
  /** Those past the completion at hand. */
  #next: Configurations;
  /** Those on the way to it. */
  readonly #work: Configurations;
  readonly #steps: Steps;
  /** The masks of a configuration, and of the same past the completion. */
  readonly #masks: Int32Array;
  readonly #past: Int32Array;
  /** The slot of the completing operation, as word and bit. */
  #goal = 0;
  #goalWord = 0;
  #goalBit = 0;
  /** Whether configurations were left out that another one does not stand for. */
  narrowed = false;

  constructor(history: RegisterHistory, budget: Budget, width: number) {
    this.#history = history;
    this.#budget = budget;
    this.#width = width;
    this.#ends = byEnd(history);
    this.#pending = mostPending(history, this.#ends);
    this.#slots = new Slots(history, Math.min(this.#pending, MAX_PENDING));
    this.#words = this.#slots.words;
    this.#inDoubt = new InDoubt(history);
    this.#pool = new UsagePool(this.#inDoubt.kinds);
    this.#now = new Configurations(this.#slots, this.#pool);
    this.#next = new Configurations(this.#slots, this.#pool);
    this.#work = new Configurations(this.#slots, this.#pool);
    this.#masks = new Int32Array(2 * this.#words);
    this.#past = new Int32Array(2 * this.#words);
    this.#steps = new Steps(history, this.#slots, this.#inDoubt, this.#pool, (state, masks, used) =>
      this.#reach(state, masks, used),
    );
  }

  judge(): KeyResult {
    if (this.#pending > MAX_PENDING) return undecided(FRONTIER, TOO_WIDE);
    const { start, end, count } = this.#history;
    const slots = new Int32Array(count);
    this.#begin();
    let invoked = 0;
    for (const operation of this.#ends) {
      for (; invoked < count && start[invoked]! < end[operation]!; invoked++) {
        const kind = this.#inDoubt.kindOf[invoked]!;
        if (kind < 0) {
          slots[invoked] = this.#slots.enter(invoked);
          this.#enter(invoked, slots[invoked]!);
          continue;
        }
        this.#inDoubt.invoke(kind);
        if (this.#inDoubt.invoked[kind]! > MAX_USES_OF_A_KIND)
          return undecided(FRONTIER, 'too many operations in doubt that do the same');
      }
      if (!this.#complete(slots[operation]!)) return undecided(FRONTIER, this.#budget.spent);
      if (this.#now.size === 0) return unexplained(FRONTIER, this.#history.row[operation]!);
    }
    return legal(FRONTIER);
  }

  #begin(): void {
    this.#now.clear();
    if (this.#history.initial !== NONE) this.#now.add(this.#history.initial, this.#masks, UNUSED);
    // Any value at all, and one that is none of those in the history.
    else
      for (let state = 0; state <= this.#history.values; state++) this.#now.add(state, this.#masks, UNUSED);
  }

  /** An operation begins: where it changes nothing, it is done (a write: it is free) at once. */
  #enter(operation: number, slot: number): void {
    const { kind, a } = this.#history;
    const { state, masks, length } = this.#now;
    const what = kind[operation]!;
    if (what === SWAPS) return;
    const size = 2 * this.#words;
    const bit = 1 << (slot & 31);
    const word = (slot >>> 5) + (what === WRITES ? this.#words : 0);
    for (let at = 0; at < length; at++) {
      if ((state[at] === a[operation]) === (what !== DIFFERS)) masks[at * size + word]! |= bit;
    }
  }

  /** Moves the frontier past the completion of what is in a slot. False where the budget is spent. */
  #complete(slot: number): boolean {
    const now = this.#now;
    const next = this.#next;
    const work = this.#work;
    this.#goal = slot;
    this.#goalWord = slot >>> 5;
    this.#goalBit = 1 << (slot & 31);
    for (let at = 0; at < now.length; at++) {
      now.load(at, this.#masks);
      this.#reach(now.state[at]!, this.#masks, now.used[at]!);
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
    this.#slots.leave(slot);
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
    if (this.#bytes() > this.#budget.memoryBytes / 2) this.#pool.compact(next.used, next.length);
    return this.#budget.spend(steps) && this.#fits();
  }

  /** A configuration is reached: past the completion where the operation is done or free, else on the way. */
  #reach(state: number, masks: Int32Array, used: number): void {
    const word = this.#goalWord;
    const done = masks[word]! & this.#goalBit;
    if ((done | (masks[this.#words + word]! & this.#goalBit)) !== 0) {
      for (let at = 0; at < masks.length; at++) this.#past[at] = masks[at]!;
      this.#past[word]! &= ~this.#goalBit;
      this.#past[this.#words + word]! &= ~this.#goalBit;
      this.#next.add(state, this.#past, used);
    }
    if (done === 0) this.#work.add(state, masks, used);
  }

  #explore(at: number): boolean {
    this.#work.load(at, this.#steps.here);
    this.#steps.take(this.#work.state[at]!, this.#work.used[at]!, this.#goal);
    const steps = 8 + this.#work.steps + this.#next.steps;
    this.#work.steps = 0;
    this.#next.steps = 0;
    return this.#budget.spend(steps) && ((at & 0xfff) !== 0 || this.#fits());
  }

  #bytes(): number {
    return this.#now.bytes + this.#next.bytes + this.#work.bytes + this.#pool.bytes;
  }

  #fits(): boolean {
    if (this.#bytes() <= this.#budget.memoryBytes) return true;
    this.#budget.exhaust('the memory for the search was spent');
    return false;
  }
}
