/** The kinds of operations in doubt of one register, and how many of each have been invoked so far. */
import { NEVER } from '../formats/operation-table.js';
import { getOrMake } from '../get-or-make.js';
import { type RegisterHistory, SWAPS } from './register-history.js';

export class InDoubt {
  /** For each operation of the history: its kind, or -1 where it is not in doubt. */
  readonly kindOf: Int32Array;
  readonly kinds: number;
  /** By kind: what it needs (-1: any value) and what it leaves. */
  readonly from: number[] = [];
  readonly to: number[] = [];
  /** How many were invoked so far, by kind. */
  readonly invoked: Int32Array;
  /** The kinds invoked so far that write a value, by value. */
  readonly writing: number[][] = [];
  /** The compare-and-sets invoked so far. */
  readonly swapping: number[] = [];

  constructor(history: RegisterHistory) {
    this.kindOf = new Int32Array(history.count).fill(-1);
    const known = new Map<number, number>();
    for (let at = 0; at < history.count; at++) {
      if (history.end[at] !== NEVER) continue;
      const swaps = history.kind[at] === SWAPS;
      const from = swaps ? history.a[at]! : -1;
      const to = swaps ? history.b[at]! : history.a[at]!;
      const name = (from + 1) * history.values + to;
      this.kindOf[at] = getOrMake(known, name, () => {
        this.to.push(to);
        return this.from.push(from) - 1;
      });
    }
    this.kinds = this.from.length;
    this.invoked = new Int32Array(this.kinds);
  }

  /** An operation in doubt begins: from now on it can be used. */
  invoke(kind: number): void {
    if (this.invoked[kind]!++ > 0) return;
    if (this.from[kind]! >= 0) this.swapping.push(kind);
    else {
      const to = this.to[kind]!;
      this.writing[to] ??= [];
      this.writing[to].push(kind);
    }
  }
}
