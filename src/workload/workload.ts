/**
 * The interface of a workload: what clients do. One workload, one file. A generator is a pure stream of operations;
 * what it writes is never written twice in a run, so that a read says which write it saw.
 */
import type { WorkloadPart, WorkloadSettings } from '../drill/parts.js';
import type { Value } from '../history/event.js';
import { integer, type Random } from '../random.js';
import type { Operation, Outcome } from '../system/system.js';

export interface Generator {
  next(): Operation;
  /** What came of an operation, for workloads that go by it. */
  learn?(operation: Operation, outcome: Outcome): void;
}

/** The values of one run: shared by all groups, so that no two write the same. */
export interface Values {
  take(): number;
  /** The largest value taken so far, 0 at the beginning. */
  readonly last: number;
}

export interface Workload extends WorkloadPart {
  generator(settings: WorkloadSettings, random: Random, unique: Values): Generator;
  /**
   * What a key is asked for in the end, by the answer to what was asked of it before; undefined where all of it was seen.
   * Without it, each key is read once.
   */
  final?(key: string, answer: Value | undefined): Operation | undefined;
}

export function values(): Values {
  let last = 0;
  return {
    take: () => ++last,
    get last() {
      return last;
    },
  };
}

/** One of the keys `k0`, `k1`, ... */
export function keyOf({ keys }: WorkloadSettings, random: Random): string {
  return `k${integer(random, 0, keys - 1)}`;
}

export function read(key: string): Operation {
  return { f: 'read', key, value: null };
}
