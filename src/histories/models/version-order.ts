/**
 * Whether one order of a key's versions, that real time allows, explains what each session saw: the ground on
 * which monotonic reads and read-your-writes stand. Each value must have been written once.
 *
 * A graph: a write that ended before another one began comes first (through the points of time in between, so
 * that there are few edges), and so does what a session saw first. It has an order when it has no cycle.
 */

import { valueText } from '../evidence/value-text.js';
import { FAIL, NEVER, OK, type OperationTable, READ, valueAt, WRITE } from '../formats/operation-table.js';

/** A session's demand that one version is not after another: versions by value index, and the rows that show it. */
export interface Demand {
  before: number;
  after: number;
  rows: number[];
}

export interface Disorder {
  reason: string;
  rows: number[];
}

/** `repeated`: a value was written twice, so that reads cannot tell their versions. */
export function orderVersions(
  table: OperationTable,
  rows: Int32Array,
  initial: number,
  demands: readonly Demand[],
): Disorder | 'repeated' | undefined {
  const writes = new Map<number, number>();
  for (const row of rows) {
    if (table.f[row] !== WRITE || table.type[row] === FAIL) continue;
    if (writes.has(table.value[row]!) || table.value[row] === initial) return 'repeated';
    writes.set(table.value[row]!, row);
  }
  for (const row of rows) {
    if (table.f[row] !== READ || table.type[row] !== OK || table.value[row] === initial) continue;
    const write = writes.get(table.value[row]!);
    const value = valueText(valueAt(table, table.value[row]!));
    if (write === undefined) return { reason: `${value} was read, that nobody wrote`, rows: [row] };
    if (table.start[write]! > table.end[row]!)
      return { reason: `${value} was read before its write began`, rows: [row, write] };
  }
  return new VersionGraph(table, writes, initial, demands).cycle();
}

class VersionGraph {
  readonly #table: OperationTable;
  readonly #writes: ReadonlyMap<number, number>;
  readonly #demands: readonly Demand[];
  /** By value index: the node. The nodes after those are points of time. */
  readonly #nodes = new Map<number, number>();
  readonly #edges: number[][] = [];

  constructor(
    table: OperationTable,
    writes: ReadonlyMap<number, number>,
    initial: number,
    demands: readonly Demand[],
  ) {
    this.#table = table;
    this.#writes = writes;
    this.#demands = demands;
    for (const value of [initial, ...writes.keys()]) {
      this.#nodes.set(value, this.#edges.length);
      this.#edges.push([]);
    }
    this.#timeEdges();
    for (const { before, after } of demands)
      this.#edges[this.#nodes.get(before)!]!.push(this.#nodes.get(after)!);
  }

  /** The rows of a shortest cycle through one of the first demands that are in a cycle. */
  cycle(): Disorder | undefined {
    const looping = this.#looping();
    if (looping.size === 0) return undefined;
    let best: number[] | undefined;
    let tries = 0;
    for (const { before, after } of this.#demands) {
      const from = this.#nodes.get(after)!;
      const to = this.#nodes.get(before)!;
      if (!looping.has(from) || !looping.has(to)) continue;
      const path = this.#path(from, to);
      if (path && (!best || path.length < best.length)) best = path;
      if (best && ++tries >= 50) break;
    }
    return {
      reason: 'no order of the writes explains what its reads saw in turn',
      rows: this.#rowsOf(best ?? []),
    };
  }

  #timeEdges(): void {
    const { start, end } = this.#table;
    const rows = [...this.#writes.values()];
    const ended = rows.filter((row) => end[row] !== NEVER).sort((left, right) => end[left]! - end[right]!);
    const first = this.#edges.length;
    for (const [at, row] of ended.entries()) {
      this.#edges.push(at + 1 < ended.length ? [first + at + 1] : []);
      this.#edges[this.#nodes.get(this.#table.value[row]!)!]!.push(first + at);
    }
    const begun = rows.sort((left, right) => start[left]! - start[right]!);
    let at = 0;
    for (const row of begun) {
      while (at < ended.length && end[ended[at]!]! < start[row]!) at++;
      const node = this.#nodes.get(this.#table.value[row]!)!;
      if (at > 0) this.#edges[first + at - 1]!.push(node);
      // The initial version comes before all.
      this.#edges[0]!.push(node);
    }
  }

  /** The nodes that are in a cycle, or behind one. */
  #looping(): Set<number> {
    const incoming = new Int32Array(this.#edges.length);
    for (const edges of this.#edges) for (const node of edges) incoming[node]!++;
    const free: number[] = [];
    for (let node = 0; node < incoming.length; node++) if (incoming[node] === 0) free.push(node);
    const looping = new Set(this.#edges.keys());
    for (let node = free.pop(); node !== undefined; node = free.pop()) {
      looping.delete(node);
      for (const next of this.#edges[node]!) if (--incoming[next]! === 0) free.push(next);
    }
    return looping;
  }

  #path(from: number, to: number): number[] | undefined {
    const previous = new Map<number, number>([[from, -1]]);
    const waiting = [from];
    for (const node of waiting) {
      if (node === to) break;
      for (const next of this.#edges[node]!) {
        if (previous.has(next)) continue;
        previous.set(next, node);
        waiting.push(next);
      }
    }
    if (!previous.has(to)) return undefined;
    const path: number[] = [];
    for (let node = to; node !== -1; node = previous.get(node)!) path.push(node);
    return path.reverse();
  }

  #rowsOf(path: readonly number[]): number[] {
    const valueAtNode = new Map([...this.#nodes].map(([value, node]) => [node, value]));
    const values = path.flatMap((node) => valueAtNode.get(node) ?? []);
    const rows = values.flatMap((value) => this.#writes.get(value) ?? []);
    for (const [at, value] of values.entries()) {
      const next = values[(at + 1) % values.length]!;
      const demand = this.#demands.find(({ before, after }) => before === value && after === next);
      if (demand) rows.push(...demand.rows);
    }
    return rows;
  }
}
