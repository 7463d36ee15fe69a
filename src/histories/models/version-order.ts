/**
 * Whether one order of a key's versions, that real time allows, explains what each session saw: the ground on
 * which monotonic reads and read-your-writes stand. Each value must have been written once.
 *
 * A graph: a write that ended before another one began comes first (through the points of time in between, so
 * that there are few edges), and so does what a session saw first. It has an order when it has no cycle.
 */

import { valueText } from '../evidence/value-text.js';
import { FAIL, NEVER, OK, type OperationTable, READ, valueAt, WRITE } from '../formats/operation-table.js';
import type { Contradiction } from '../linearizability/contradiction.js';
import { shortestPath, sortedNodes } from './graph.js';

/** A session's demand that one version is not after another: versions by value index, and the rows that show it. */
export interface Demand {
  before: number;
  after: number;
  rows: number[];
}

/** `repeated`: a value was written twice, so that reads cannot tell their versions. */
export function orderVersions(
  table: OperationTable,
  rows: Int32Array,
  initial: number,
  demands: readonly Demand[],
): Contradiction | 'repeated' | undefined {
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
    if (write === undefined) return { reason: `${value} was read, but never written`, rows: [row] };
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
  readonly #edges: { from: number; to: number }[][] = [];

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
    for (const { before, after } of demands) this.#add(this.#nodes.get(before)!, this.#nodes.get(after)!);
  }

  #add(from: number, to: number): void {
    this.#edges[from]!.push({ from, to });
  }

  /** The rows of a shortest cycle through one of the first demands that are in a cycle. */
  cycle(): Contradiction | undefined {
    // The nodes that are in a cycle, or behind one.
    const looping = new Set(this.#edges.keys());
    for (const node of sortedNodes(this.#edges.length, (each) => this.#edges[each]!)) looping.delete(node);
    if (looping.size === 0) return undefined;
    let best: number[] | undefined;
    let tries = 0;
    for (const { before, after } of this.#demands) {
      const from = this.#nodes.get(after)!;
      const to = this.#nodes.get(before)!;
      if (!looping.has(from) || !looping.has(to)) continue;
      const path = shortestPath(from, to, (each) => this.#edges[each]!);
      if (path && (!best || path.length + 1 < best.length)) best = [from, ...path.map((edge) => edge.to)];
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
      this.#edges.push([]);
      if (at > 0) this.#add(first + at - 1, first + at);
      this.#add(this.#nodes.get(this.#table.value[row]!)!, first + at);
    }
    const begun = rows.sort((left, right) => start[left]! - start[right]!);
    let at = 0;
    for (const row of begun) {
      while (at < ended.length && end[ended[at]!]! < start[row]!) at++;
      const node = this.#nodes.get(this.#table.value[row]!)!;
      if (at > 0) this.#add(first + at - 1, node);
      // The initial version comes before all.
      this.#add(0, node);
    }
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
