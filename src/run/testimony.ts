/**
 * What the log of a node may tell. A node runs programs of others, which may write whatever they like to their standard
 * output: what supervisors did, it tells only where it takes part in the decision, and no instant counts at which it was
 * not there yet, or which is still to come.
 */
import type { SupervisorSpec } from '../drill/topology.js';
import type { LoggedEvent } from '../system/system.js';

export interface LogLine {
  /** When its node was first started, and when the line came, in ms of the clock. */
  started: number;
  came: number;
  /** Whether its node takes part in decisions. */
  decides: boolean;
}

/** The event as it counts: without an instant that cannot be; undefined where it is not for this node to tell. */
export function testimony(event: LoggedEvent, { started, came, decides }: LogLine): LoggedEvent | undefined {
  const { at, ...rest } = event;
  if (event.body.type === 'supervisor' && !decides) return undefined;
  return at !== undefined && at >= started && at <= came ? event : rest;
}

/** Who takes part in decisions: where supervisors of ours trigger the failover, no node of the service does. */
export function deciders(
  supervisor: SupervisorSpec | 'none',
  supervisors: readonly string[],
): (node: string) => boolean {
  const areOurs = supervisor !== 'none' && supervisor.trigger === 'supervisor' && supervisors.length > 0;
  return (node) => !areOurs || supervisors.includes(node);
}
