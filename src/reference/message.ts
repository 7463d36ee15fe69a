/**
 * What nodes and supervisors tell each other. Every message is one-way and may be lost, repeated or late:
 * an answer is a message of its own on the link back, and whoever needs one asks again by its timers.
 */
import type { Configuration, Disks } from './configuration.js';
import type { Entry, Position } from './entry.js';

/** A node to every supervisor, at each interval. */
export interface Heartbeat {
  type: 'heartbeat';
  from: string;
  incarnation: number;
  /** On the node's own clock; comes back in the renewal. */
  sentAt: number;
  /** Which disk it has. */
  disk: number;
  /** The term that it takes part in, and has on disk: it takes nothing from the primary of an earlier one. */
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
  /** The primary of a sealed term, once its log is there. */
  establishing?: Establishing;
  /** Where the nodes hold the configuration themselves. */
  configuration?: Configuration;
}

export interface Establishing {
  /** Who of those in sync has all of its log, itself included, and on which disk. */
  holders: Disks;
  /** For whom it waits still: not for one that stayed silent for the time-out while the supervisors were heard. */
  awaited: readonly string[];
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
  disks: Disks;
}

/** A standby to every supervisor (trigger `standby`): the primary of `term` has failed, promote me. */
export interface Elect {
  type: 'elect';
  from: string;
  term: number;
  reason: string;
}

/** A supervisor to the primary of a sealed term (not with `sync`): of those that are there, none has more; begin. */
export interface Begin {
  type: 'begin';
  from: string;
  term: number;
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

/** What a node says of itself in its answers to its primary. */
interface Replica {
  from: string;
  incarnation: number;
  /** On the node's own clock. */
  sentAt: number;
  /** Which disk it has. */
  disk: number;
}

/** A node to its primary: everything up to `index` is on disk and the same as the primary's. */
export interface Acknowledge extends Replica {
  type: 'acknowledge';
  term: number;
  index: number;
}

/** A node to its primary: what came does not fit my log; try after `index`. */
export interface Mismatch extends Replica {
  type: 'mismatch';
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
  /** It does not hear enough of the others: it decides nothing, and nobody waits for it to. */
  deaf: boolean;
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
  | Begin
  | HandOver
  | Append
  | Acknowledge
  | Mismatch
  | Outdated
  | Status
  | RegisterMessage;
