/**
 * Overlaps: intervals in which two nodes were primary at once, on three levels.
 *
 *     claims        both held themselves to be primary (claims.ts)
 *     accepts       and both accepted writes in that interval: their counters grew, or a client had an answer
 *     acknowledges  both acknowledged writes to clients: within an interval of claims, or the one of the lower
 *                   term answered an operation that began after the one of the higher term had acknowledged one
 *
 * A clean handover is no overlap: intervals that only touch, or lap by less than the clock can tell, are none.
 * Two primaries in one term are always an overlap, even one after the other: a term has one primary.
 */

import { eventsOf } from '../history/by-type.js';
import { derived } from '../history/derived.js';
import { instantOf, type Nanoseconds } from '../history/event.js';
import type { History } from '../history/history.js';
import { isWrite } from '../history/operations.js';
import { type Claim, claimsOf } from './claims.js';
import { type Reign, reignsOf, writesWithin } from './reigns.js';

/** What the clock cannot tell apart. */
const RESOLUTION: Nanoseconds = 1e3;

export const LEVELS = ['claims', 'accepts', 'acknowledges'] as const;
export type Level = (typeof LEVELS)[number];

export interface Holder {
  node: string;
  term: number | undefined;
}

export interface Overlap {
  /** By name. */
  holders: [Holder, Holder];
  from: Nanoseconds;
  to: Nanoseconds;
  levels: Set<Level>;
  evidence: (number | undefined)[];
}

/** The overlaps of a history, those of the same two nodes merged over the levels, in the order of time. */
export const overlapsOf = derived((history: History): readonly Overlap[] =>
  merge([...claimOverlaps(history), ...reignOverlaps(history)]),
);

function claimOverlaps(history: History): Overlap[] {
  const claims = claimsOf(history);
  const overlaps: Overlap[] = [];
  claims.forEach((earlier, at) => {
    for (const later of claims.slice(at + 1)) {
      if (later.node === earlier.node) continue;
      const from = later.from;
      const to = Math.min(earlier.to, later.to);
      const sameTerm = later.term !== undefined && later.term === earlier.term;
      if (to - from < RESOLUTION && !sameTerm) continue;
      overlaps.push(levelled(history, earlier, later, from, Math.max(from, to)));
    }
  });
  return overlaps;
}

function levelled(history: History, one: Claim, other: Claim, from: Nanoseconds, to: Nanoseconds): Overlap {
  const writes = [one, other].map((claim) => writesWithin(history, claim.node, claim.term, from, to));
  const grown = [one, other].map((claim) => growth(claim, from, to));
  const levels = new Set<Level>(['claims']);
  if (writes.every(({ length }, side) => length > 0 || grown[side]!.length > 0)) levels.add('accepts');
  if (writes.every(({ length }) => length > 0)) levels.add('acknowledges');
  return {
    holders: holders(one, other),
    from,
    to,
    levels,
    evidence: [
      ...[one, other].flatMap((claim) => words(claim, from, to)),
      ...grown.flatMap((indexes) => indexes.slice(0, 2)),
      ...writes.flatMap((own) => own.slice(0, 10).map(({ complete }) => complete)),
    ],
  };
}

/** The first word of a claim, and the first and the last within a span. */
function words(claim: Claim, from: Nanoseconds, to: Nanoseconds): (number | undefined)[] {
  const within = claim.observations.filter(({ at }) => at >= from && at <= to);
  return [claim.observations[0]?.index, within[0]?.index, within.at(-1)?.index];
}

/** The words between which the counter of accepted writes surely grew within a span; empty where it did not. */
function growth(claim: Claim, from: Nanoseconds, to: Nanoseconds): number[] {
  // A claim that began within the span began with a counter of whatever it then said, or of none at all.
  const counted = claim.observations.filter(
    ({ accepted, at, by }) => accepted !== undefined && at >= from && by <= to,
  );
  const first = counted[0];
  const last = counted.at(-1);
  if (first === undefined || last === undefined || last.accepted! <= first.accepted!) return [];
  return [first.index, last.index];
}

function reignOverlaps(history: History): Overlap[] {
  const reigns = reignsOf(history);
  const overlaps: Overlap[] = [];
  for (const lower of reigns) {
    for (const higher of reigns) {
      if (lower.term === undefined || higher.term === undefined || lower.node === higher.node) continue;
      if (lower.term < higher.term) overlaps.push(...outlived(lower, higher));
      else if (lower.term === higher.term && lower.node < higher.node)
        overlaps.push(...shared(lower, higher));
    }
  }
  return overlaps;
}

/** A lower term that still answered after a higher one had acknowledged a write. */
function outlived(lower: Reign, higher: Reign): Overlap[] {
  const late = lower.operations.filter(({ start }) => start > higher.firstWrite);
  if (late.length === 0) return [];
  const to = late.reduce((last, { start }) => Math.max(last, start), higher.firstWrite);
  const answers = higher.operations.filter((operation) => isWrite(operation) && operation.end <= to);
  return [
    {
      holders: holders(lower, higher),
      from: higher.firstWrite,
      to,
      levels: new Set<Level>(['acknowledges']),
      evidence: [
        higher.first?.complete,
        ...[late, answers].flatMap((own) => own.slice(0, 10).map((one) => one.complete)),
      ],
    },
  ];
}

/** Two nodes that acknowledged writes in one and the same term. */
function shared(one: Reign, other: Reign): Overlap[] {
  if (one.first === undefined || other.first === undefined) return [];
  const from = Math.max(one.firstWrite, other.firstWrite);
  const to = Math.min(one.operations.at(-1)!.end, other.operations.at(-1)!.end);
  return [
    {
      holders: holders(one, other),
      from,
      to: Math.max(from, to),
      levels: new Set<Level>(['acknowledges']),
      evidence: [one, other].flatMap(({ operations }) =>
        operations
          .filter(isWrite)
          .slice(0, 10)
          .map(({ complete }) => complete),
      ),
    },
  ];
}

function holders(one: Holder, other: Holder): [Holder, Holder] {
  const pair = [one, other].map(({ node, term }) => ({ node, term })) as [Holder, Holder];
  return pair[0].node <= pair[1].node ? pair : [pair[1], pair[0]];
}

/** Intervals of the same two nodes that lap or touch are one. */
function merge(overlaps: readonly Overlap[]): Overlap[] {
  const merged: Overlap[] = [];
  for (const overlap of [...overlaps].sort((one, other) => one.from - other.from || one.to - other.to)) {
    const [one, other] = overlap.holders;
    const known = merged.findLast(
      ({ holders: [first, second], to }) =>
        first.node === one.node && second.node === other.node && overlap.from <= to,
    );
    if (known === undefined) {
      merged.push({ ...overlap, levels: new Set(overlap.levels), evidence: [...overlap.evidence] });
      continue;
    }
    known.to = Math.max(known.to, overlap.to);
    for (const level of overlap.levels) known.levels.add(level);
    known.evidence.push(...overlap.evidence);
  }
  return merged;
}

/** A primary in a term that began after one in a higher term had. */
export interface TermGoneBack {
  holder: Holder;
  at: Nanoseconds;
  after: number;
  index: number;
}

/** Where terms went back: by what nodes claimed, and by what supervisors promoted. */
export function termsGoneBack(history: History): TermGoneBack[] {
  const begun: { holder: Holder; at: Nanoseconds; index: number }[] = claimsOf(history).map((claim) => ({
    holder: { node: claim.node, term: claim.term },
    at: claim.from,
    index: claim.observations[0]!.index,
  }));
  for (const event of eventsOf(history, 'supervisor')) {
    if (event.event !== 'promoted') continue;
    begun.push({
      holder: { node: event.target, term: event.term },
      at: instantOf(event),
      index: event.index,
    });
  }
  begun.sort((one, other) => one.at - other.at || one.index - other.index);
  const back: TermGoneBack[] = [];
  const known = new Set<string>();
  let highest = Number.NEGATIVE_INFINITY;
  for (const { holder, at, index } of begun) {
    if (holder.term === undefined) continue;
    // Several say the same thing of one promotion, one after the other: the first word counts.
    const first = !known.has(`${holder.node} ${holder.term}`);
    if (first && holder.term < highest) back.push({ holder, at, after: highest, index });
    known.add(`${holder.node} ${holder.term}`);
    highest = Math.max(highest, holder.term);
  }
  return back;
}
