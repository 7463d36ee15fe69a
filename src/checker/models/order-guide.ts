/**
 * Which operation can come next in an order: all that must come before it are in order already, and what it
 * overwrites has been read by all that read it. It takes nothing away that could lead to an order.
 */
import { CAS, FAIL, type OperationTable, READ, WRITE } from '../../history/formats/operation-table.js';
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
    for (const node of chains.reads) this.#count(node, 1);
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
    if (holder === this.#chains.INITIAL) return this.#firstReaders[key]! === itself;
    return holder < 0 || this.#readers[holder]! === itself;
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

  #move(node: number, by: 1 | -1): void {
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
