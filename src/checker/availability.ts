/**
 * What each client group had of the service, from the beginning of the steps to the end of the load: the share
 * of its operations that were acknowledged, its longest outage, its latencies from the intended start.
 */
import type { Drill } from '../drill/schema.js';
import { type Bound, formatBound, holds } from '../drill/units.js';
import { eventsOf } from '../history/by-type.js';
import type { History } from '../history/history.js';
import type { Operation } from '../history/operations.js';
import type { Checker } from './checker.js';
import { byGroup, clientOperations, followingOperations } from './client-operations.js';
import { faultsOf } from './faults.js';
import { durationFinding, evidenceOf, isWhole, type Measured } from './finding.js';
import { durationText, instantText, toMs } from './milliseconds.js';
import { acknowledgements, longestStretch, type Stretch } from './outages.js';
import { beginOf, endOf, loadWindow, type Span } from './phases.js';
import { switchBackOf } from './switch-back.js';
import { type Finding, type GroupFigures, type Judgement, judgementOf } from './verdict.js';

interface Group {
  name: string;
  /** What it wanted within the window. */
  operations: readonly Operation[];
  outage: Stretch | undefined;
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
    return { name, operations, outage: longestStretch(acknowledgements(all), window) };
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
      availability: Math.round((counts.ok / operations.length) * 1e6) / 1e6,
      outage_ms: toMs(outage.to - outage.from),
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
  return outage === undefined ? null : toMs(outage.stretch.to - outage.stretch.from);
}

function worstOutage(
  history: History,
  drill: Drill,
  span: Span,
): { name: string; stretch: Stretch } | undefined {
  const window = loadWindow(history);
  if (window === undefined) return undefined;
  const within = { from: Math.max(span.from, window.from), to: Math.min(span.to, window.to) };
  if (within.to <= within.from) return undefined;
  const byName = byGroup(followingOperations(history, drill));
  let worst: { name: string; stretch: Stretch } | undefined;
  for (const [name, operations] of byName) {
    const stretch = longestStretch(acknowledgements(operations), within);
    if (worst === undefined || stretch.to - stretch.from > worst.stretch.to - worst.stretch.from) {
      worst = { name, stretch };
    }
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

export const availabilityChecker: Checker = {
  name: 'availability',
  check(history, drill) {
    const findings: Finding[] = [];
    const { outage, availability, failback_outage } = drill.expect;
    const groups = groupsOf(history, drill);
    if (outage !== undefined) {
      const head = { checker: this.name, expectation: 'outage', nothing: 'no such group asked anything' };
      const judge = (bound: Bound, judged: readonly Group[]) =>
        durationFinding(history, head, bound, judged.map(outageFigure));
      findings.push(perGroup(outage, groups, drill, judge));
    }
    if (availability !== undefined) {
      const judge = (bound: Bound, judged: readonly Group[]) => availabilityFinding(history, bound, judged);
      findings.push(perGroup(availability, groups, drill, judge));
    }
    if (failback_outage !== undefined) {
      const head = {
        checker: this.name,
        expectation: 'failback_outage',
        nothing: 'there was no failback, or no clients in it',
      };
      const span = failbackSpan(history, drill);
      const worst = span && worstOutage(history, drill, span);
      const figures = worst
        ? [outageFigure({ name: worst.name, operations: [], outage: worst.stretch })]
        : [];
      findings.push(durationFinding(history, head, failback_outage, figures));
    }
    return findings;
  },
};

/** One limit for all the drill's groups, or a limit for each named one: a single finding in both cases. */
function perGroup(
  limit: Bound | Record<string, Bound>,
  groups: readonly Group[],
  drill: Drill,
  judge: (bound: Bound, judged: readonly Group[]) => Finding,
): Finding {
  if (isBound(limit)) {
    return judge(
      limit,
      groups.filter(({ name }) => Object.hasOwn(drill.clients, name)),
    );
  }
  const named = Object.entries(limit).map(([name, bound]) => ({
    name,
    finding: judge(
      bound,
      groups.filter((group) => group.name === name),
    ),
  }));
  if (named.length === 0)
    return { ...judge({ operator: '<=', value: 0, unit: 'ms' }, []), expected: 'no group named' };
  const verdict = judgementOf(named.map(({ finding }) => finding));
  const telling = named.filter(({ finding }) => finding.verdict === verdict).map(({ finding }) => finding);
  const text = (of: 'expected' | 'actual') =>
    named.map(({ name, finding }) => `${name} ${finding[of]}`).join(', ');
  return {
    ...named[0]!.finding,
    expected: text('expected'),
    actual: text('actual'),
    verdict,
    evidence: evidenceOf(telling.flatMap(({ evidence }) => evidence)),
    message: telling.map(({ message }) => message).join('\n'),
  };
}

function isBound(limit: Bound | Record<string, Bound>): limit is Bound {
  return typeof limit.operator === 'string';
}

function outageFigure({ name, outage }: Group): Measured {
  if (outage === undefined) {
    return {
      subject: name,
      ms: null,
      lacking: 'evidence',
      message: `group ${name} asked nothing`,
      evidence: [],
    };
  }
  const { from, to, before, after } = outage;
  return {
    subject: name,
    ms: toMs(to - from),
    message: `group ${name}: the longest stretch without an acknowledged operation was ${durationText(to - from)}, from ${durationText(from)} to ${durationText(to)}`,
    evidence: evidenceOf([before?.complete, after?.complete]),
  };
}

function availabilityFinding(history: History, bound: Bound, groups: readonly Group[]): Finding {
  const verdicts: Judgement[] = [];
  const actual: string[] = [];
  const messages: string[] = [];
  const evidence: (number | undefined)[] = [];
  for (const { name, operations } of groups) {
    const missed = operations.filter(({ type }) => type !== 'ok');
    // One division: 1 - 80/100 would miss a limit of 20% by a rounding.
    const share = (operations.length - missed.length) / operations.length;
    const asked = operations.length > 0;
    verdicts.push(!asked || !isWhole(history) ? 'inconclusive' : holds(bound, share) ? 'pass' : 'fail');
    actual.push(
      `${groups.length > 1 ? `${name} ` : ''}${asked ? `${(share * 100).toFixed(2)}%` : 'not measured'}`,
    );
    const first = missed[0] ? `, the first of the others ${instantText(missed[0].start)}` : '';
    messages.push(
      asked
        ? `group ${name}: ${operations.length - missed.length} of ${operations.length} operations were acknowledged${first}`
        : `group ${name} asked nothing`,
    );
    evidence.push(...missed.slice(0, 10).map((operation) => operation.complete ?? operation.invoke));
  }
  const verdict = (['fail', 'inconclusive', 'pass'] as const).find((one) => verdicts.includes(one));
  return {
    checker: 'availability',
    expectation: 'availability',
    expected: formatBound(bound),
    actual: actual.join(', ') || 'not measured',
    verdict: verdict ?? 'inconclusive',
    evidence: evidenceOf(evidence),
    message: messages.join('\n') || 'no such group asked anything',
  };
}
