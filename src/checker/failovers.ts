/**
 * Promotions: how many new terms got a primary between the beginning of the steps and the failback. Failovers: how many of
 * them came after the first fault and were not planned. A planned change is none, whether
 * a step asked for it or supervisors switch back by themselves, unless the primary that it replaces was declared failed
 * meanwhile.
 */

import type { Drill } from '../drill/schema.js';
import type { Bound } from '../drill/units.js';
import { eventsOf } from '../history/by-type.js';
import { instantOf, type Nanoseconds } from '../history/event.js';
import type { History } from '../history/history.js';
import { claimsOf } from '../timeline/claims.js';
import { faultsOf } from '../timeline/faults.js';
import { instantText } from '../timeline/milliseconds.js';
import { beginOf, lastInstant, type Span } from '../timeline/phases.js';
import { switchesTo } from '../timeline/switch-back.js';
import { excuseFor } from './doubts.js';
import { countFinding, exceeds } from './finding.js';
import type { Finding } from './verdict.js';

interface Promotion {
  node: string;
  term: number | undefined;
  at: Nanoseconds;
  index: number;
}

function windowOf(history: History): Span {
  const first = faultsOf(history)[0]?.event.time;
  const ends = [beginOf(history, 'failback'), beginOf(history, 'final reads'), beginOf(history, 'down')];
  for (const event of eventsOf(history, 'ask')) if (event.ask === 'failback') ends.push(event.time);
  const known = ends.filter((end) => end !== undefined);
  const end = lastInstant(history);
  // A run that ended before its steps had its first primary, and nothing else.
  const none = eventsOf(history, 'phase').length === 0 ? 0 : end;
  return { from: first ?? beginOf(history, 'steps') ?? none, to: Math.min(...known, end) };
}

/**
 * Whether a promotion is what a planned change came to: one to that node was asked for or begun since the promotion before,
 * and the node that it replaces was neither hit by a fault nor declared failed after that.
 */
function isPlanned(
  history: History,
  { node, at }: Promotion,
  before: string | undefined,
  since: Nanoseconds,
): boolean {
  const planned = [
    ...switchesTo(history, node).map(instantOf),
    ...eventsOf(history, 'ask').flatMap((event) =>
      event.ask !== 'restart' && event.node === node ? [event.time] : [],
    ),
  ];
  const declared = eventsOf(history, 'supervisor').filter(
    ({ event, target }) => event === 'declared' && (before === undefined || target === before),
  );
  const hit = faultsOf(history).filter(({ hitsPrimary, target }) => hitsPrimary && target === before);
  const failed = [...declared.map(instantOf), ...hit.map(({ event }) => event.time)];
  const last = (instants: readonly Nanoseconds[]) =>
    Math.max(Number.NEGATIVE_INFINITY, ...instants.filter((instant) => instant > since && instant <= at));
  return last(planned) > last(failed);
}

export function failoversOf(history: History): Promotion[] {
  return newPrimaries(history, windowOf(history), (...sign) => !isPlanned(history, ...sign));
}

function promotionWindow(history: History): Span {
  const { from, to } = windowOf(history);
  return { from: Math.min(from, beginOf(history, 'steps') ?? from), to };
}

/** The first sign of each new term's primary (of each change of primary, where there are no terms). */
function newPrimaries(
  history: History,
  { from, to }: Span,
  counts: (sign: Promotion, before: string | undefined, since: Nanoseconds) => boolean,
): Promotion[] {
  // Who goes on as primary after it was stopped has not become one.
  const begun = claimsOf(history).filter(({ isResumed }) => !isResumed);
  const claimed = begun.map(
    ({ node, term, from: at, observations: [first] }): Promotion => ({ node, term, at, index: first!.index }),
  );
  const promoted = eventsOf(history, 'supervisor').flatMap((event): Promotion[] => {
    const { target: node, term, index } = event;
    return event.event === 'promoted' ? [{ node, term, at: instantOf(event), index }] : [];
  });
  const signs = [...claimed, ...promoted].sort((one, other) => one.at - other.at || one.index - other.index);
  const terms = new Set<number>();
  const promotions: Promotion[] = [];
  let last: string | undefined;
  let since: Nanoseconds = 0;
  for (const sign of signs) {
    const isNew = sign.term === undefined ? sign.node !== last : !terms.has(sign.term);
    if (sign.term !== undefined) terms.add(sign.term);
    const before = last;
    last = sign.node;
    if (!isNew) continue;
    if (sign.at >= from && sign.at < to && counts(sign, before, since)) promotions.push(sign);
    since = sign.at;
  }
  return promotions;
}

export function judgeFailovers(bound: Bound, history: History, drill: Drill): Finding {
  const since = 'the first fault';
  const counted = { expectation: 'failovers', since, window: windowOf(history), found: failoversOf(history) };
  return countedPrimaries(bound, history, drill, counted);
}

export function judgePromotions(bound: Bound, history: History, drill: Drill): Finding {
  const window = promotionWindow(history);
  const found = newPrimaries(history, window, () => true);
  const counted = { expectation: 'promotions', since: 'the beginning of the steps', window, found };
  return countedPrimaries(bound, history, drill, counted);
}

function countedPrimaries(
  bound: Bound,
  history: History,
  drill: Drill,
  {
    expectation,
    since,
    window: { from, to },
    found: promotions,
  }: { expectation: string; since: string; window: Span; found: readonly Promotion[] },
): Finding {
  const lines = promotions.map(({ node, term, at }) => {
    return `${node} became primary${term === undefined ? '' : ` in term ${term}`} ${instantText(at)}`;
  });
  const promoted = eventsOf(history, 'supervisor').some(({ event }) => event === 'promoted');
  const complete = promoted || claimsOf(history).length > 0;
  const none = complete
    ? `no node became primary between ${since} and the failback`
    : 'no node was ever seen to be primary';
  const counted = {
    count: promotions.length,
    message: lines.join('\n') || none,
    complete,
    evidence: promotions.map(({ index }) => index),
  };
  const finding = countFinding(history, { checker: 'failovers', expectation }, bound, counted);
  if (finding.verdict !== 'fail') return finding;
  const last = exceeds(bound, counted.count) ? promotions.at(-1)!.at : to;
  const doubt = excuseFor(history, drill, { from, to: last });
  if (doubt === undefined) return finding;
  return { ...finding, verdict: 'inconclusive', message: `${finding.message}; ${doubt}` };
}
