/**
 * What the page of an execution draws, as data. Times are milliseconds since the run began. Nothing in it is markup:
 * what others wrote is text, and shown as such.
 */

export interface Stretch {
  from: number;
  to: number;
}

export type State = 'starting' | 'up' | 'standby' | 'primary' | 'paused' | 'down';

export interface Lane {
  name: string;
  kind: 'node' | 'supervisor';
  lives: (Stretch & { state: State; term?: number })[];
}

export interface FaultWindow extends Stretch {
  /** Of the event in which it was written down. */
  index: number;
  name: string;
  targets: string[];
  /** Whether a probe saw it take effect, and whether it was over before the run was. */
  seen: boolean;
  over: boolean;
}

/** Something that happened to somebody at an instant: declared, promoted, first write, recovered. */
export interface Mark {
  at: number;
  lane: string;
  what: string;
  text: string;
  index: number;
}

/**
 * The operations that are drawn as points, column by column, in the order in which they were meant to begin. `begin` is in
 * microseconds since the one before; `took` in microseconds until the answer or until the client gave it up, -1 where
 * neither was seen; `type` has a letter for each: o(k), f(ail), i(nfo).
 */
export interface Points {
  begin: number[];
  took: number[];
  type: string;
  f: number[];
  node: number[];
  key: number[];
  error: number[];
  /** The index of the invocation since that of the one before. */
  invoke: number[];
}

/** What became of all of a group's operations, bucket by bucket of equal length from the beginning to the end. */
export interface Buckets {
  ok: number[];
  fail: number[];
  info: number[];
  /** Latencies of acknowledged operations, milliseconds; null where there are none. */
  p50: (number | null)[];
  p99: (number | null)[];
  max: (number | null)[];
}

export interface Group {
  name: string;
  total: number;
  points: Points;
  buckets: Buckets;
}

/** One for each acknowledged write and each in doubt, in the order in which they ended. */
export interface Durability {
  /** How many there are of each: those that are drawn may be fewer. */
  counts: Record<Fate, number>;
  /** Microseconds since the one before. */
  at: number[];
  /** A letter for each: k(ept), s(uperseded), l(ost), d (in doubt), u(nread). */
  fate: string;
}

export type Fate = 'kept' | 'superseded' | 'lost' | 'in doubt' | 'unread';

/** What a fault did to a link, with the words of the probe that looked at it. */
export interface LinkChange extends Stretch {
  link: string;
  what: string;
  saw: string;
}

export interface DrawnOperation extends Stretch {
  text: string;
  type: 'ok' | 'fail' | 'info';
  /** Of the invocation and the completion. */
  events: number[];
}

/** What shows a finding: the claims and the operations among its evidence. */
export interface Evidence {
  id: string;
  title: string;
  failed: boolean;
  events: { index: number; at: number }[];
  claims: (Stretch & { node: string; term?: number })[];
  operations: DrawnOperation[];
}

export interface LogLines {
  node: string;
  /** Milliseconds of the run, null where the line tells no time that could be matched. */
  lines: [at: number | null, text: string][];
  /** Whether earlier lines were left off. */
  cut: boolean;
}

export interface PageModel {
  end: number;
  phases: (Stretch & { name: string })[];
  lanes: Lane[];
  faults: FaultWindow[];
  marks: Mark[];
  still: (Stretch & { text: string })[];
  names: { f: string[]; node: string[]; key: string[]; error: string[] };
  groups: Group[];
  durability: Durability;
  /** All links, by who dials and who answers. */
  links: { name: string; from: string; to: string }[];
  changes: LinkChange[];
  evidence: Evidence[];
  /** What is worth telling, but for operations. */
  events: { index: number; at: number; text: string }[];
  logs: LogLines[];
}
