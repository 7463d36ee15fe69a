/**
 * Detection, d: from a fault's being effective to the first declaration that one of its targets has failed,
 * while the fault lasts. One that is healed, or whose target is restarted, before anything is declared was not
 * detected.
 */

import { eventsOf } from '../history/by-type.js';
import type { EventOf, Nanoseconds } from '../history/event.js';
import { instantOf } from '../history/event.js';
import type { History } from '../history/history.js';
import type { FaultRecord } from './faults.js';

export interface Detection {
  event: EventOf<'supervisor'>;
  at: Nanoseconds;
  /** Since the fault was effective. A declaration between the injection and its witness counts as at once. */
  took: Nanoseconds;
}

/** The fault's detection; undefined where it was not witnessed or not detected. */
export function detectionOf(history: History, fault: FaultRecord): Detection | undefined {
  if (fault.effective === undefined) return undefined;
  const suspects = new Set([...fault.event.targets, fault.target]);
  const stop = Math.min(fault.over ?? Number.POSITIVE_INFINITY, restartOf(history, fault));
  let first: Detection | undefined;
  for (const event of eventsOf(history, 'supervisor')) {
    if (event.event !== 'declared' || !suspects.has(event.target)) continue;
    const at = instantOf(event);
    if (at < fault.event.time || at > stop || (first !== undefined && at >= first.at)) continue;
    first = { event, at, took: Math.max(0, at - fault.effective) };
  }
  return first;
}

/** When a target of the fault was asked to start again. */
function restartOf(history: History, fault: FaultRecord): Nanoseconds {
  for (const event of eventsOf(history, 'ask')) {
    if (event.ask !== 'restart' || event.time <= fault.event.time) continue;
    if (fault.event.targets.includes(event.node)) return event.time;
  }
  return Number.POSITIVE_INFINITY;
}
