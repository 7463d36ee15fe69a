/** Failovers: how many new terms got a primary between the first fault and the failback. */
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

export interface Promotion {
  node: string;
  term: number | undefined;
  at: Nanoseconds;
  index: number;
}

function windowOf(history: History, drill: Drill): Span {
  const first = faultsOf(history)[0]?.event.time;
  const ends = [beginOf(history, 'failback'), beginOf(history, 'final reads'), beginOf(history, 'down')];
  for (const event of eventsOf(history, 'ask')) if (event.ask === 'failback') ends.push(event.time);
  if (drill.failback !== 'none' && drill.failback.trigger === 'automatic') {
    const { to } = drill.failback;
    const back = eventsOf(history, 'supervisor').findLast(
      ({ event, target }) => event === 'switchover' && target === to,
    );
    if (back !== undefined) ends.push(instantOf(back));
  }
  const known = ends.filter((end) => end !== undefined);
  return { from: first ?? beginOf(history, 'steps') ?? 0, to: Math.min(...known, lastInstant(history)) };
}

/** The first sign of each new term's primary (of each change of primary, where there are no terms). */
export function failoversOf(history: History, drill: Drill): Promotion[] {
  const { from, to } = windowOf(history, drill);
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
  for (const sign of signs) {
    const isNew = sign.term === undefined ? sign.node !== last : !terms.has(sign.term);
    if (sign.term !== undefined) terms.add(sign.term);
    last = sign.node;
    if (isNew && sign.at >= from && sign.at < to) promotions.push(sign);
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
