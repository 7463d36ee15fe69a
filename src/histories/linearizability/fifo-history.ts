/**
 * One first-in-first-out queue as its elements: where each went in, and where it came out.
 *
 * An enqueue in doubt whose value came out did happen, with its end open. One whose value never came out is left
 * out: in any order that explains the rest, it can be taken away, and so can the dequeue in doubt that may have
 * taken it. A dequeue in doubt may have taken any one element that nobody is known to have taken, or none.
 */

import { valueText } from '../evidence/value-text.js';
import { FAIL, INFO, NONE, OK, type OperationTable, valueAt } from '../formats/operation-table.js';
import { getOrMake } from '../get-or-make.js';
import type { Contradiction } from './contradiction.js';

export interface Element {
  /** The row of its enqueue. */
  put: number;
  /** The row of its dequeue; -1: nobody is known to have taken it. */
  taken: number;
}

export interface FifoHistory {
  elements: Element[];
  /** The dequeues that found the queue empty. */
  empty: number[];
  /** The dequeues in doubt, in the order of their starts. */
  takers: number[];
}

/** The rows of one value: those of enqueues and dequeues that happened or may have, and of enqueues that failed. */
export interface Flow {
  value: number;
  puts: number[];
  takes: number[];
  failed: number[];
}

/** The rows of one key, sorted out. */
export class FifoFlows {
  readonly flows: Flow[] = [];
  readonly empty: number[] = [];
  readonly takers: number[] = [];
  readonly #table: OperationTable;

  /** `rows` of one key, in the order of their starts. */
  constructor(table: OperationTable, rows: Iterable<number>) {
    this.#table = table;
    const known = new Map<number, Flow>();
    const put = table.functions.indexOf('enqueue');
    for (const row of rows) {
      const nil = table.nilOf[table.key[row]!]!;
      const value = table.value[row] === NONE ? nil : table.value[row]!;
      const type = table.type[row];
      if (table.f[row] !== put) {
        if (type === INFO) this.takers.push(row);
        else if (type === OK && value === nil) this.empty.push(row);
        if (type !== OK || value === nil) continue;
      }
      const flow = getOrMake(known, value, () => {
        const made: Flow = { value, puts: [], takes: [], failed: [] };
        this.flows.push(made);
        return made;
      });
      (table.f[row] !== put ? flow.takes : type === FAIL ? flow.failed : flow.puts).push(row);
    }
    for (const { takes } of this.flows) takes.sort((left, right) => table.end[left]! - table.end[right]!);
  }

  /** The first value that came out more often than it can have gone in by then. */
  phantom(): Contradiction | undefined {
    const { start, end } = this.#table;
    for (const { value, puts, takes, failed } of this.flows) {
      // Both in order: the k-th to come out needs a k-th that had begun to go in.
      const odd = takes.findIndex((take, at) => at >= puts.length || start[puts[at]!]! > end[take]!);
      if (odd < 0) continue;
      const rows = [...puts, ...takes.slice(0, odd + 1)];
      const name = valueText(valueAt(this.#table, value));
      if (puts.length === 0) {
        const how = failed.length > 0 ? 'whose enqueue failed' : 'but never enqueued';
        return { rows: [...failed, takes[0]!], reason: `${name} was dequeued, ${how}` };
      }
      if (odd >= puts.length) return { rows, reason: `${name} was dequeued more often than it was enqueued` };
      return { rows, reason: `${name} was dequeued before its enqueue began` };
    }
    return undefined;
  }

  /** Whether it is known of each dequeue which enqueue's element it took. */
  get unique(): boolean {
    return this.flows.every(({ puts, takes }) => takes.length === 0 || puts.length === 1);
  }

  /** The elements, where they are known; `match` gives a repeated value's enqueue to each of its dequeues. */
  history(match: (flow: Flow) => readonly number[] = ({ puts }) => puts): FifoHistory {
    const elements: Element[] = [];
    for (const flow of this.flows) {
      const puts = flow.takes.length === 0 ? [] : match(flow);
      for (const [at, taken] of flow.takes.entries()) elements.push({ put: puts[at]!, taken });
      for (const put of flow.puts) {
        if (this.#table.type[put] === OK && !puts.slice(0, flow.takes.length).includes(put))
          elements.push({ put, taken: -1 });
      }
    }
    return { elements, empty: this.empty, takers: this.takers };
  }

  /** The rows that a search has to put in order. */
  rows(): number[] {
    const puts = this.flows.flatMap(({ puts, takes }) =>
      takes.length > 0 ? puts : puts.filter((row) => this.#table.type[row] === OK),
    );
    const takes = this.flows.flatMap((flow) => flow.takes);
    return [...puts, ...takes, ...this.empty, ...this.takers].sort((left, right) => left - right);
  }
}
