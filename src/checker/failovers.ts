/**
 * Failovers: how many new terms got a primary between the first fault and the failback. The way back is none, however
 * often supervisors take it by themselves meanwhile.
 */
import type { Drill } from '../drill/schema.js';
import { eventsOf } from '../history/by-type.js';
import { instantOf, type Nanoseconds } from '../history/event.js';
import type { History } from '../history/history.js';
import type { Checker } from './checker.js';
import { claimsOf } from './claims.js';
import { faultsOf } from './faults.js';
import { countFinding } from './finding.js';
import { instantText } from './milliseconds.js';
import { beginOf, lastInstant, type Span } from './phases.js';
import { switchesTo } from './switch-back.js';

export interface Promotion {
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
  return { from: first ?? beginOf(history, 'steps') ?? 0, to: Math.min(...known, lastInstant(history)) };
}

/**
 * The instants at which supervisors began to switch back by themselves, and those at which they declared a failure:
 * what comes of a switch back after that is a failover.
 */
interface Beginning {
  at: Nanoseconds;
  isSwitchBack: boolean;
}

function beginnings(history: History, to: string): Beginning[] {
  const back = switchesTo(history, to).map((event) => ({ at: instantOf(event), isSwitchBack: true }));
  const declared = eventsOf(history, 'supervisor').filter(({ event }) => event === 'declared');
  const failed = declared.map((event) => ({ at: instantOf(event), isSwitchBack: false }));
  return [...back, ...failed].sort((one, other) => one.at - other.at);
}

/** Whether a promotion is the way back that supervisors began after the promotion before it. */
function switchesBack(
  history: History,
  { failback }: Drill,
): (sign: Promotion, since: Nanoseconds) => boolean {
  if (failback === 'none' || failback.trigger !== 'automatic') return () => false;
  const { to } = failback;
  const all = beginnings(history, to);
  return ({ node, at }, since) =>
    node === to && all.findLast((begun) => begun.at > since && begun.at <= at)?.isSwitchBack === true;
}

/** The first sign of each new term's primary (of each change of primary, where there are no terms). */
export function failoversOf(history: History, drill: Drill): Promotion[] {
  const { from, to } = windowOf(history);
  const isSwitchBack = switchesBack(history, drill);
  const signs: Promotion[] = claimsOf(history).map((claim) => ({
    node: claim.node,
    term: claim.term,
    at: claim.from,
    index: claim.observations[0]!.index,
  }));
  for (const event of eventsOf(history, 'supervisor')) {
    if (event.event !== 'promoted') continue;
    signs.push({ node: event.target, term: event.term, at: instantOf(event), index: event.index });
  }
  signs.sort((one, other) => one.at - other.at || one.index - other.index);
  const terms = new Set<number>();
  const promotions: Promotion[] = [];
  let last: string | undefined;
  let since: Nanoseconds = 0;
  for (const sign of signs) {
    const isNew = sign.term === undefined ? sign.node !== last : !terms.has(sign.term);
    if (sign.term !== undefined) terms.add(sign.term);
    last = sign.node;
    if (!isNew) continue;
    if (sign.at >= from && sign.at < to && !isSwitchBack(sign, since)) promotions.push(sign);
    since = sign.at;
  }
  return promotions;
}

export const failoversChecker: Checker = {
  name: 'failovers',
  check(history, drill) {
    const bound = drill.expect.failovers;
    if (bound === undefined) return [];
    const promotions = failoversOf(history, drill);
    const lines = promotions.map(({ node, term, at }) => {
      return `${node} became primary${term === undefined ? '' : ` in term ${term}`} ${instantText(at)}`;
    });
    const promoted = eventsOf(history, 'supervisor').some(({ event }) => event === 'promoted');
    const complete = promoted || claimsOf(history).length > 0;
    const none = complete
      ? 'no node became primary between the first fault and the failback'
      : 'nobody was ever seen to be primary';
    const counted = {
      count: promotions.length,
      message: lines.join('\n') || none,
      complete,
      evidence: promotions.map(({ index }) => index),
    };
    return [countFinding(history, { checker: this.name, expectation: 'failovers' }, bound, counted)];
  },
};
