/**
 * The search for one order of all operations that keeps the order of each process: depth first, with a memory of
 * what was visited. A read that returns what is there is put in order at once.
 */

import { saysNothing } from '../evidence/minimise.js';
import { CAS, FAIL, INFO, NONE, OK, type OperationTable, READ, WRITE } from '../formats/operation-table.js';
import { getOrMake } from '../get-or-make.js';
import type { Budget, Outcome3 } from '../linearizability/result.js';
import type { OrderGuide } from './order-guide.js';

/** What a visited position takes beside its text. */
const BYTES_OF_A_POSITION = 64;

interface Placed {
  choice: number;
  row: number;
  /** What its key held before, and who had written that (order-guide.ts). */
  before: number;
  holder: number;
  forced: boolean;
}

export class OrderSearch {
  readonly #table: OperationTable;
  readonly #guide: OrderGuide;
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

  /** `initial` by key. */
  constructor(table: OperationTable, initial: ArrayLike<number>, guide: OrderGuide, budget: Budget) {
    this.#table = table;
    this.#guide = guide;
    this.#budget = budget;
    this.#state = Array.from(initial);
    const queueOf = new Map<number, number>();
    const queues: number[][] = [];
    for (let row = 0; row < table.count; row++) {
      const index = getOrMake(queueOf, table.process[row]!, () => queues.push([]) - 1);
      const queue = queues[index]!;
      const changes = table.f[row] === WRITE || table.f[row] === CAS;
      if (table.type[row] === INFO) {
        if (changes && guide.mayMatter(row)) this.#doubts.push({ row, queue: index, after: queue.length });
      } else if (table.type[row] === OK || !saysNothing(table, row)) queue.push(row);
    }
    this.#queues = queues;
    this.#position = this.#queues.map(() => 0);
    this.#used = this.#doubts.map(() => false);
    this.#left = this.#queues.reduce((sum, queue) => sum + queue.length, 0);
  }

  /** `stuck`: the row that could not be put in order when most others were. */
  run(): { verdict: Outcome3; stuck: number } {
    const found = this.#search();
    return { verdict: found === 'spent' ? 'unknown' : found ? 'ok' : 'illegal', stuck: this.#stuck };
  }

  /** Depth first, without recursion: a choice is a queue, or an operation in doubt after those. */
  #search(): boolean | 'spent' {
    const trail: Placed[] = [];
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
        const holder = this.#guide.place(row);
        trail.push({ choice: next, row, before: this.#state[key]!, holder, forced: forced >= 0 });
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
        this.#state[this.#table.key[undone.row]!] = undone.before;
        this.#guide.takeBack(undone.row, undone.holder);
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
    if (!this.#guide.isReady(row)) return NONE;
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
