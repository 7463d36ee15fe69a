/**
 * Detection, d: from a fault's being effective to the first declaration that one of its targets has failed,
 * while the fault lasts. One that is healed, or whose target is restarted, before anything is declared was not
 * detected. A declaration after a later fault has hit the same target is the later one's:
 *
 *     a deaf ──────── a killed ──── a declared failed        the kill was detected, the deafness was not
 */

import { eventsOf } from '../history/by-type.js';
import type { EventOf, Nanoseconds } from '../history/event.js';
import { instantOf } from '../history/event.js';
import type { History } from '../history/history.js';
import { type FaultRecord, faultsOf, TOGETHER } from './faults.js';

export interface Detection {
  event: EventOf<'supervisor'>;
  at: Nanoseconds;
  /** Since the fault was effective. A declaration between the injection and its witness counts as at once. */
  took: Nanoseconds;
}

/** The fault's detection; undefined where it was not witnessed or not detected. */
export function detectionOf(history: History, fault: FaultRecord): Detection | undefined {
  return declarationsOf(history, fault).find(({ event, at }) => {
    const later = overlaidBy(history, fault, event.target);
    return later === undefined || at < later.event.time;
  });
}

/** The declarations that may be of this fault, though later ones had hit the same target, in the order of time. */
export function declarationsOf(history: History, fault: FaultRecord): Detection[] {
  const { effective } = fault;
  if (effective === undefined) return [];
  const suspects = suspectsOf(fault);
  const stop = Math.min(fault.over ?? Number.POSITIVE_INFINITY, restartOf(history, fault));
  return eventsOf(history, 'supervisor')
    .filter(({ event, target }) => event === 'declared' && suspects.has(target))
    .map((event) => ({ event, at: instantOf(event) }))
    .filter(({ at }) => at >= fault.event.time && at <= stop)
    .sort((one, other) => one.at - other.at)
    .map(({ event, at }) => ({ event, at, took: Math.max(0, at - effective) }));
}

/** The next fault that hit a target of this one; undefined where none did. Those that belong together are one. */
export function overlaidBy(history: History, fault: FaultRecord, target: string): FaultRecord | undefined {
  return faultsOf(history).find(
    (other) => other.event.time > fault.event.time + TOGETHER && suspectsOf(other).has(target),
  );
}

function suspectsOf({ event, target }: FaultRecord): Set<string> {
  return new Set([...event.targets, target]);
}

/** When a target of the fault was asked to start again. */
function restartOf(history: History, fault: FaultRecord): Nanoseconds {
  for (const event of eventsOf(history, 'ask')) {
    if (event.ask !== 'restart' || event.time <= fault.event.time) continue;
    if (fault.event.targets.includes(event.node)) return event.time;
  }
  return Number.POSITIVE_INFINITY;
}
