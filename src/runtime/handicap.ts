/**
 * What can be made hard for a node while it goes on running: less processor time, a full disk, a clock that is wrong.
 * Each is a capability of its own. Several faults may hold the same of one node: the last one counts.
 */
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

export interface Handicapped {
  /** The handicap behind the capability of that name; undefined where the runtime has none. */
  handicap(capability: string): Handicap<unknown> | undefined;
}

/** `0.1` -> `10%`. */
export function describeShare(share: number): string {
  return `${Math.round(share * 1e4) / 100}%`;
}
