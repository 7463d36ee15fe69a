/**
 * What must come before what, in any order of all operations that keeps the order of each process: a sound and
 * quick way to find that there is none, and to guide the search for one.
 *
 * Where a value has one writer, a read of it comes after that; and another write of the key that must come
 * before the read must come before that writer, one that must come after the writer must come after the read.
 * Repeated until nothing new follows (saturation: Biswas and Enea, "On the complexity of checking transactional
 * consistency", OOPSLA 2019). A cycle is a contradiction. No cycle is no proof: deciding it is NP-complete
 * (Gibbons and Korach, 1997).
 */
import { firstWhere } from '../first-where.js';
import type { Budget } from '../linearizability/result.js';
import { shortestPath, sortedNodes } from './graph.js';
import type { ProcessChains } from './process-chains.js';

/** More than this, and the clocks of all operations would not fit well into memory. */
const MOST_CLOCK_ENTRIES = 40_000_000;
/** The reason of an edge that follows from nothing but a read and its write. */
const READS_FROM = -1;

interface Edge {
  from: number;
  to: number;
  /** The read that it follows from, or READS_FROM. */
  read: number;
  /** Edges rest on edges of earlier rounds alone. */
  round: number;
}

export class ForcedOrder {
  /** By node: the edges that lead out of it, beside the one to the next of its chain. */
  readonly out: Edge[][];
  readonly #chains: ProcessChains;
  readonly #budget: Budget;
  readonly #clocks: Int32Array;
  readonly #width: number;
  #round = 0;

  constructor(chains: ProcessChains, budget: Budget) {
    this.#chains = chains;
    this.#budget = budget;
    this.#width = chains.chains.length;
    this.out = chains.rows.map(() => []);
    const entries = chains.rows.length * this.#width;
    this.#clocks = new Int32Array(entries > MOST_CLOCK_ENTRIES ? 0 : entries);
    for (const [node, writer] of chains.writerOf.entries())
      if (writer >= 0) this.#add(writer, node, READS_FROM);
    for (const { from, to } of chains.after) if (from >= 0) this.#add(from, to, READS_FROM);
  }

  /** The nodes of a contradiction; undefined where none was found, or the budget was spent. */
  contradiction(): number[] | undefined {
    if (this.#clocks.length === 0) return undefined;
    for (;;) {
      const order = sortedNodes(this.out.length, (node) => this.#from(node));
      if (order.length < this.#chains.rows.length) return this.#explain(this.#cycle(order));
      this.#stamp(order);
      this.#round++;
      const found = this.#infer();
      if (typeof found === 'object') return this.#explain(found);
      if (!found) return undefined;
    }
  }

  /** Raises `places`, by chain, to those of the last nodes that must come before a node (or are it). */
  raise(places: Int32Array, node: number): void {
    const from = node * this.#width;
    if (this.#clocks.length === 0) return;
    for (let chain = 0; chain < this.#width; chain++) {
      const place = this.#clocks[from + chain]!;
      if (place > places[chain]!) places[chain] = place;
    }
  }

  #add(from: number, to: number, read: number): void {
    this.out[from]!.push({ from, to, read, round: this.#round });
  }

  /** For each node and chain: the place of the last node of the chain that must come before it, or is it. */
  #stamp(order: readonly number[]): void {
    const clocks = this.#clocks;
    const width = this.#width;
    const { chainOf, placeOf, next } = this.#chains;
    clocks.fill(-1);
    const join = (from: number, to: number) => {
      for (let chain = 0; chain < width; chain++) {
        const place = clocks[from * width + chain]!;
        if (place > clocks[to * width + chain]!) clocks[to * width + chain] = place;
      }
    };
    for (const node of order) {
      clocks[node * width + chainOf[node]!] = placeOf[node]!;
      if (next[node]! >= 0) join(node, next[node]!);
      for (const { to } of this.out[node]!) join(node, to);
    }
  }

  #precedes(before: number, node: number): boolean {
    const { chainOf, placeOf } = this.#chains;
    return this.#clocks[node * this.#width + chainOf[before]!]! >= placeOf[before]!;
  }

  /** Adds what follows: whether anything did, or the nodes of a write that comes before a read of what was first. */
  #infer(): boolean | Edge[] {
    const { reads, keyOf, writesOf, writerOf, chainOf, placeOf, INITIAL } = this.#chains;
    let added = false;
    for (const read of reads) {
      const writer = writerOf[read]!;
      const lists = writesOf[keyOf[read]!]!;
      if (!this.#budget.spend(lists.length)) return false;
      for (const { chain, nodes } of lists) {
        const until =
          chain === chainOf[read] ? placeOf[read]! - 1 : this.#clocks[read * this.#width + chain]!;
        const before = nodes[firstWhere(nodes.length, (at) => placeOf[nodes[at]!]! > until) - 1];
        if (before !== undefined && before !== writer) {
          if (writer === INITIAL) return this.#path(before, read);
          if (!this.#precedes(before, writer)) {
            this.#add(before, writer, read);
            added = true;
          }
        }
        let at =
          writer === INITIAL ? 0 : firstWhere(nodes.length, (each) => this.#precedes(writer, nodes[each]!));
        while (nodes[at] === writer || nodes[at] === read) at++;
        const after = nodes[at];
        if (after !== undefined && !this.#precedes(read, after)) {
          this.#add(read, after, read);
          added = true;
        }
      }
    }
    return added;
  }

  /** The edges of a shortest cycle through one of the nodes that were not sorted. */
  #cycle(sorted: readonly number[]): Edge[] {
    const free = new Set(sorted);
    let best: Edge[] | undefined;
    let tries = 0;
    for (const [node, edges] of this.out.entries()) {
      if (free.has(node)) continue;
      for (const edge of edges) {
        if (free.has(edge.to) || tries > 50) continue;
        tries++;
        const back = this.#path(edge.to, node);
        if (back && (best === undefined || back.length + 1 < best.length)) best = [edge, ...back];
      }
    }
    return best ?? [];
  }

  /** The edges of a shortest way from one node to another, steps along a chain among them, of rounds before one. */
  #path(from: number, to: number, before = Number.POSITIVE_INFINITY): Edge[] {
    return shortestPath(from, to, (node) => this.#from(node).filter(({ round }) => round < before)) ?? [];
  }

  /** The edges that lead out of a node, with that to the next of its chain. */
  #from(node: number): Edge[] {
    const to = this.#chains.next[node]!;
    return to < 0 ? this.out[node]! : [...this.out[node]!, { from: node, to, read: READS_FROM, round: -1 }];
  }

  /** All nodes that some edges rest on. */
  #explain(edges: readonly Edge[]): number[] {
    const nodes = new Set<number>();
    const known = new Set<Edge>();
    const waiting = [...edges];
    for (const edge of waiting) {
      if (known.has(edge)) continue;
      known.add(edge);
      // A step along a chain needs neither end by itself: the chain keeps its order whatever lies between.
      nodes.add(edge.from).add(edge.to);
      if (edge.read < 0) continue;
      const writer = this.#chains.writerOf[edge.read]!;
      nodes.add(edge.read);
      if (writer >= 0) nodes.add(writer);
      if (edge.from !== edge.read) waiting.push(...this.#path(edge.from, edge.read, edge.round));
      else if (writer >= 0) waiting.push(...this.#path(writer, edge.to, edge.round));
    }
    return [...nodes];
  }
}
