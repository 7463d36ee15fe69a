/**
 * Detection, d: from a fault's being effective to the first declaration that one of its targets has failed, by somebody
 * who may declare it, while the fault lasts. One that is healed, or whose target serves again, before anything is declared
 * was not detected. What is declared up to the effect, or by somebody who is silent because of another fault, is not this
 * fault's. A declaration after a later fault has hit the same target is the later one's:
 *
 *     a deaf ──────── a killed ──── a declared failed        the kill was detected, the deafness was not
 */

import type { Drill } from '../drill/schema.js';
import { eventsOf } from '../history/by-type.js';
import type { Event, EventOf, Nanoseconds } from '../history/event.js';
import { instantOf } from '../history/event.js';
import { cutsLinks, leavesOf } from '../history/fault-events.js';
import type { History } from '../history/history.js';
import { clientOperations } from './client-operations.js';
import { mayDeclare } from './detectors.js';
import { endsOf, type FaultRecord, faultsOf, suspectsOf, TOGETHER } from './faults.js';

export interface Detection {
  event: EventOf<'supervisor'>;
  at: Nanoseconds;
  /** Since the fault was effective. */
  took: Nanoseconds;
}

/** The fault's detection; undefined where it was not witnessed or not detected. */
export function detectionOf(history: History, drill: Drill, fault: FaultRecord): Detection | undefined {
  return declarationsOf(history, drill, fault).find(({ event, at }) => {
    const later = overlaidBy(history, fault, event.target);
    return later === undefined || at < later.event.time;
  });
}

/** The declarations that may be of this fault, though later ones had hit the same target, in the order of time. */
export function declarationsOf(history: History, drill: Drill, fault: FaultRecord): Detection[] {
  const { effective } = fault;
  if (effective === undefined) return [];
  const stop = Math.min(fault.over ?? Number.POSITIVE_INFINITY, servedAgain(history, fault));
  return suspicionsOf(history, drill, fault)
    .filter(({ at }) => at > effective && at <= stop)
    .map(({ event, at }) => ({ event, at, took: at - effective }));
}

/**
 * The declaration that was there before the fault: its target was held to be failed when it took effect, so that there
 * was nothing left to detect.
 */
export function declaredBefore(history: History, drill: Drill, fault: FaultRecord): Detection | undefined {
  const { effective } = fault;
  if (effective === undefined) return undefined;
  const before = suspicionsOf(history, drill, fault).findLast(({ at }) => at <= effective);
  if (before === undefined) return undefined;
  const { event, at } = before;
  const isCleared = history.events.some((later) => {
    const then = instantOf(later);
    return then > at && then <= effective && clears(later, event);
  });
  return isCleared ? undefined : { event, at, took: at - effective };
}

/** Whether an event shows that a declaration was acted upon, or that its target is there again. */
function clears(later: Event, { target, term = 0 }: EventOf<'supervisor'>): boolean {
  switch (later.type) {
    case 'supervisor':
      return later.event === 'promoted' || (later.event === 'in-sync' && later.target === target);
    case 'role':
      return later.role === 'primary' && (later.node !== target || (later.term ?? 0) > term);
    case 'node':
      return later.node === target && later.event !== 'exited';
    default:
      return false;
  }
}

/** Every declaration that one of the fault's targets has failed, by whoever may say so, in the order of time. */
function suspicionsOf(
  history: History,
  drill: Drill,
  fault: FaultRecord,
): { event: EventOf<'supervisor'>; at: Nanoseconds }[] {
  const suspects = suspectsOf(fault);
  return eventsOf(history, 'supervisor')
    .filter(({ event, target }) => event === 'declared' && suspects.has(target))
    .map((event) => ({ event, at: instantOf(event) }))
    .filter(
      ({ event, at }) =>
        mayDeclare(history, drill, event.node, event.target) && !isSilenced(history, fault, event.node, at),
    )
    .sort((one, other) => one.at - other.at);
}

/** Whether another fault kept somebody from hearing of the target: what it misses then, it misses for that reason. */
function isSilenced(history: History, fault: FaultRecord, who: string, at: Nanoseconds): boolean {
  return faultsOf(history).some((other) => {
    const { effective, over = Number.POSITIVE_INFINITY } = other;
    if (other === fault || effective === undefined || at < effective || at >= over) return false;
    return !suspectsOf(other).has(fault.target) && silences(other, who, fault.target);
  });
}

function silences({ event }: FaultRecord, who: string, target: string): boolean {
  if (leavesOf(event) === 'paused') return event.targets.includes(who);
  if (!cutsLinks(event)) return false;
  if (event.cuts === undefined) return event.targets.includes(who);
  return event.cuts.some(({ link }) => {
    const ends = endsOf(link);
    return ends.includes(who) && ends.includes(target);
  });
}

/** The next fault that hit a target of this one; undefined where none did. Those that belong together are one. */
export function overlaidBy(history: History, fault: FaultRecord, target: string): FaultRecord | undefined {
  return faultsOf(history).find(
    (other) => other.event.time > fault.event.time + TOGETHER && suspectsOf(other).has(target),
  );
}

/** When a target of the fault that was asked to start again was seen to serve; being started alone is no proof of that. */
function servedAgain(history: History, fault: FaultRecord): Nanoseconds {
  const restart = restartOf(history, fault);
  if (restart === undefined) return Number.POSITIVE_INFINITY;
  const { node, time } = restart;
  const primary = eventsOf(history, 'role').find(
    (event) => event.node === node && event.role === 'primary' && instantOf(event) >= time,
  );
  const synced = [...eventsOf(history, 'node'), ...eventsOf(history, 'supervisor')].find((event) => {
    const whose = event.type === 'node' ? event.node : event.target;
    return whose === node && event.event === 'in-sync' && instantOf(event) >= time;
  });
  const answer = clientOperations(history).find(
    (operation) => operation.type === 'ok' && operation.node === node && operation.start >= time,
  );
  const proofs = [primary && instantOf(primary), synced && instantOf(synced), answer?.end];
  return Math.min(...proofs.map((at) => at ?? Number.POSITIVE_INFINITY));
}

/** When a target of the fault was first asked to start again. */
export function restartOf(history: History, fault: FaultRecord): EventOf<'ask'> | undefined {
  return eventsOf(history, 'ask').find(
    ({ ask, time, node }) =>
      ask === 'restart' && time > fault.event.time && fault.event.targets.includes(node),
  );
}
