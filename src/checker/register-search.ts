/**
 * Is one register linearizable? The search of Wing and Gong with Lowe's memory of configurations: operations
 * are put in an order one by one; next may come whatever began before the first unplaced one ended.
 *
 *     read 2 |-------|                 read 1 is placed at once where the register holds 1: that never hurts
 *        write 2 |-------|             write 2, then read 2
 *
 * A write in doubt only matters where someone reads it, so it is placed together with a read that needs it.
 */
import type { Operation } from '../history/operations.js';
import { valueName, written } from './registers.js';

export interface RegisterResult {
  verdict: 'ok' | 'illegal' | 'unknown';
  /** Illegal: the operation that no order could place, at the furthest that the search came. */
  stuck: Operation | undefined;
  /** Illegal: the operations placed last before that. */
  before: readonly Operation[];
}

const SHOWN_BEFORE = 3;

interface Placed {
  at: number;
  value: string;
  /** Whether a write in doubt of the operation's value was placed just before it. */
  doubt: boolean;
}

/** A place in the search from which it can go on in several ways. */
interface Fork {
  choices: { at: number; doubt: boolean }[];
  next: number;
  depth: number;
}

/** Decides one key's operations, of whatever outcome, within a number of steps. */
export function searchRegister(operations: readonly Operation[], budget: number): RegisterResult {
  return new Search(operations).run(budget);
}

class Search {
  readonly #definite: Operation[];
  readonly #done: Uint8Array;
  /** By value: the invocations of the writes in doubt, in order. */
  readonly #doubts = new Map<string, number[]>();
  readonly #doubtfulSwaps: boolean;
  readonly #used = new Map<string, number>();
  readonly #seen = new Set<string>();
  readonly #order: Placed[] = [];
  #first = 0;
  #value = valueName(null);
  #deepest = -1;
  #stuck: Operation | undefined;
  #before: Operation[] = [];

  constructor(operations: readonly Operation[]) {
    this.#definite = operations
      .filter(({ type }) => type === 'ok')
      .sort((one, other) => one.invoke - other.invoke);
    this.#done = new Uint8Array(this.#definite.length);
    this.#doubtfulSwaps = operations.some(({ f, type }) => f === 'cas' && type === 'info');
    for (const { f, type, value, invoke } of operations) {
      if (type !== 'info' || f !== 'write') continue;
      const name = valueName(value);
      const known = this.#doubts.get(name);
      if (known) known.push(invoke);
      else this.#doubts.set(name, [invoke]);
    }
    for (const invocations of this.#doubts.values()) invocations.sort((one, other) => one - other);
  }

  run(budget: number): RegisterResult {
    const forks: Fork[] = [];
    for (let steps = 0; steps < budget; steps += 1) {
      const choices = this.#settle();
      if (choices === undefined) return { verdict: 'ok', stuck: undefined, before: [] };
      const name = this.#configuration();
      if (this.#seen.has(name)) forks.push({ choices: [], next: 0, depth: this.#order.length });
      else {
        this.#seen.add(name);
        forks.push({ choices, next: 0, depth: this.#order.length });
      }
      if (!this.#goOn(forks)) return this.#illegal();
    }
    return { verdict: 'unknown', stuck: undefined, before: [] };
  }

  /** Takes the next untried way of the latest fork that has one. */
  #goOn(forks: Fork[]): boolean {
    for (let fork = forks.at(-1); fork !== undefined; fork = forks.at(-1)) {
      while (this.#order.length > fork.depth) this.#takeBack();
      const choice = fork.choices[fork.next];
      if (choice !== undefined) {
        fork.next += 1;
        this.#place(choice.at, choice.doubt);
        return true;
      }
      forks.pop();
    }
    return false;
  }

  /** Places every read that matches now; gives the ways to go on, or undefined once all is placed. */
  #settle(): Fork['choices'] | undefined {
    for (;;) {
      const candidates = this.#candidates();
      if (candidates.length === 0) return undefined;
      const matching = candidates.find(
        (at) => this.#definite[at]!.f === 'read' && this.#needs(at) === this.#value,
      );
      if (matching !== undefined) {
        this.#place(matching, false);
        continue;
      }
      this.#note(candidates);
      candidates.sort((one, other) => this.#definite[one]!.complete! - this.#definite[other]!.complete!);
      const firstEnd = this.#definite[candidates[0]!]!.complete!;
      return candidates.flatMap((at): Fork['choices'] => {
        const needs = this.#needs(at);
        if (needs === undefined || needs === this.#value) return [{ at, doubt: false }];
        const usable = (this.#doubts.get(needs) ?? []).filter((invoke) => invoke < firstEnd).length;
        return usable > (this.#used.get(needs) ?? 0) ? [{ at, doubt: true }] : [];
      });
    }
  }

  /** What may come next: unplaced, and begun before any unplaced one ended. */
  #candidates(): number[] {
    while (this.#done[this.#first] === 1) this.#first += 1;
    const candidates: number[] = [];
    let firstEnd = Number.POSITIVE_INFINITY;
    for (let at = this.#first; at < this.#definite.length; at += 1) {
      if (this.#done[at] === 1) continue;
      const { invoke, complete } = this.#definite[at]!;
      if (invoke > firstEnd) break;
      firstEnd = Math.min(firstEnd, complete!);
      candidates.push(at);
    }
    return candidates;
  }

  /** The value that the register must hold for the operation; undefined where any will do. */
  #needs(at: number): string | undefined {
    const { f, value } = this.#definite[at]!;
    if (f === 'read') return valueName(value);
    return f === 'cas' && Array.isArray(value) ? valueName(value[0] ?? null) : undefined;
  }

  #place(at: number, doubt: boolean): void {
    const operation = this.#definite[at]!;
    this.#order.push({ at, value: this.#value, doubt });
    this.#done[at] = 1;
    const needs = this.#needs(at);
    if (doubt && needs !== undefined) this.#used.set(needs, (this.#used.get(needs) ?? 0) + 1);
    this.#value = operation.f === 'read' ? needs! : valueName(written(operation));
  }

  #takeBack(): void {
    const { at, value, doubt } = this.#order.pop()!;
    this.#done[at] = 0;
    this.#first = Math.min(this.#first, at);
    this.#value = value;
    if (!doubt) return;
    const needs = this.#needs(at)!;
    const used = this.#used.get(needs)! - 1;
    if (used === 0) this.#used.delete(needs);
    else this.#used.set(needs, used);
  }

  /** All that the rest of the search depends on. */
  #configuration(): string {
    const ahead: number[] = [];
    const placed = this.#order.length - this.#first;
    for (let at = this.#first; ahead.length < placed; at += 1) if (this.#done[at] === 1) ahead.push(at);
    const used = [...this.#used].sort().join(' ');
    return `${this.#first}|${ahead.join(' ')}|${this.#value}|${used}`;
  }

  #note(candidates: readonly number[]): void {
    if (this.#order.length <= this.#deepest) return;
    this.#deepest = this.#order.length;
    const first = candidates.reduce((one, other) =>
      this.#definite[other]!.complete! < this.#definite[one]!.complete! ? other : one,
    );
    this.#stuck = this.#definite[first];
    this.#before = this.#order.slice(-SHOWN_BEFORE).map(({ at }) => this.#definite[at]!);
  }

  #illegal(): RegisterResult {
    // Compare-and-sets in doubt are not searched: one of them might explain what was read.
    if (this.#doubtfulSwaps) return { verdict: 'unknown', stuck: undefined, before: [] };
    return { verdict: 'illegal', stuck: this.#stuck, before: this.#before };
  }
}
