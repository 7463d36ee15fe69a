/**
 * What each client group had of the service, from the beginning of the steps to the end of the load: the share
 * of its operations that were acknowledged, its longest outage, its latencies from the intended start.
 */
import { type GroupLimit, isBound } from '../drill/group-limit.js';
import type { Drill } from '../drill/schema.js';
import type { Bound } from '../drill/units.js';
import { eventsOf } from '../history/by-type.js';
import type { Nanoseconds } from '../history/event.js';
import type { History } from '../history/history.js';
import { isServed, isWrite, type Operation } from '../history/operations.js';
import { byGroup, clientOperations, followingOperations, requestsOf } from '../timeline/client-operations.js';
import { shortestTimeout } from '../timeline/detectors.js';
import { faultsOf } from '../timeline/faults.js';
import { durationText, toMs } from '../timeline/milliseconds.js';
import { Outages, type Stretch } from '../timeline/outages.js';
import { beginOf, endOf, loadWindow, type Span } from '../timeline/phases.js';
import type { Kind } from '../timeline/service-record.js';
import { stoodStill } from '../timeline/stillness.js';
import { switchBackOf } from '../timeline/switch-back.js';
import { ACKNOWLEDGED, ERROR_COUNT, ERROR_SHARE, servedFinding } from './acknowledged-share.js';
import { durationFinding, evidenceOf, joinedFinding, type Measured } from './finding.js';
import type { Finding, GroupFigures } from './verdict.js';

interface Group {
  name: string;
  /** What it wanted within the window. */
  operations: readonly Operation[];
  outage: Outage | undefined;
}

interface Outage {
  stretch: Stretch;
  /** How long the longest one was without the time that the machine stood still. */
  least: () => Nanoseconds;
}

function outageOf(history: History, operations: readonly Operation[], window: Span, kind?: Kind): Outage {
  const outages = new Outages(requestsOf(history, operations));
  const least = () => outages.longest(window, (span) => stoodStill(history, span), kind).length;
  return { stretch: outages.longest(window, undefined, kind), least };
}

/** The drill's groups, and any other that the history knows of. */
function groupsOf(history: History, drill: Drill): Group[] {
  const window = loadWindow(history);
  const byName = byGroup(clientOperations(history));
  const names = new Set([...Object.keys(drill.clients), ...byName.keys()]);
  return [...names].map((name) => {
    const all = byName.get(name) ?? [];
    if (window === undefined || all.length === 0) return { name, operations: [], outage: undefined };
    const operations = all.filter(({ intended }) => intended >= window.from && intended <= window.to);
    return { name, operations, outage: outageOf(history, all, window) };
  });
}

/** The figures of every group that did anything in the window. */
export function groupFigures(history: History, drill: Drill): Record<string, GroupFigures> {
  const figures: Record<string, GroupFigures> = {};
  for (const { name, operations, outage } of groupsOf(history, drill)) {
    if (operations.length === 0 || outage === undefined) continue;
    const counts = { ok: 0, fail: 0, info: 0 };
    for (const { type } of operations) counts[type] += 1;
    figures[name] = {
      ...counts,
      availability: Math.round((operations.filter(isServed).length / operations.length) * 1e6) / 1e6,
      outage_ms: toMs(lengthOf(outage.stretch)),
      latency_ms: latencies(operations),
    };
  }
  return figures;
}

/** Quantiles by nearest rank. */
function latencies(operations: readonly Operation[]): GroupFigures['latency_ms'] {
  const sorted = operations.filter(({ type }) => type === 'ok').map(({ intended, end }) => end - intended);
  if (sorted.length === 0) return null;
  sorted.sort((one, other) => one - other);
  const quantile = (share: number) => toMs(sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!);
  return { p50: quantile(0.5), p99: quantile(0.99), max: toMs(sorted.at(-1)!) };
}

/** The longest outage of the groups that follow the primary that touches a span; null without any load. */
export function followersOutage(history: History, drill: Drill, span: Span): number | null {
  const outage = worstOutage(history, drill, span);
  return outage === undefined ? null : toMs(lengthOf(outage.stretch));
}

function lengthOf({ from, to }: Span): Nanoseconds {
  return to - from;
}

function worstOutage(history: History, drill: Drill, span: Span): (Outage & { name: string }) | undefined {
  const window = loadWindow(history);
  if (window === undefined) return undefined;
  const within = { from: Math.max(span.from, window.from), to: Math.min(span.to, window.to) };
  if (within.to <= within.from) return undefined;
  const byName = byGroup(followingOperations(history, drill));
  let worst: (Outage & { name: string }) | undefined;
  for (const [name, operations] of byName) {
    const outage = outageOf(history, operations, within);
    if (worst === undefined || lengthOf(outage.stretch) > lengthOf(worst.stretch))
      worst = { ...outage, name };
  }
  return worst;
}

/**
 * The span in which clients feel the failback: its phase; where supervisors switched back by themselves before it, from
 * then until something else happens to the service. Undefined where the run had none.
 */
export function failbackSpan(history: History, drill: Drill): Span | undefined {
  const phase = beginOf(history, 'failback');
  const back = switchBackOf(history, drill);
  if (back === undefined || (phase !== undefined && back.at >= phase))
    return phase === undefined ? undefined : { from: phase, to: endOf(history, 'failback') };
  const faults = faultsOf(history).map(({ event }) => event.time);
  const asked = eventsOf(history, 'ask').flatMap(({ ask, time }) => (ask === 'switchover' ? [time] : []));
  const next = [...faults, ...asked].filter((at) => at > back.at);
  return { from: back.at, to: Math.min(...next, endOf(history, 'failback')) };
}

const CHECKER = 'availability';

const HEAD = { checker: CHECKER, expectation: 'outage', nothing: 'no such group asked anything' };

/** A limit for whatever is out for the longest, or for reads and writes by themselves. */
export type OutageLimit = Bound | { reads?: Bound | undefined; writes?: Bound | undefined };

export function judgeOutage(
  limit: Bound | Record<string, OutageLimit>,
  history: History,
  drill: Drill,
): Finding {
  const judged = (bound: Bound, groups: readonly Group[]) =>
    durationFinding(
      history,
      drill,
      HEAD,
      bound,
      groups.map((group) => outageFigure(drill, group)),
    );
  if (isBound(limit)) return perGroup(limit, history, drill, judged);
  const named = Object.entries(limit).flatMap(([name, one]) => {
    const group = groupsOf(history, drill).filter((known) => known.name === name);
    if (isBound(one)) return [{ name, finding: judged(one, group) }];
    return (['reads', 'writes'] as const).flatMap((kinds) => {
      const bound = one[kinds];
      if (bound === undefined) return [];
      const ofKind = group.map((own) => ({ ...own, outage: kindOutage(history, name, KIND[kinds]) }));
      return [{ name: `${name} ${kinds}`, finding: judged(bound, ofKind) }];
    });
  });
  return named.length > 0 ? joinedFinding(named) : perGroup({}, history, drill, judged);
}

const KIND = { reads: 'read', writes: 'write' } as const;

/** Undefined where the group asked for nothing of that kind. */
function kindOutage(history: History, group: string, kind: Kind): Outage | undefined {
  const window = loadWindow(history);
  const operations = byGroup(clientOperations(history)).get(group) ?? [];
  const isAsked = operations.some((operation) => isWrite(operation) === (kind === 'write'));
  return window && isAsked ? outageOf(history, operations, window, kind) : undefined;
}

export function judgeAvailability(limit: GroupLimit, history: History, drill: Drill): Finding {
  return perGroup(limit, history, drill, (bound, judged) =>
    servedFinding(history, drill, { bound, measure: ACKNOWLEDGED }, judged),
  );
}

/** Limits on a count and on a share say by their unit which they are. */
export function judgeErrors(limit: GroupLimit, history: History, drill: Drill): Finding {
  return perGroup(limit, history, drill, (bound, judged) => {
    const measure = bound.unit === 'count' ? ERROR_COUNT : ERROR_SHARE;
    return servedFinding(history, drill, { bound, measure }, judged);
  });
}

export function judgeFailbackOutage(bound: Bound, history: History, drill: Drill): Finding {
  const nothing = 'there was no failback, or no clients in it';
  const head = { checker: CHECKER, expectation: 'failback_outage', nothing };
  const span = failbackSpan(history, drill);
  const worst = span && worstOutage(history, drill, span);
  const figures = worst ? [outageFigure(drill, { name: worst.name, operations: [], outage: worst })] : [];
  return durationFinding(history, drill, head, bound, figures);
}

/** One limit for all the drill's groups, or a limit for each named one: a single finding in both cases. */
function perGroup(
  limit: GroupLimit,
  history: History,
  drill: Drill,
  judge: (bound: Bound, judged: readonly Group[]) => Finding,
): Finding {
  const groups = groupsOf(history, drill);
  const own = groups.filter(({ name }) => Object.hasOwn(drill.clients, name));
  if (isBound(limit)) return judge(limit, own);
  const named = Object.entries(limit).map(([name, bound]) => {
    const meant = groups.filter((group) => group.name === name);
    return { name, finding: judge(bound, meant) };
  });
  if (named.length === 0)
    return { ...judge({ operator: '<=', value: 0, unit: 'ms' }, []), expected: 'no group named' };
  return joinedFinding(named);
}

/** What stands still so long before an outage has nothing to do with it, where no detector has a time-out. */
const BEFORE: Nanoseconds = 1e9;

function outageFigure(drill: Drill, { name, outage }: Group): Measured {
  if (outage === undefined)
    return {
      subject: name,
      ms: null,
      lacking: 'evidence',
      message: `group ${name} asked nothing`,
      evidence: [],
    };
  const { from, to, of, before, after } = outage.stretch;
  const reach = 2 * (shortestTimeout(drill) ?? BEFORE);
  const what =
    of === undefined ? 'an acknowledged operation' : `an acknowledged ${of} though one was asked for`;
  return {
    subject: name,
    ms: toMs(to - from),
    ...(of === undefined ? {} : { note: `${of}s` }),
    message: `group ${name}: the longest stretch without ${what} was ${durationText(to - from)}, from ${durationText(from)} to ${durationText(to)}`,
    evidence: evidenceOf([before?.complete, after?.complete]),
    ground: { span: { from: from - reach, to }, least: () => toMs(outage.least()) },
  };
}
