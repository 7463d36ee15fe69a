/**
 * What nodes and supervisors tell each other. Every message is one-way and may be lost, repeated or late:
 * an answer is a message of its own on the link back, and whoever needs one asks again by its timers.
 */
import type { Configuration } from './configuration.js';
import type { Entry, Position } from './entry.js';

/** A node to every supervisor, at each interval. */
export interface Heartbeat {
  type: 'heartbeat';
  from: string;
  incarnation: number;
  /** On the node's own clock; comes back in the renewal. */
  sentAt: number;
  term: number;
  /** Whether it is the primary of `term` and has not stepped down. A node never resumes a term it left. */
  leading: boolean;
  /** Whether it serves clients. */
  serving: boolean;
  /** It has not heard enough supervisors for the time-out. */
  deaf: boolean;
  /** It stepped down in this term in order that this node be primary. */
  yieldedTo: string | null;
  position: Position;
  /** Where the nodes hold the configuration themselves. */
  configuration?: Configuration;
}

/** A supervisor's answer to a heartbeat. `granted` renews the lease of `term`. */
export interface Renewal {
  type: 'renewal';
  from: string;
  incarnation: number;
  sentAt: number;
  term: number;
  granted: boolean;
  configuration: Configuration;
}

/** To a node: this was decided. It tells the new primary to start. */
export interface Decided {
  type: 'decided';
  from: string;
  configuration: Configuration;
}

/** The primary to a supervisor: change the in-sync set. */
export interface Members {
  type: 'members';
  from: string;
  term: number;
  version: number;
  inSync: readonly string[];
}

/** A standby to every supervisor (trigger `standby`): the primary of `term` has failed, promote me. */
export interface Elect {
  type: 'elect';
  from: string;
  term: number;
  reason: string;
}

/** A supervisor to the primary: stop writes, bring everybody up to date, then yield to `to`. */
export interface HandOver {
  type: 'hand-over';
  from: string;
  term: number;
  to: string;
  id: number;
}

/** The primary to a node: log entries after `previous`, or none, as a heartbeat. */
export interface Append {
  type: 'append';
  from: string;
  term: number;
  previous: Position;
  entries: readonly Entry[];
  commit: number;
  deaf: boolean;
  /** The latest configuration that the primary knows to be decided. */
  version: number;
  /** Where the nodes hold the configuration themselves. */
  configuration?: Configuration;
}

/** A node to its primary: everything up to `index` is on disk and the same as the primary's. */
export interface Acknowledge {
  type: 'acknowledge';
  from: string;
  term: number;
  index: number;
}

/** A node to its primary: what came does not fit my log; try after `index`. */
export interface Mismatch {
  type: 'mismatch';
  from: string;
  term: number;
  index: number;
}

/** A node to one who took itself for the primary: there is a later term. */
export interface Outdated {
  type: 'outdated';
  from: string;
  term: number;
}

/** A supervisor to the others, at each interval and at each change. */
export interface Status {
  type: 'status';
  from: string;
  incarnation: number;
  /** On the supervisor's own clock. */
  sentAt: number;
  configuration: Configuration;
  /** The term whose primary it suspects. */
  suspects: number | null;
}

/** CASPaxos (Rystsov, 2018): the two phases and the refusal. */
export interface Prepare {
  type: 'prepare';
  from: string;
  ballot: number;
}
export interface Promised {
  type: 'promise';
  from: string;
  ballot: number;
  acceptedBallot: number;
  value: Configuration;
}
export interface Accept {
  type: 'accept';
  from: string;
  ballot: number;
  value: Configuration;
}
export interface Accepted {
  type: 'accepted';
  from: string;
  ballot: number;
  /** How long, in ms, a lease that this supervisor granted in an earlier term may still run. */
  outstanding: number;
}
export interface Refuse {
  type: 'refuse';
  from: string;
  ballot: number;
  promised: number;
}

export type RegisterMessage = Prepare | Promised | Accept | Accepted | Refuse;
export type Message =
  | Heartbeat
  | Renewal
  | Decided
  | Members
  | Elect
  | HandOver
  | Append
  | Acknowledge
  | Mismatch
  | Outdated
  | Status
  | RegisterMessage;
