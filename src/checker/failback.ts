/**
 * The way back: failback (switch back asked -> the original primary acknowledges a write, in a newer term) and
 * resync (a node restarted, or its links healed -> in sync again).
 */

import type { Drill } from '../drill/schema.js';
import { type Bound, isUpper } from '../drill/units.js';
import { eventsOf } from '../history/by-type.js';
import { type Event, instantOf, type Nanoseconds } from '../history/event.js';
import type { History } from '../history/history.js';
import { isWrite, type Operation } from '../history/operations.js';
import { primaryAt, termAt } from '../timeline/claims.js';
import { clientOperations } from '../timeline/client-operations.js';
import { type FaultRecord, faultsOf, faultText } from '../timeline/faults.js';
import { durationText, instantText, toMs } from '../timeline/milliseconds.js';
import { lastInstant } from '../timeline/phases.js';
import { switchBackOf } from '../timeline/switch-back.js';
import { durationFinding, type Measured } from './finding.js';
import type { Finding } from './verdict.js';

interface Ask {
  at: Nanoseconds;
  index: number;
}

/** The failback's figure; undefined where none was asked for. */
function failbackFigure(history: History, drill: Drill): Measured | undefined {
  if (drill.failback === 'none') return undefined;
  const { to } = drill.failback;
  const ask = switchBackOf(history, drill);
  if (ask === undefined) return undefined;
  const before = termAt(history, ask.at);
  let first: Operation | undefined;
  for (const operation of clientOperations(history)) {
    if (operation.type !== 'ok' || !isWrite(operation) || operation.node !== to || operation.end < ask.at)
      continue;
    const newer = operation.term === undefined || before === undefined || operation.term > before;
    if (newer && (first === undefined || operation.end < first.end)) first = operation;
  }
  const asked = `asked ${instantText(ask.at)} to switch back to ${to}; it`;
  const span = { from: ask.at, to: first?.end ?? lastInstant(history) };
  const figure = { subject: to, evidence: [ask.index], ground: { span, since: 'it was asked for' } };
  if (first === undefined) {
    const message = `${asked} never acknowledged a write in a term after ${before ?? 'that'}`;
    return { ...figure, ms: null, lacking: 'end', message };
  }
  const inTerm = first.term === undefined ? '' : ` in term ${first.term}`;
  return {
    ...figure,
    ms: toMs(first.end - ask.at),
    message: `${asked} acknowledged its first write${inTerm} ${durationText(first.end - ask.at)} later`,
    evidence: [ask.index, first.complete ?? first.invoke],
  };
}

/** Each node that a fault had put out of step, with the time that it took to be in sync again. */
function resyncFigures(history: History): Measured[] {
  const nodes = new Set(
    (history.run?.nodes ?? []).filter(({ kind }) => kind === 'node').map(({ name }) => name),
  );
  return faultsOf(history).flatMap((fault) => {
    const hit = new Set([fault.target, ...fault.event.targets]);
    const figures = [...hit].map((node) =>
      nodes.has(node) ? resyncFigure(history, fault, node) : undefined,
    );
    return figures.filter((figure) => figure !== undefined);
  });
}

function resyncFigure(history: History, fault: FaultRecord, node: string): Measured | undefined {
  const restarted = restartOf(history, fault, node);
  const begin = restarted ?? rejoinOf(history, fault, node);
  if (begin === undefined) return undefined;
  const what = restarted === undefined ? `the heal of ${faultText(fault)}` : `its restart`;
  const synced = syncedAfter(history, node, begin.at);
  const span = { from: begin.at, to: synced?.at ?? lastInstant(history) };
  const figure = { subject: node, evidence: [begin.index], ground: { span, since: what } };
  const after = `after ${what} ${instantText(begin.at)}`;
  if (synced === undefined)
    return { ...figure, ms: null, lacking: 'end', message: `${node} was never in sync again ${after}` };
  return {
    ...figure,
    ms: toMs(synced.at - begin.at),
    message: `${node} was in sync again ${durationText(synced.at - begin.at)} ${after}`,
    evidence: [begin.index, synced.index],
  };
}

/** The first request to start the node again, or the first sign of its starting, since the fault. */
function restartOf(history: History, fault: FaultRecord, node: string): Ask | undefined {
  const asked = eventsOf(history, 'ask').filter((event) => event.ask === 'restart' && event.node === node);
  const begun = eventsOf(history, 'node').filter(
    (event) => event.event === 'starting' && event.node === node,
  );
  return earliest([...asked, ...begun], fault.effective ?? fault.event.time);
}

/** A heal after which the node has to catch up: it lost the primary's role, or its place in the in-sync set. */
function rejoinOf(history: History, fault: FaultRecord, node: string): Ask | undefined {
  if (fault.over === undefined) return undefined;
  const since = fault.event.time;
  const over = fault.over;
  const dropped = eventsOf(history, 'supervisor').some((event) => {
    const at = instantOf(event);
    return event.event === 'out-of-sync' && event.target === node && at >= since && at <= over;
  });
  const deposed = fault.primary === node && primaryAt(history, over) !== node;
  if (!dropped && !deposed) return undefined;
  return { at: over, index: (fault.healed ?? fault.heal ?? fault.event).index };
}

function syncedAfter(history: History, node: string, after: Nanoseconds): Ask | undefined {
  const told = eventsOf(history, 'node').filter((event) => event.event === 'in-sync' && event.node === node);
  const seen = eventsOf(history, 'supervisor').filter(
    (event) => event.event === 'in-sync' && event.target === node,
  );
  return earliest([...told, ...seen], after);
}

function earliest(events: readonly Event[], since: Nanoseconds): Ask | undefined {
  const all = events.map((event) => ({ at: instantOf(event), index: event.index }));
  const later = all.filter(({ at }) => at >= since);
  return later.sort((one, other) => one.at - other.at)[0];
}

/** The figures for the verdict; the worst where several nodes had to re-synchronise. */
export function failbackTimings(
  history: History,
  drill: Drill,
): { failback_ms: number | null; resync_ms: number | null } {
  const known = resyncFigures(history).flatMap(({ ms }) => (ms === null ? [] : [ms]));
  return {
    failback_ms: failbackFigure(history, drill)?.ms ?? null,
    resync_ms: known.length > 0 ? Math.max(...known) : null,
  };
}

export function judgeFailback(bound: Bound, history: History, drill: Drill): Finding {
  const figure = failbackFigure(history, drill);
  if (figure?.ms === null && isUpper(bound) && writtenFor(history, drill, figure) < bound.value * 1e6) {
    figure.lacking = 'evidence';
    figure.message += '; the clients that could write to it stopped before the limit was over';
  }
  const head = { checker: 'failback', expectation: 'failback', nothing: 'no switch back was asked for' };
  return durationFinding(history, drill, head, bound, figure ? [figure] : []);
}

/** For how long clients that could write to the original primary went on writing after the switch back was asked for. */
function writtenFor(history: History, { clients }: Drill, { subject, ground }: Measured): Nanoseconds {
  const from = ground?.span.from ?? 0;
  const last = clientOperations(history).findLast((operation) => {
    const pinned = clients[operation.client ?? '']?.pinned;
    return isWrite(operation) && (pinned === undefined || pinned === subject);
  });
  return Math.max(0, (last?.start ?? from) - from);
}

export function judgeResync(bound: Bound, history: History, drill: Drill): Finding {
  const head = { checker: 'failback', expectation: 'resync', nothing: 'no node had to re-synchronise' };
  return durationFinding(history, drill, head, bound, resyncFigures(history));
}
