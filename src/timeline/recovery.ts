/**
 * Recovery, z: from a fault's being effective to the end of the last stretch in which the service was unavailable
 * (service-record.ts) before something else happens to it: the fault is undone, the next fault, a planned change of
 * primary, the failback, the end of the steps or of the load. `never` where it is unavailable then; no outage where it
 * never was. Only groups that follow the primary count, each by itself; the worst is the figure.
 *
 *     effective ──x──x──ok··x··x──────────ok·ok·ok·ok·ok·ok·ok──── boundary
 *         |<------------- z ------------->|
 *
 * Some boundaries end nothing, and the look goes on:
 *   - a fault that hits a service that is down already: both are one episode, and its figures are those of both;
 *   - the undoing of a fault that nobody can take over from (no standby, or nothing but dependencies hit), or that was
 *     over before any detector could act, or whose failover was under way: the service is back when it is back;
 *   - the end of the steps right after the fault.
 */

import type { Drill } from '../drill/schema.js';
import type { Nanoseconds } from '../history/event.js';
import { endsWithRestart } from '../history/fault-events.js';
import type { History } from '../history/history.js';
import { isWhole, type Operation } from '../history/operations.js';
import { byGroup, followingOperations, type Request, requestsOf } from './client-operations.js';
import { restartOf } from './detection.js';
import { shortestTimeout } from './detectors.js';
import { type FaultRecord, faultsOf, plannedChanges, TOGETHER } from './faults.js';
import { beginOf, loadWindow, type Span } from './phases.js';
import { type Kind, type Seen, ServiceRecord } from './service-record.js';
import { stoodStill } from './stillness.js';
import { takeoverOf } from './takeover.js';

export interface Boundary {
  at: Nanoseconds;
  what: 'undone' | 'fault' | 'change' | 'steps' | 'load';
}

/** What became of the service after a fault, and at which boundary the look at it ended. */
export type Recovery = { boundary: Boundary } & (
  | { kind: 'none' }
  | { kind: 'recovered'; took: Nanoseconds; group: string; operation: Operation; of: Kind }
  | { kind: 'never'; group: string; of: Kind; last: Operation | undefined }
  /** The look ended too soon, or nobody asked for anything. */
  | { kind: 'unknown' }
);

interface Group {
  name: string;
  record: ServiceRecord<Request>;
  usual(kind: Kind): Nanoseconds;
}

const strict = new WeakMap<History, Recoveries>();

/** The recoveries of a history, however many ask for them. */
export function recoveriesOf(history: History, drill: Drill): Recoveries {
  let recoveries = strict.get(history);
  if (recoveries === undefined) {
    recoveries = new Recoveries(history, drill);
    strict.set(history, recoveries);
  }
  return recoveries;
}

/** Decides the recoveries of one history. */
export class Recoveries {
  readonly #history: History;
  readonly #drill: Drill;
  readonly #groups: Group[];
  readonly #known = new Map<FaultRecord, Recovery | undefined>();

  /** `isLenient`: what passed while the machine stood still is left out. */
  constructor(history: History, drill: Drill, { isLenient = false } = {}) {
    this.#history = history;
    this.#drill = drill;
    const { success, hold } = drill.recovery;
    const calm = calmOf(history);
    // At the cut end of a history, operations in flight have no completion that could be judged.
    const operations = followingOperations(history, drill).filter(
      (operation) => operation.complete !== undefined || isWhole(history),
    );
    this.#groups = [...byGroup(operations)].map(([name, own]) => {
      const off = (stretch: Span) => stoodStill(history, stretch);
      const rule = { success, hold: hold * 1e6, ...(isLenient ? { off } : {}) };
      const record = new ServiceRecord(requestsOf(history, own), rule);
      const usual = { read: record.usual('read', calm, off), write: record.usual('write', calm, off) };
      return { name, record, usual: (kind) => usual[kind] };
    });
  }

  /** The recovery from a fault; undefined where it was not seen to take effect. */
  after(fault: FaultRecord): Recovery | undefined {
    if (!this.#known.has(fault)) this.#known.set(fault, this.#after(fault));
    return this.#known.get(fault);
  }

  #after(fault: FaultRecord): Recovery | undefined {
    const { effective } = fault;
    if (effective === undefined) return undefined;
    const boundaries = boundariesAfter(this.#history, fault, effective);
    const settles = effective + this.#drill.recovery.hold * 1e6;
    for (const [place, boundary] of boundaries.entries()) {
      const seen = this.#look(effective, boundary.at);
      const isSettled = boundary.at >= settles;
      if (seen?.state === 'up' && isSettled) return this.#found(seen, effective, boundary);
      if (place < boundaries.length - 1 && this.#passes(fault, effective, boundary, seen, isSettled))
        continue;
      if (seen === undefined) return { kind: 'unknown', boundary };
      if (seen.state === 'down') {
        const { group, kind: of = 'write', last } = seen;
        return { kind: 'never', boundary, group, of, last: last?.operation };
      }
      return isSettled || seen.back ? this.#found(seen, effective, boundary) : { kind: 'unknown', boundary };
    }
    return { kind: 'unknown', boundary: { at: effective, what: 'load' } };
  }

  #found(seen: GroupSeen, effective: Nanoseconds, boundary: Boundary): Recovery {
    if (seen.back === undefined) return { kind: 'none', boundary };
    const { end, kind, operation } = seen.back;
    return { kind: 'recovered', took: end - effective, group: seen.group, operation, of: kind, boundary };
  }

  /** The worst of the groups; undefined where nobody asked for anything. */
  #look(from: Nanoseconds, to: Nanoseconds): GroupSeen | undefined {
    let worst: GroupSeen | undefined;
    for (const { name, record, usual } of this.#groups) {
      const seen = { ...record.between(from, to, usual), group: name };
      if (seen.asked === 0 && seen.state === 'up') continue;
      if (worst === undefined || isWorse(seen, worst)) worst = seen;
    }
    return worst;
  }

  /** Whether a boundary at which the service is not known to be there ends nothing. */
  #passes(
    fault: FaultRecord,
    effective: Nanoseconds,
    { at, what }: Boundary,
    seen: GroupSeen | undefined,
    isSettled: boolean,
  ): boolean {
    const lasted = at - effective;
    switch (what) {
      case 'fault':
        return true;
      case 'undone':
        return (
          !isCovered(this.#drill, fault) ||
          lasted < (shortestTimeout(this.#drill) ?? 0) ||
          this.#takenOver(fault) > at ||
          (!isSettled && seen?.state !== 'down')
        );
      case 'steps':
        return !isSettled || this.#takenOver(fault) > at;
      case 'change':
        return !isCovered(this.#drill, fault);
      case 'load':
        return false;
    }
  }

  /** When a new primary had acknowledged its first write, where the fault led to one. */
  #takenOver(fault: FaultRecord): Nanoseconds {
    return takeoverOf(this.#history, this.#drill, fault)?.write.end ?? Number.NEGATIVE_INFINITY;
  }
}

type GroupSeen = Seen<Request> & { group: string };

const RANK = { up: 0, unclear: 1, down: 2 } as const;

function isWorse(one: GroupSeen, other: GroupSeen): boolean {
  if (one.state !== other.state) return RANK[one.state] > RANK[other.state];
  return (one.back?.end ?? 0) > (other.back?.end ?? 0);
}

/** The undisturbed time before the first fault; without a phase of steps, all of it. */
function calmOf(history: History): Span {
  // The steps begin once the workload was steady for this long.
  const steps = beginOf(history, 'steps');
  const from = steps === undefined ? 0 : Math.max(0, steps - 500e6);
  return { from, to: faultsOf(history)[0]?.event.time ?? Number.POSITIVE_INFINITY };
}

/** Whether there is somebody who could take over from what the fault hits. */
function isCovered({ topology }: Drill, { event }: FaultRecord): boolean {
  const roles = Object.values(topology.nodes).map(({ role }) => role);
  if (!roles.includes('standby')) return false;
  return !(
    event.targets.length > 0 && event.targets.every((name) => topology.nodes[name]?.role === 'dependency')
  );
}

/** What happens to the service after a fault that is not its doing any more, in the order of time. */
function boundariesAfter(history: History, fault: FaultRecord, effective: Nanoseconds): Boundary[] {
  const boundaries: Boundary[] = [];
  const add = (what: Boundary['what'], at: Nanoseconds | undefined) => {
    if (at !== undefined && at > effective) boundaries.push({ at, what });
  };
  add('undone', fault.undone);
  if (endsWithRestart(fault.event)) add('undone', restartOf(history, fault)?.time);
  for (const { event } of faultsOf(history)) if (event.time > effective + TOGETHER) add('fault', event.time);
  for (const at of plannedChanges(history)) add('change', at);
  add('change', beginOf(history, 'failback'));
  add('steps', beginOf(history, 'heal'));
  const end = loadWindow(history)?.to;
  const within = boundaries.filter(({ at }) => end === undefined || at < end);
  within.sort((one, other) => one.at - other.at);
  return [...within, { what: 'load', at: Math.max(end ?? effective, effective) }];
}

/** Whether the service was asked for anything by clients that follow the primary, after an instant. */
export function askedAfter(history: History, drill: Drill, at: Nanoseconds): boolean {
  return followingOperations(history, drill).some(({ intended }) => intended >= at);
}
