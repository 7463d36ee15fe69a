/**
 * Which operation can come next in an order: all that must come before it are in order already, what it
 * overwrites has been read by all that read it, and what it writes can be. It takes nothing away that could lead
 * to an order.
 *
 * What is written stays until all that read it have done so. Where one of them must come after another write of
 * the same key, or of a key that stays as well until what must come after this one, there is no way on.
 */
import { firstWhere } from '../first-where.js';
import { CAS, FAIL, type OperationTable, READ, WRITE } from '../formats/operation-table.js';
import type { ForcedOrder } from './forced-order.js';
import type { ProcessChains } from './process-chains.js';

const NOBODY = -1;

export class OrderGuide {
  readonly #table: OperationTable;
  readonly #chains: ProcessChains;
  readonly #order: ForcedOrder;
  readonly #nodeOf: Int32Array;
  /** By node: how many edges lead to it from what is not in order. */
  readonly #waitsFor: Int32Array;
  /** By node that wrote: how many that read it are not in order. */
  readonly #readers: Int32Array;
  /** By key: the same for what it held at first. */
  readonly #firstReaders: Int32Array;
  /** By key: the node that wrote what it holds, NOBODY where no node did, INITIAL. */
  readonly #holder: Int32Array;
  /** The keys with a compare-and-set that failed: any write may be what made it fail. */
  readonly #refused = new Set<number>();
  readonly #wanted: Uint8Array;
  /** By chain: how many of it are in order. */
  readonly #done: Int32Array;
  /** By node that wrote, then by key for what it held at first: the nodes that read it. */
  readonly #readersOf: number[][];

  constructor(table: OperationTable, chains: ProcessChains, order: ForcedOrder) {
    const nodes = chains.rows.length;
    this.#table = table;
    this.#chains = chains;
    this.#order = order;
    this.#nodeOf = new Int32Array(table.count).fill(NOBODY);
    for (const [node, row] of chains.rows.entries()) this.#nodeOf[row] = node;
    this.#waitsFor = new Int32Array(nodes);
    for (const edges of order.out) for (const { to } of edges) this.#waitsFor[to]!++;
    this.#readers = new Int32Array(nodes);
    this.#firstReaders = new Int32Array(table.keys.length);
    this.#holder = new Int32Array(table.keys.length).fill(chains.INITIAL);
    this.#done = new Int32Array(chains.chains.length);
    this.#readersOf = Array.from({ length: nodes + table.keys.length }, () => []);
    for (const node of chains.reads) {
      const writer = chains.writerOf[node]!;
      this.#readersOf[writer >= 0 ? writer : nodes + chains.keyOf[node]!]!.push(node);
      this.#count(node, 1);
    }
    this.#wanted = new Uint8Array(table.values.length + 1);
    for (let row = 0; row < table.count; row++) {
      if (table.f[row] === WRITE) continue;
      if (table.f[row] === CAS && table.type[row] === FAIL) this.#refused.add(table.key[row]!);
      if (table.value[row]! >= 0) this.#wanted[table.value[row]!] = 1;
    }
  }

  /** Whether an operation in doubt can help to explain anything. */
  mayMatter(row: number): boolean {
    const { f, to, value, key } = this.#table;
    return this.#refused.has(key[row]!) || this.#wanted[f[row] === CAS ? to[row]! : value[row]!] === 1;
  }

  isReady(row: number): boolean {
    const node = this.#nodeOf[row]!;
    if (node >= 0 && this.#waitsFor[node]! > 0) return false;
    if (!this.#writes(row)) return true;
    const key = this.#table.key[row]!;
    const holder = this.#holder[key]!;
    const itself = node >= 0 && this.#chains.writerOf[node] === holder ? 1 : 0;
    const left =
      holder >= 0 ? this.#readers[holder]! : holder === this.#chains.INITIAL ? this.#firstReaders[key]! : 0;
    return left <= itself && (node < 0 || this.#readers[node] === 0 || this.#canBeRead(node, key));
  }

  /** Puts a row in order; returns who wrote what its key held before, for taking it back. */
  place(row: number): number {
    const node = this.#nodeOf[row]!;
    const key = this.#table.key[row]!;
    const holder = this.#holder[key]!;
    if (node >= 0) this.#move(node, -1);
    if (this.#writes(row)) this.#holder[key] = node;
    return holder;
  }

  takeBack(row: number, holder: number): void {
    const node = this.#nodeOf[row]!;
    if (node >= 0) this.#move(node, 1);
    this.#holder[this.#table.key[row]!] = holder;
  }

  /** Whether all that read a node can do so before its key has to change again. */
  #canBeRead(node: number, key: number): boolean {
    const needed = new Int32Array(this.#done.length).fill(-1);
    this.#raise(needed, node);
    const staying = Array.from(this.#holder.keys()).map((other) => (other === key ? NOBODY : other));
    for (let changed = true; changed; ) {
      changed = false;
      if (this.#needsWrite(key, needed, node)) return false;
      for (let at = 0; at < staying.length; at++) {
        const other = staying[at]!;
        if (other < 0 || !this.#needsWrite(other, needed, NOBODY)) continue;
        staying[at] = NOBODY;
        const holder = this.#holder[other]!;
        if (holder === NOBODY) continue;
        this.#raise(needed, holder >= 0 ? holder : this.#readers.length + other);
        changed = true;
      }
    }
    return true;
  }

  /** Raises what must be in order to what those that have not yet read something need. */
  #raise(needed: Int32Array, written: number): void {
    const { chainOf, placeOf, rows } = this.#chains;
    for (const reader of this.#readersOf[written]!) {
      const chain = chainOf[reader]!;
      if (placeOf[reader]! < this.#done[chain]!) continue;
      const own = needed[chain]!;
      this.#order.raise(needed, reader);
      // A compare-and-set that reads it is the next to change it: it is not in its own way.
      if (this.#writes(rows[reader]!)) needed[chain] = Math.max(own, placeOf[reader]! - 1);
    }
  }

  /** Whether a write of a key, other than `but`, is not in order and has to be. */
  #needsWrite(key: number, needed: Int32Array, but: number): boolean {
    const { placeOf } = this.#chains;
    return this.#chains.writesOf[key]!.some(({ chain, nodes }) => {
      const done = this.#done[chain]!;
      if (needed[chain]! < done) return false;
      const at = firstWhere(nodes.length, (each) => placeOf[nodes[each]!]! >= done);
      const next = nodes[at] === but ? nodes[at + 1] : nodes[at];
      return next !== undefined && placeOf[next]! <= needed[chain]!;
    });
  }

  #move(node: number, by: 1 | -1): void {
    this.#done[this.#chains.chainOf[node]!]! -= by;
    for (const { to } of this.#order.out[node]!) this.#waitsFor[to]! += by;
    this.#count(node, by);
  }

  #count(reader: number, by: 1 | -1): void {
    const writer = this.#chains.writerOf[reader]!;
    if (writer >= 0) this.#readers[writer]! += by;
    else if (writer === this.#chains.INITIAL) this.#firstReaders[this.#chains.keyOf[reader]!]! += by;
  }

  #writes(row: number): boolean {
    const { f, type } = this.#table;
    return f[row] !== READ && type[row] !== FAIL;
  }
}
