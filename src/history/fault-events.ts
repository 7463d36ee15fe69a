/**
 * What a history tells of a fault: it is written down before it is applied, witnessed, looked at once more before it is
 * healed, and its heal is witnessed likewise.
 */
import type { Cut, CutMode } from '../topology/grudge.js';
import type { Nanoseconds } from './instant.js';

/** One thing that a probe looked at, what it should have seen, what it saw. */
export interface Evidence {
  subject: string;
  expected: string;
  observed: string;
}

/** What a fault leaves its targets as, until they are started again or go on. */
export type Leaves = 'killed' | 'paused';

/** A fault is about to be injected; written before it is applied. */
export interface FaultEvent {
  type: 'fault';
  /** `fault-1`, `fault-2`, ... in order of injection. */
  fault: string;
  kind: string;
  /** The nodes (and client groups) it was aimed at, resolved. */
  targets: string[];
  /** For people: `isolate a (drop)`. */
  text: string;
  leaves?: Leaves;
  mode?: CutMode;
  cuts?: Cut[];
  /** The drill's own name for it. */
  as?: string;
  /** How long it was asked to last, in nanoseconds; left out where it lasts until something heals it. */
  for?: Nanoseconds;
}

/**
 * Whether a probe has seen the fault take effect, and since when its first part is in force (`at`). Before a heal it is
 * looked at once more: whether it was in force still, or somebody else had undone it.
 */
export interface WitnessEvent {
  type: 'witness';
  fault: string;
  witnessed: boolean;
  at?: Nanoseconds;
  /** Since when its last part is in force, so all of it; left out where that is `at`. */
  last?: Nanoseconds;
  before?: 'heal';
  /** Before a heal: as there. */
  targets?: string[];
  evidence: Evidence[];
}

/** A fault is about to be healed. */
export interface HealEvent {
  type: 'heal';
  fault: string;
  /** Of its targets these alone: for the others it goes on. Left out where it is over then. */
  targets?: string[];
}

/** Whether a probe has seen the heal take effect, and since when its last part is undone (`at`). */
export interface HealedEvent {
  type: 'healed';
  fault: string;
  witnessed: boolean;
  at?: Nanoseconds;
  /** Since when its first part is undone, so the fault is not whole any more; left out where that is `at`. */
  first?: Nanoseconds;
  /** As in the `heal` that it belongs to. */
  targets?: string[];
  evidence: Evidence[];
}

/** What a fault left its targets as. Histories from before the field have it in the kind alone. */
export function leavesOf({ leaves, kind }: Pick<FaultEvent, 'leaves' | 'kind'>): Leaves | undefined {
  return leaves ?? LEAVES_BY_KIND.get(kind);
}

/** Whether a fault is over for a node once that is started again. Histories from before `leaves` have it in the kind. */
export function endsWithRestart({ leaves, kind }: Pick<FaultEvent, 'leaves' | 'kind'>): boolean {
  return leaves === 'killed' || kind === 'kill' || kind === 'stop';
}

/** Whether a fault cuts links; of a partition from before `cuts` nobody knows which. */
export function cutsLinks({ cuts, kind }: Pick<FaultEvent, 'cuts' | 'kind'>): boolean {
  return cuts !== undefined || kind === 'partition';
}

const LEAVES_BY_KIND: ReadonlyMap<string, Leaves> = new Map([
  ['kill', 'killed'],
  ['kill-process', 'killed'],
  ['stop', 'killed'],
  ['pause', 'paused'],
]);
