/**
 * The operations of a history of registers as chains: one for each process, in its order; an operation in doubt
 * whose value was read is a chain of its own, which follows what its process had done before.
 */

import { saysNothing } from '../evidence/minimise.js';
import { CAS, FAIL, INFO, NONE, OK, type OperationTable, READ, WRITE } from '../formats/operation-table.js';
import { getOrMake } from '../get-or-make.js';

const NOBODY = -1;
const INITIAL = -2;
const SEVERAL = -3;

export class ProcessChains {
  readonly INITIAL = INITIAL;
  /** By node: the row of the table, the chain, the place in it, the node after it in its chain (-1: none). */
  readonly rows: number[] = [];
  readonly chainOf: number[] = [];
  readonly placeOf: number[] = [];
  readonly next: number[] = [];
  readonly keyOf: number[] = [];
  /** The nodes of each chain. */
  readonly chains: number[][] = [];
  /** What of another chain an operation in doubt comes after. */
  readonly after: { from: number; to: number }[] = [];
  /** By node that reads: the node that wrote it; INITIAL; another negative number where that is not known. */
  readonly writerOf: number[] = [];
  /** The nodes that read, and of which it is known from whom. */
  readonly reads: number[] = [];
  /** By key and chain: the nodes that write. */
  readonly writesOf: { chain: number; nodes: number[] }[][];
  /** A row that read what nobody wrote; -1: none. */
  unwritten = -1;
  readonly #table: OperationTable;

  /** `initial` by key. */
  constructor(table: OperationTable, initial: ArrayLike<number>) {
    this.#table = table;
    const rowsOfWriter = this.#writers(initial);
    const happened = this.#happened(rowsOfWriter);
    const chainOfProcess = new Map<number, number>();
    const nodeOf = new Map<number, number>();
    for (let row = 0; row < table.count; row++) {
      if (table.type[row] === INFO ? !happened.has(row) : saysNothing(table, row)) continue;
      const process = table.process[row]!;
      const chain = getOrMake(chainOfProcess, process, () => this.chains.push([]) - 1);
      const own = this.chains[chain]!;
      if (table.type[row] === INFO) {
        const node = this.#node(row, this.chains.push([]) - 1);
        this.after.push({ from: own.at(-1) ?? NOBODY, to: node });
        nodeOf.set(row, node);
      } else nodeOf.set(row, this.#node(row, chain));
    }
    this.writesOf = table.keys.map(() => []);
    for (const [node, row] of this.rows.entries()) {
      if (writes(table, row)) this.#addWrite(node);
      const value = wanted(table, row);
      const writer = value === NONE ? NOBODY : rowsOfWriter[value]!;
      if (value !== NONE && writer === NOBODY) this.unwritten = row;
      const known = writer >= 0 ? (nodeOf.get(writer) ?? NOBODY) : writer;
      this.writerOf.push(value === NONE ? NOBODY : known);
      if (value !== NONE && (known >= 0 || known === INITIAL)) this.reads.push(node);
    }
  }

  /** Some nodes, with those that wrote what they read, and so on. */
  withWriters(nodes: readonly number[]): number[] {
    const all = new Set(nodes);
    for (const node of all) if (this.writerOf[node]! >= 0) all.add(this.writerOf[node]!);
    return [...all];
  }

  /** By value: the row that wrote it, INITIAL, SEVERAL or NOBODY. */
  #writers(initial: ArrayLike<number>): Int32Array {
    const { f, type, value, to, count, values, keys } = this.#table;
    const writers = new Int32Array(values.length + 1).fill(NOBODY);
    for (let key = 0; key < keys.length; key++) writers[initial[key]!] = INITIAL;
    for (let row = 0; row < count; row++) {
      if (type[row] === FAIL || f[row] === READ) continue;
      const index = f[row] === CAS ? to[row]! : value[row]!;
      writers[index] = writers[index] === NOBODY ? row : SEVERAL;
    }
    return writers;
  }

  /** The rows in doubt that happened, because someone read what they alone wrote. */
  #happened(writers: Int32Array): Set<number> {
    const table = this.#table;
    const happened = new Set<number>();
    const waiting: number[] = [];
    const look = (row: number) => {
      const value = wanted(table, row);
      const writer = value === NONE ? NOBODY : writers[value]!;
      if (writer < 0 || table.type[writer] !== INFO || happened.has(writer)) return;
      happened.add(writer);
      waiting.push(writer);
    };
    for (let row = 0; row < table.count; row++) if (table.type[row] === OK) look(row);
    for (const row of waiting) look(row);
    return happened;
  }

  #node(row: number, chain: number): number {
    const node = this.rows.push(row) - 1;
    const nodes = this.chains[chain]!;
    const last = nodes.at(-1);
    if (last !== undefined) this.next[last] = node;
    this.next.push(NOBODY);
    this.chainOf.push(chain);
    this.placeOf.push(nodes.push(node) - 1);
    this.keyOf.push(this.#table.key[row]!);
    return node;
  }

  #addWrite(node: number): void {
    const lists = this.writesOf[this.keyOf[node]!]!;
    const chain = this.chainOf[node]!;
    let list = lists.find((each) => each.chain === chain);
    if (list === undefined) {
      list = { chain, nodes: [] };
      lists.push(list);
    }
    list.nodes.push(node);
  }
}

function writes(table: OperationTable, row: number): boolean {
  return table.f[row] === WRITE || (table.f[row] === CAS && table.type[row] !== FAIL);
}

/** The value that a row must have found; NONE where it wants none. */
function wanted(table: OperationTable, row: number): number {
  if (table.f[row] === WRITE || table.type[row] === FAIL) return NONE;
  return table.f[row] === READ && table.type[row] !== OK ? NONE : table.value[row]!;
}
