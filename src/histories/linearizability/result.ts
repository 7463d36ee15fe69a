/** What the linearizability checkers say, and what they may spend on it. */
import type { Clock } from '../../clock.js';

/** `unknown` where the budget was spent first; it is never a pass. */
export type Outcome3 = 'ok' | 'illegal' | 'unknown';

/** The algorithms, as reports name them. */
export const ZONES = 'zones (Gibbons and Korach)';
export const APPEND_ORDER = 'order of appends';
export const FRONTIER = 'just-in-time frontier (after Lowe)';
export const SEARCH = 'search (Wing and Gong, Lowe)';

export interface LinearizabilityResult {
  verdict: Outcome3;
  /** What decided it; several where the keys needed different ones. */
  algorithm: string;
  /** The key that is not linearizable, or that could not be decided, as an index of the table's keys. */
  key: number | null;
  /** Rows of the table that show it: a contradiction by themselves, or where the search came to an end. */
  operations: number[];
  /** Why, in words for a person; empty where the history is linearizable. */
  reason: string;
  /** Whether `operations` contradict each other by themselves, without the rest of the history. */
  complete: boolean;
  /** Every key that is not linearizable or could not be decided. */
  failing: FailingKey[];
}

/** What one key's check found. */
export type KeyResult = Omit<LinearizabilityResult, 'key' | 'failing'>;

export interface FailingKey extends KeyResult {
  key: number;
}

export function legal(algorithm: string): KeyResult {
  return { verdict: 'ok', algorithm, operations: [], reason: '', complete: true };
}

export function undecided(algorithm: string, reason: string): KeyResult {
  return { verdict: 'unknown', algorithm, operations: [], reason, complete: false };
}

/** A contradiction of rows among each other, whatever the rest of the history says. */
export function contradicts(algorithm: string, rows: Iterable<number>, reason: string): KeyResult {
  return { verdict: 'illegal', algorithm, operations: sortedRows(rows), reason, complete: true };
}

/** A search came to its end at a completion. */
export function unexplained(algorithm: string, row: number): KeyResult {
  const reason = 'no order of the operations so far explains this completion';
  return { verdict: 'illegal', algorithm, operations: [row], reason, complete: false };
}

/** Each once, in order; -1 stands for none. */
export function sortedRows(rows: Iterable<number>): number[] {
  return [...new Set(rows)].filter((row) => row >= 0).sort((left, right) => left - right);
}

/** What may be spent before the verdict is `unknown`. */
export interface Limits {
  /** Monotonic time: `systemClock`. Without one only the step budget ends a search. */
  clock?: Clock;
  /** Milliseconds for the whole check; needs `clock`. */
  timeoutMs?: number;
  /** Elementary steps of the searches, for all keys together. */
  steps?: number;
  /** Bytes that one search may hold. */
  memoryBytes?: number;
}

const STEPS_BETWEEN_LOOKS = 1 << 16;
/** What is left once one key does not hold, for finding out which others do not. */
const HASTY_STEPS = 20_000_000;
const HASTY_MS = 1_000;

/** What is left of steps and time. */
export class Budget {
  readonly memoryBytes: number;
  readonly #clock: Clock | undefined;
  #deadline: number;
  #steps: number;
  #untilLook = STEPS_BETWEEN_LOOKS;
  #spent = '';

  constructor(limits: Limits = {}) {
    this.memoryBytes = limits.memoryBytes ?? 512 * 1024 * 1024;
    this.#steps = limits.steps ?? 2_000_000_000;
    this.#clock = limits.clock;
    this.#deadline =
      limits.clock && limits.timeoutMs !== undefined
        ? limits.clock.now() + limits.timeoutMs
        : Number.POSITIVE_INFINITY;
  }

  /** Takes `steps` off; false once nothing is left. */
  spend(steps: number): boolean {
    this.#untilLook -= steps;
    if (this.#untilLook > 0) return true;
    return this.#look();
  }

  /** Leaves a small part of it, for what cannot change the verdict any more. */
  hasten(): void {
    this.#steps = Math.min(this.#steps, HASTY_STEPS);
    if (this.#clock) this.#deadline = Math.min(this.#deadline, this.#clock.now() + HASTY_MS);
  }

  /** How many steps are left. */
  get left(): number {
    return this.#steps - (STEPS_BETWEEN_LOOKS - this.#untilLook);
  }

  /** What ran out: the sentence for the finding. */
  get spent(): string {
    return this.#spent || 'the budget was spent';
  }

  /** Ends it for a reason of the search's own: nothing is left from now on. */
  exhaust(reason: string): void {
    this.#spent = reason;
    this.#steps = 0;
    this.#untilLook = 0;
  }

  #look(): boolean {
    this.#steps -= STEPS_BETWEEN_LOOKS - this.#untilLook;
    this.#untilLook = STEPS_BETWEEN_LOOKS;
    if (this.#steps <= 0) this.#spent ||= 'the step budget was spent';
    else if (this.#clock && this.#clock.now() >= this.#deadline) this.#spent = 'the time was up';
    else return true;
    this.#untilLook = 0;
    return false;
  }
}
