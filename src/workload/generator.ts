/**
 * What clients do next: a pure stream of operations. Written values are whole numbers that are never written
 * twice in a run, so that a read says which write it saw.
 *
 *     register: write k7 := 118, read k3, write k7 := 119, ...    keys are written again and again
 *     set:      write e118 := 118, write e119 := 119, read e118   every write adds an element of its own
 */
import type { WorkloadSpec } from '../drill/schema.js';
import { integer, type Random } from '../random.js';

export interface Intent {
  f: 'read' | 'write';
  key: string;
  /** What is written; null for a read. */
  value: number | null;
}

export interface Generator {
  next(): Intent;
}

/** The values of one run: shared by all groups, so that no two write the same. */
export interface Values {
  take(): number;
  /** The largest value taken so far, 0 at the beginning. */
  readonly last: number;
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

export function generator(spec: WorkloadSpec, random: Random, unique: Values): Generator {
  const isWrite = () => random.next() < spec.writes;
  if (spec.type === 'set') {
    return {
      next() {
        if (unique.last === 0 || isWrite()) {
          const value = unique.take();
          return { f: 'write', key: `e${value}`, value };
        }
        return { f: 'read', key: `e${integer(random, 1, unique.last)}`, value: null };
      },
    };
  }
  return {
    next() {
      const key = `k${integer(random, 0, spec.keys - 1)}`;
      return isWrite() ? { f: 'write', key, value: unique.take() } : { f: 'read', key, value: null };
    },
  };
}
