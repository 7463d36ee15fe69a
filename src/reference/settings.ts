/** What a node or a supervisor of the reference service is told at its start, and what follows from it. */

export type Replication = 'sync' | 'semi-sync' | 'async';
export type Value = string | number | boolean | null | Value[];

export interface Settings {
  readonly name: string;
  readonly nodes: readonly string[];
  readonly supervisors: readonly string[];
  /** The declared primary: the first one, and where an automatic failback leads. */
  readonly primary: string;
  readonly automaticFailback: boolean;
  readonly replication: Replication;
  /** Who says that the primary has failed: the supervisors, or the standbys by themselves. */
  readonly trigger: 'supervisor' | 'standby';
  readonly detect: Detection;
  /** false: each decides alone. */
  readonly quorum: boolean;
  readonly fencing: false | { readonly delay: number; readonly confirm: boolean };
  /** How long a primary may serve without hearing from the supervisors, in ms. */
  readonly lease: false | number;
  /** How long one that has never been heard since one's own start is waited for, in ms. */
  readonly grace: number;
}

/** `process`: the process list is read every `every` ms, heartbeats only renew leases and tell positions. */
export interface Detection {
  readonly kind: 'heartbeat' | 'process';
  readonly interval: number;
  readonly timeout: number;
  readonly every: number;
}

/** How many supervisors a decision, and a lease, needs. */
export function quorumSize(settings: Settings): number {
  return settings.quorum ? Math.floor(settings.supervisors.length / 2) + 1 : 1;
}

/** Whether the nodes hold the configuration themselves: a standby promotes itself and asks nobody. */
export function selfDeciding(settings: Settings): boolean {
  return settings.trigger === 'standby' && !settings.quorum;
}

/** How often a machine looks at its deadlines, in ms. */
export function tickOf(settings: Settings): number {
  return Math.max(5, Math.min(20, settings.detect.interval / 4));
}

/** How much later each next in rank acts, so that they do not all act at once. */
export function stagger(settings: Settings): number {
  return Math.max(40, settings.detect.interval);
}
