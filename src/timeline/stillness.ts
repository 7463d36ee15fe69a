/**
 * When the runner, or what it stands on, stood still: what it says itself (`stall`), and what shows in operations that were
 * sent later than they were meant to be. What clients saw meanwhile is the machine's doing, not the system's.
 *
 *     stall            |■■■■■■■■|
 *     operations      · · ········· · ·      meant to begin in it, all sent at its end
 */

import { eventsOf } from '../history/by-type.js';
import { derived } from '../history/derived.js';
import type { Nanoseconds } from '../history/event.js';
import type { History } from '../history/history.js';
import { type Operation, operationsOf } from '../history/operations.js';
import { durationText, toMs } from './milliseconds.js';
import type { Span } from './phases.js';
import { lowerBound } from './service-record.js';

export interface Stillness extends Span {
  /**
   * The longest at a time. More than its span where the machine slept, and its clock with it; less where one followed upon
   * the other.
   */
  took: Nanoseconds;
  /** `the runner stood still for 3000.0 ms`. */
  text: string;
  /** Whether the runner says so itself. */
  isTold: boolean;
}

/** What a busy event loop takes at times. */
const LATE: Nanoseconds = 20e6;

/** The times of standing still, in their order; they do not lap. */
export const stillnessOf = derived((history: History): readonly Stillness[] =>
  merged([...toldStalls(history), ...lateOperations(history)]),
);

function toldStalls(history: History): Stillness[] {
  return eventsOf(history, 'stall').map((event) => {
    const { at, took } = event;
    const node = 'node' in event && typeof event.node === 'string' ? event.node : 'the runner';
    return {
      from: at,
      to: at + took,
      took,
      text: `${node} stood still for ${durationText(took)}`,
      isTold: true,
    };
  });
}

function lateOperations(history: History): Stillness[] {
  return operationsOf(history).operations.flatMap((operation) => {
    if (!isLate(operation)) return [];
    const { intended, start } = operation;
    const took = start - intended;
    return [
      {
        from: intended,
        to: start,
        took,
        text: `operations were sent ${durationText(took)} late`,
        isTold: false,
      },
    ];
  });
}

/** Whether an operation was sent later than a busy event loop explains. */
export function isLate({ intended, start }: Pick<Operation, 'intended' | 'start'>): boolean {
  return start - intended >= LATE;
}

/** What laps is one, under the name of the longest, a word of the runner's own before all. */
function merged(found: readonly Stillness[]): Stillness[] {
  const still: Stillness[] = [];
  for (const one of found.toSorted((a, b) => a.from - b.from)) {
    const last = still.at(-1);
    if (last === undefined || one.from > last.to) {
      still.push({ ...one });
      continue;
    }
    const isTelling = one.isTold === last.isTold ? one.took > last.took : one.isTold;
    if (isTelling) Object.assign(last, { text: one.text, isTold: one.isTold });
    last.took = Math.max(last.took, one.took);
    last.to = Math.max(last.to, one.to);
  }
  return still;
}

/** Those that reach into a span. */
export function stillWithin(history: History, { from, to }: Span): Stillness[] {
  const still = stillnessOf(history);
  const first = lowerBound(still.length, (at) => still[at]!.to > from);
  const end = lowerBound(still.length, (at) => still[at]!.from >= to);
  return still.slice(first, Math.max(first, end));
}

/** How much of a span was stood still. */
export function stoodStill(history: History, span: Span): Nanoseconds {
  const shares = stillWithin(history, span).map(
    ({ from, to }) => Math.min(to, span.to) - Math.max(from, span.from),
  );
  return shares.reduce((sum, share) => sum + share, 0);
}

/** The longest one; undefined where there is none. */
export function longestOf(still: readonly Stillness[]): Stillness | undefined {
  return still.reduce<Stillness | undefined>(
    (most, one) => (most && most.took >= one.took ? most : one),
    undefined,
  );
}

/** The longest one of the run, 0 where there was none; null where nothing in the history could have shown one. */
export function worstStallMs(history: History): number | null {
  const worst = longestOf(stillnessOf(history));
  if (worst !== undefined) return toMs(worst.took);
  return eventsOf(history, 'invoke').some(({ intended }) => intended !== undefined) ? 0 : null;
}
