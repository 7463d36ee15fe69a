/**
 * Sequential consistency of registers (Lamport, "How to make a multiprocessor computer ...", 1979): one order of
 * all operations of all keys explains the results and keeps the order of each process, whatever the clock says.
 *
 * It does not follow key by key, and deciding it is hard: a search with a memory of what was visited, which ends
 * undecided where its budget is spent. A read that returns what is there is put in order at once.
 */
import {
  CAS,
  FAIL,
  INFO,
  NONE,
  OK,
  type OperationTable,
  READ,
  WRITE,
} from '../../history/formats/operation-table.js';
import { minimise, saysNothing } from '../evidence/minimise.js';
import { Budget } from '../linearizability/result.js';
import { type HistoryModel, illegalKey, type ModelResult, modelResult, unknownKey } from './model.js';

const ALGORITHM = 'search over the orders of the processes';
/** What a visited position takes beside its text. */
const BYTES_OF_A_POSITION = 64;
const REASON = 'no order of these operations that keeps the order of each process explains their results';
/** Longer histories are not cut down. */
const MOST_CUT_DOWN = 1_000;
const EVIDENCE_STEPS = 100_000;
const MOST_SUPPORT = 6;

export const sequential: HistoryModel = {
  name: 'sequential',
  about: 'registers: one order of everything that keeps the order of each process (sequential consistency)',
  functions: ['read', 'write', 'cas'],
  check(table, limits) {
    const found = new OrderSearch(table, new Budget(limits)).run();
    if (found.verdict !== 'illegal' || table.count > MOST_CUT_DOWN) return found;
    const deadline = limits.clock ? limits.clock.now() + 2_000 : Number.POSITIVE_INFINITY;
    const { essential, support, minimal } = minimise(
      table,
      [...table.process.keys()],
      (part) => new OrderSearch(part, new Budget({ steps: EVIDENCE_STEPS })).run().verdict === 'illegal',
      () => !limits.clock || limits.clock.now() < deadline,
    );
    const few = support.length <= MOST_SUPPORT;
    const context = few ? support : [];
    const head = illegalKey(ALGORITHM, null, REASON, [...essential, ...context]);
    return modelResult(ALGORITHM, [{ ...head, context, omitted: few ? 0 : support.length, minimal }]);
  },
};

class OrderSearch {
  readonly #table: OperationTable;
  readonly #budget: Budget;
  /** Each process's operations in order; those in doubt are of no process: they follow what came before them. */
  readonly #queues: number[][];
  /** Operations in doubt: their queue, and how many of it must come before. */
  readonly #doubts: { row: number; queue: number; after: number }[] = [];
  readonly #position: number[];
  readonly #used: boolean[];
  readonly #state: number[];
  readonly #visited = new Set<string>();
  #bytes = 0;
  #left = 0;
  /** The row that could not be put in order when most others were. */
  #stuck = -1;
  #fewest = Number.POSITIVE_INFINITY;

  constructor(table: OperationTable, budget: Budget) {
    this.#table = table;
    this.#budget = budget;
    this.#state = [...table.nilOf];
    const queues = new Map<number, number[]>();
    const index = new Map<number, number>();
    for (let row = 0; row < table.count; row++) {
      const process = table.process[row]!;
      if (!queues.has(process)) {
        index.set(process, queues.size);
        queues.set(process, []);
      }
      const queue = queues.get(process)!;
      const changes = table.f[row] === WRITE || table.f[row] === CAS;
      if (table.type[row] === INFO) {
        if (changes) this.#doubts.push({ row, queue: index.get(process)!, after: queue.length });
      } else if (table.type[row] === OK || !saysNothing(table, row)) queue.push(row);
    }
    this.#queues = [...queues.values()];
    this.#position = this.#queues.map(() => 0);
    this.#used = this.#doubts.map(() => false);
    this.#left = this.#queues.reduce((sum, queue) => sum + queue.length, 0);
  }

  run(): ModelResult {
    const found = this.#search();
    if (found === 'spent') return modelResult(ALGORITHM, [unknownKey(ALGORITHM, null, this.#budget.spent)]);
    if (found) return modelResult(ALGORITHM, []);
    const row = this.#stuck;
    const key = row < 0 ? null : this.#table.keys[this.#table.key[row]!]!;
    const reason = 'no order that keeps the order of each process explains this operation';
    return modelResult(ALGORITHM, [illegalKey(ALGORITHM, key, reason, [row])]);
  }

  /** Depth first, without recursion: a choice is a queue, or an operation in doubt after those. */
  #search(): boolean | 'spent' {
    const trail: { choice: number; key: number; before: number; forced: boolean }[] = [];
    let choice = 0;
    const choices = this.#queues.length + this.#doubts.length;
    for (;;) {
      if (this.#left === 0) return true;
      if (!this.#budget.spend(1)) return 'spent';
      const forced = choice === 0 ? this.#passive() : -1;
      const next = forced >= 0 ? forced : choice;
      const row = next < choices ? this.#rowOf(next) : -1;
      const after = row < 0 ? NONE : this.#after(row);
      if (after !== NONE) {
        const key = this.#table.key[row]!;
        trail.push({ choice: next, key, before: this.#state[key]!, forced: forced >= 0 });
        this.#move(next, 1);
        this.#state[key] = after;
        if (forced >= 0 || this.#enter()) {
          choice = 0;
          continue;
        }
      } else if (next < choices) {
        choice = next + 1;
        continue;
      }
      let undone = next < choices ? trail.pop() : this.#deadEnd(trail.pop());
      for (; ; undone = trail.pop()) {
        if (undone === undefined) return false;
        this.#move(undone.choice, -1);
        this.#state[undone.key] = undone.before;
        if (!undone.forced) break;
      }
      choice = undone.choice + 1;
    }
  }

  #deadEnd<T>(last: T): T {
    if (this.#left < this.#fewest) {
      this.#fewest = this.#left;
      const queue = this.#queues.findIndex((rows, at) => this.#position[at]! < rows.length);
      this.#stuck = this.#queues[queue]?.[this.#position[queue]!] ?? -1;
    }
    return last;
  }

  /** A queue whose next operation changes nothing and can be put in order. */
  #passive(): number {
    for (let queue = 0; queue < this.#queues.length; queue++) {
      const row = this.#rowOf(queue);
      if (row < 0 || (this.#table.f[row] !== READ && this.#table.type[row] !== FAIL)) continue;
      if (this.#after(row) !== NONE) return queue;
    }
    return -1;
  }

  #rowOf(choice: number): number {
    if (choice < this.#queues.length) return this.#queues[choice]![this.#position[choice]!] ?? -1;
    const at = choice - this.#queues.length;
    const doubt = this.#doubts[at]!;
    return this.#used[at] || this.#position[doubt.queue]! < doubt.after ? -1 : doubt.row;
  }

  /** What the key holds after an operation; NONE where it cannot happen now. */
  #after(row: number): number {
    const { f, type, value, to, key } = this.#table;
    const held = this.#state[key[row]!]!;
    if (f[row] === WRITE) return value[row]!;
    if (type[row] === FAIL) return held === value[row] ? NONE : held;
    if (held !== value[row]) return NONE;
    return f[row] === CAS ? to[row]! : held;
  }

  #move(choice: number, by: 1 | -1): void {
    if (choice >= this.#queues.length) {
      this.#used[choice - this.#queues.length] = by === 1;
      return;
    }
    this.#position[choice]! += by;
    this.#left -= by;
  }

  #enter(): boolean {
    const position = `${this.#position.join()}|${this.#used.map(Number).join('')}|${this.#state.join()}`;
    if (this.#visited.has(position)) return false;
    this.#visited.add(position);
    this.#bytes += BYTES_OF_A_POSITION + position.length;
    if (this.#bytes > this.#budget.memoryBytes) this.#budget.exhaust('the memory for the search was spent');
    return true;
  }
}
