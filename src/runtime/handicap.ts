/**
 * What can be made hard for a node while it goes on running: less processor time, a full disk, a clock that is wrong.
 * Each is a capability of its own. Several faults may hold the same of one node: the last one counts.
 */
import { THROTTLES, type Throttle } from '../drill/hardship.js';
import { formatSize } from '../drill/units.js';
import type { Part } from '../span.js';

/** What was seen of a node, and what should have been. */
export interface HandicapSeen {
  ok: boolean;
  expected: string;
  observed: string;
}

/**
 * How a handicap is looked at. `thorough`: what a fault has put on a node is in force, by its effect where that shows.
 * `quick`, right before it is lifted: what faults have put there is there still, whichever of them counts.
 */
export type Pace = 'thorough' | 'quick';

export interface Handicap<Value> {
  /** Puts it on, in the name of a fault; gives the clock's instants since which it holds. */
  put(node: string, fault: string, value: Value): Promise<Part>;
  /** Lifts what was put on in that name: what was before holds again. */
  lift(node: string, fault: string): Promise<Part>;
  /** Looks whether it is in force; once it was lifted, whether it is no more. */
  look(node: string, fault: string, pace?: Pace): Promise<HandicapSeen>;
}

export interface Handicaps {
  /** The share of one processor. */
  cpu: Handicap<number>;
  /** Bytes. */
  memory: Handicap<number>;
  /** The folder that is full. */
  disk: Handicap<string>;
  slow_disk: Handicap<Throttle>;
  /** Milliseconds ahead. */
  clock: Handicap<number>;
}

export interface Handicapped {
  readonly handicaps: Handicaps;
}

/** `0.1` -> `10%`. */
export function describeShare(share: number): string {
  return `${Math.round(share * 1e4) / 100}%`;
}

/** `write 1m/s, read_ops 20/s`. */
export function describeThrottle(throttle: Throttle): string {
  const parts = THROTTLES.flatMap((name) => {
    const limit = throttle[name];
    if (limit === undefined) return [];
    return [`${name} ${name.endsWith('_ops') ? limit : formatSize(limit)}/s`];
  });
  return parts.join(', ') || 'unlimited';
}
