/**
 * The general search for a linearization, for any model given as a pure step function over numbered states.
 *
 * Wing and Gong, "Testing and verifying concurrent objects" (1993), with the memory of visited configurations
 * of Lowe, "Testing for linearizability" (2017). What has been put in order is held as an incremental Zobrist
 * key in a hash table of typed arrays, not as sets of bits; two configurations with one key could make the
 * search give up too early, so what it finds illegal is searched again with other keys. What leaves the state
 * as it is and can do nothing else is put in order at once and never taken back. The search ends as soon as
 * only operations in doubt are left.
 */

import { type Random, seeded } from '../../random.js';
import { NEVER, type OperationTable } from '../formats/operation-table.js';
import { type Budget, type KeyResult, legal, SEARCH, undecided, unexplained } from './result.js';
import { VisitedTable } from './visited-table.js';

/** What the step function answers where an operation cannot happen. */
export const IMPOSSIBLE = -1;

export interface SearchProblem {
  /** In the order of `start`. */
  count: number;
  start: Int32Array;
  /** NEVER for an operation in doubt. */
  end: Int32Array;
  initial: number;
  /** The state after an operation, 0 or more, or IMPOSSIBLE. */
  step(state: number, operation: number): number;
  /** 1 for operations that, where they leave the state as it is, can as well happen at once. */
  passive: Uint8Array;
}

/** Looks for a linearization. `operations` of an illegal result: the index at which the best attempt ended. */
export function judgeSearch(problem: SearchProblem, budget: Budget): KeyResult {
  const first = new Search(problem, budget, seeded('search/1')).run();
  if (first.verdict !== 'illegal') return first;
  // A collision of keys hides configurations: only what two independent sets of keys say is believed.
  return new Search(problem, budget, seeded('search/2')).run();
}

/** The same for a problem whose operations are rows of a table, by their index among `rows`. */
export function searchTable(
  table: OperationTable,
  rows: readonly number[],
  problem: Pick<SearchProblem, 'initial' | 'step'> & { isPassive(row: number, at: number): boolean },
  budget: Budget,
): KeyResult {
  const start = Int32Array.from(rows, (row) => table.start[row]!);
  const end = Int32Array.from(rows, (row) => table.end[row]!);
  const passive = Uint8Array.from(rows, (row, at) => (problem.isPassive(row, at) ? 1 : 0));
  const found = judgeSearch({ ...problem, count: rows.length, start, end, passive }, budget);
  return { ...found, operations: found.operations.map((at) => rows[at]!) };
}

/** The end of the list of entries: its sentinel. */
const HEAD = 0;

class Search {
  readonly #problem: SearchProblem;
  readonly #budget: Budget;
  readonly #visited: VisitedTable;
  /** Entries: invocation of operation i at 1 + i, its completion at 1 + count + i; 0 is the sentinel. */
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  readonly #inDoubt: Int32Array;
  readonly #used: Uint8Array;
  /** The operations in order, the state before each, and whether it was put there without an alternative. */
  readonly #order: Int32Array;
  readonly #before: Int32Array;
  readonly #forced: Uint8Array;
  #depth = 0;
  #state: number;
  #live = 0;
  /** The completion that could not be passed farthest into the history. */
  #farthest = -1;

  constructor(problem: SearchProblem, budget: Budget, random: Random) {
    const { count } = problem;
    this.#problem = problem;
    this.#budget = budget;
    this.#visited = new VisitedTable(count, random, budget.memoryBytes);
    this.#next = new Int32Array(2 * count + 1);
    this.#previous = new Int32Array(2 * count + 1);
    this.#used = new Uint8Array(count);
    this.#order = new Int32Array(count);
    this.#before = new Int32Array(count);
    this.#forced = new Uint8Array(count);
    this.#state = problem.initial;
    this.#inDoubt = this.#thread();
  }

  run(): KeyResult {
    this.#settle();
    // Where to go on in the list (an entry), or among the operations in doubt (an index of them).
    let entry = this.#next[HEAD]!;
    let doubt = 0;
    while (this.#live > 0) {
      if (!this.#budget.spend(1)) return undecided(SEARCH, this.#budget.spent);
      const { count } = this.#problem;
      if (entry <= count) {
        if (this.#try(entry - 1)) {
          entry = this.#next[HEAD]!;
          doubt = 0;
        } else entry = this.#next[entry]!;
      } else {
        const barrier = this.#problem.end[entry - count - 1]!;
        const taken = this.#tryInDoubt(doubt, barrier);
        if (this.#visited.full) return undecided(SEARCH, 'the memory for the search was spent');
        if (taken) {
          entry = this.#next[HEAD]!;
          doubt = 0;
          continue;
        }
        if (this.#farthest < 0 || barrier > this.#problem.end[this.#farthest]!)
          this.#farthest = entry - count - 1;
        const undone = this.#back();
        if (undone < 0) return unexplained(SEARCH, this.#farthest);
        if (this.#problem.end[undone] === NEVER) {
          entry = this.#barrier();
          doubt = this.#inDoubt.indexOf(undone) + 1;
        } else {
          entry = this.#next[undone + 1]!;
          doubt = 0;
        }
      }
    }
    return legal(SEARCH);
  }

  /** Builds the list of the operations with an end; returns those without. */
  #thread(): Int32Array {
    const { count, start, end } = this.#problem;
    // Place and entry in one number, so that one sort of numbers orders the entries.
    const unit = 2 * count + 1;
    const doubts: number[] = [];
    const packed: number[] = [];
    for (let at = 0; at < count; at++) {
      if (end[at] === NEVER) {
        doubts.push(at);
        continue;
      }
      this.#live++;
      packed.push(start[at]! * unit + at + 1, end[at]! * unit + count + at + 1);
    }
    let last = HEAD;
    for (const entry of Float64Array.from(packed).sort()) {
      const here = entry % unit;
      this.#next[last] = here;
      this.#previous[here] = last;
      last = here;
    }
    this.#next[last] = HEAD;
    this.#previous[HEAD] = last;
    return Int32Array.from(doubts);
  }

  #try(operation: number): boolean {
    const next = this.#problem.step(this.#state, operation);
    if (next === IMPOSSIBLE || !this.#visited.enter(operation, next)) return false;
    this.#push(operation, next, 0);
    this.#settle();
    return true;
  }

  #tryInDoubt(from: number, barrier: number): boolean {
    for (let at = from; at < this.#inDoubt.length; at++) {
      const operation = this.#inDoubt[at]!;
      if (this.#problem.start[operation]! > barrier) return false;
      if (this.#used[operation] === 0 && this.#try(operation)) return true;
    }
    return false;
  }

  /** Puts everything in order that leaves the state as it is and can do nothing else. */
  #settle(): void {
    const { count, passive, step } = this.#problem;
    for (let entry = this.#next[HEAD]!; entry !== HEAD && entry <= count; entry = this.#next[entry]!) {
      const operation = entry - 1;
      if (passive[operation] === 0 || step.call(this.#problem, this.#state, operation) !== this.#state)
        continue;
      this.#visited.toggle(operation);
      this.#push(operation, this.#state, 1);
    }
  }

  #push(operation: number, next: number, forced: number): void {
    const depth = this.#depth++;
    this.#order[depth] = operation;
    this.#before[depth] = this.#state;
    this.#forced[depth] = forced;
    this.#state = next;
    this.#used[operation] = 1;
    if (this.#problem.end[operation] === NEVER) return;
    this.#live--;
    for (const entry of [operation + 1, operation + 1 + this.#problem.count]) {
      this.#next[this.#previous[entry]!] = this.#next[entry]!;
      this.#previous[this.#next[entry]!] = this.#previous[entry]!;
    }
  }

  /** Takes back the last choice and returns its operation; -1 where there is none left. */
  #back(): number {
    while (this.#depth > 0) {
      const depth = --this.#depth;
      const operation = this.#order[depth]!;
      this.#state = this.#before[depth]!;
      this.#used[operation] = 0;
      this.#visited.toggle(operation);
      if (this.#problem.end[operation] !== NEVER) {
        this.#live++;
        for (const entry of [operation + 1 + this.#problem.count, operation + 1]) {
          this.#next[this.#previous[entry]!] = entry;
          this.#previous[this.#next[entry]!] = entry;
        }
      }
      if (this.#forced[depth] === 0) return operation;
    }
    return -1;
  }

  /** The first completion in the list. */
  #barrier(): number {
    let entry = this.#next[HEAD]!;
    while (entry !== HEAD && entry <= this.#problem.count) entry = this.#next[entry]!;
    return entry;
  }
}
