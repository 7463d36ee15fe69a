/**
 * The events of a history: what one run did and saw, in the order in which the runner learned of it, on one
 * clock. A history is append-only; line by line it is a JSON object, and its first line is the `run` event.
 *
 *     {"index":0,"time":0,"type":"run","format":1,"drill":{...},"runtime":"process","seed":7,...}
 *     {"index":41,"time":2013551000,"type":"invoke","process":3,"f":"write","key":"k7","value":119,...}
 *     {"index":44,"time":2015210000,"type":"ok","process":3,"f":"write","key":"k7","value":119,"node":"a","term":1}
 *
 * `time` is when the runner recorded the event: whole nanoseconds of monotonic time since the run began, never
 * going back. Where the thing itself happened at another instant that is known (a node stamped it with the
 * shared monotonic clock, or a signal was sent a moment before), `at` has it on the same scale; it may lie
 * before the `time` of earlier lines.
 */

import type { DrillFile } from '../drill/schema.js';
import type { Inventory } from './census.js';
import type { FaultEvent, HealEvent, HealedEvent, WitnessEvent } from './fault-events.js';
import type { Nanoseconds } from './instant.js';
import type { OperationType, Value } from './operation-type.js';

export type { Evidence, FaultEvent, HealEvent, HealedEvent, WitnessEvent } from './fault-events.js';
export type { Nanoseconds } from './instant.js';
export type { OperationType, Value } from './operation-type.js';

/** The version of the history format. */
export const HISTORY_FORMAT = 1;
/** The version of the drill-file language. */
export const LANGUAGE = 2;

export interface Stamp {
  /** The line's place in the history, from 0. */
  index: number;
  time: Nanoseconds;
}

/** The first line: what was run, from which everything can be judged again. */
export interface RunEvent {
  type: 'run';
  format: number;
  /** The version of failover-drill. */
  tool: string;
  /** In which version of the language its drill is; left out in histories of the first. */
  language?: number;
  /** The drill as resolved, in the form of a drill file. */
  drill: DrillFile;
  runtime: string;
  seed: number;
  /** The execution's number, from 1 to --repeat. */
  execution: number;
  /** Time of day at the beginning, ISO 8601. */
  started: string;
  nodes: { name: string; kind: 'node' | 'supervisor'; role?: 'primary' | 'standby'; tags: string[] }[];
}

export const PHASES = [
  'up',
  'steady',
  'steps',
  'heal',
  'settle',
  'resync',
  'failback',
  'final reads',
  'down',
] as const;
export type Phase = (typeof PHASES)[number];

export interface PhaseEvent {
  type: 'phase';
  phase: Phase;
}

export interface StepEvent {
  type: 'step';
  /** The step's place in the drill, from 1. */
  step: number;
  text: string;
}

/** A client begins an operation. A process has at most one operation at a time. */
export interface InvokeEvent {
  type: 'invoke';
  process: number;
  f: OperationType;
  key: string | null;
  value: Value;
  /** The client group; `final` for the final reads, `probe` for the fixed-rate availability probe. */
  client?: string;
  /** The node that it was sent to. */
  node?: string;
  /** When the open-loop schedule wanted it to begin. Latencies are measured from here. */
  intended?: Nanoseconds;
}

/** How an operation ended: `ok` it happened, `fail` it did not, `info` nobody knows. */
export interface CompletionEvent {
  type: 'ok' | 'fail' | 'info';
  process: number;
  f: OperationType;
  key: string | null;
  value: Value;
  client?: string;
  /** The node that answered, where one did. */
  node?: string;
  /** The term in which that node answered as primary. */
  term?: number;
  /** Why it failed or is in doubt. */
  error?: string;
  /** It failed by its own condition, such as a compare-and-set that finds another value: the service answered. */
  mismatch?: true;
}

export type Role = 'primary' | 'standby' | 'unknown';

/** What a node says of its own role: to a probe that asked, or in its log at a change. */
export interface RoleEvent {
  type: 'role';
  node: string;
  role: Role;
  source: 'probe' | 'log';
  term?: number;
  /**
   * When the node was in this role, by its own stamp. Of a probe's answer, when it was asked: the answer was true at
   * some instant between `at` and `time`.
   */
  at?: Nanoseconds;
  /** A primary with a lease: it will not serve past this instant unless it renews. */
  until?: Nanoseconds;
  /** How many writes this node has accepted as primary in this term (in its log, acknowledged or not). */
  accepted?: number;
}

/** What a component that watches (or a node about itself) says it did. */
export interface SupervisorEvent {
  type: 'supervisor';
  /** Who says it. */
  node: string;
  /**
   * `declared` failure of target; `fencing`, `fenced`, `fence-failed`; `sealed` (the next term is decided, its
   * primary not yet active); `promoting` (the standby was told); `promoted` (it is active);
   * `switchover` (a planned change was begun: it was asked for, or is an automatic failback);
   * `in-sync`, `out-of-sync` (the set changed).
   */
  event:
    | 'declared'
    | 'fencing'
    | 'fenced'
    | 'fence-failed'
    | 'sealed'
    | 'promoting'
    | 'promoted'
    | 'switchover'
    | 'in-sync'
    | 'out-of-sync';
  target: string;
  term?: number;
  at?: Nanoseconds;
  detail?: string;
}

/** A stage in the life of a node's process. */
export interface NodeEvent {
  type: 'node';
  node: string;
  /** `starting` asked to start; `running` it answers; `loaded` last good state loaded; `in-sync`; `exited`. */
  event: 'starting' | 'running' | 'loaded' | 'in-sync' | 'exited';
  at?: Nanoseconds;
  detail?: string;
}

/** Which Toxiproxy carries the links: `embedded`, `toxiproxy-server on PATH`, a URL, an image; and its version. */
export interface ToxiproxyEvent {
  type: 'toxiproxy';
  server: string;
  version: string;
}

/** How far something has come that takes long and comes before the drill, such as the building of an image. */
export interface ProgressEvent {
  type: 'progress';
  text: string;
}

/** The conductor asks the system for something. */
export interface AskEvent {
  type: 'ask';
  ask: 'switchover' | 'failback' | 'restart';
  node: string;
}

/** The conductor has seen what it waited for (`steady`, `recovered`, `in-sync`, ...), or time was up. */
export interface WaitedEvent {
  type: 'waited';
  for: string;
  reached: boolean;
  /** Whether the drill goes on as it should where it was not reached. */
  otherwise?: true;
  detail?: string;
}

/** Something kept the drill from being carried out, or evidence from being had: never a pass. */
export interface ProblemEvent {
  type: 'problem';
  message: string;
  /**
   * Where the engine, Toxiproxy or the runner itself was lost: the first instant at which it may have been gone. What
   * clients saw from then on says nothing about the system under test.
   */
  lost?: Nanoseconds;
}

/**
 * The runner (or the machine under it) stood still: nothing was sent, seen or recorded on time between `at` and
 * `at + took`. With `node`, that stood still: the runner itself went on.
 */
export interface StallEvent {
  type: 'stall';
  at: Nanoseconds;
  /** How long it stood still, in nanoseconds. After a sleep of the machine it is longer than the history's clock shows. */
  took: Nanoseconds;
  /** What of the drill's own stood still, where it was not the runner: `Toxiproxy`, `the edge of a`. */
  node?: string;
}

export interface InventoryEvent extends Inventory {
  type: 'inventory';
}

/** The last line. A history without it was cut short. */
export interface EndEvent {
  type: 'end';
  reason: 'done' | 'interrupted' | 'failed';
}

export type EventBody =
  | RunEvent
  | PhaseEvent
  | StepEvent
  | InvokeEvent
  | CompletionEvent
  | FaultEvent
  | WitnessEvent
  | HealEvent
  | HealedEvent
  | RoleEvent
  | SupervisorEvent
  | NodeEvent
  | ToxiproxyEvent
  | ProgressEvent
  | AskEvent
  | WaitedEvent
  | ProblemEvent
  | StallEvent
  | InventoryEvent
  | EndEvent;

export type Event<Body extends EventBody = EventBody> = Stamp & Body;
/** The event of one type, stamped: `EventOf<'fault'>`. */
export type EventOf<Type extends EventBody['type']> = Stamp & Extract<EventBody, { type: Type }>;

/** When the thing itself happened, as well as is known. */
export function instantOf(event: Event): Nanoseconds {
  return 'at' in event && event.at !== undefined ? event.at : event.time;
}
