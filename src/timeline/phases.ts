/** When the phases of a run began, and when its clients were at work. */

import { eventsOf } from '../history/by-type.js';
import type { Nanoseconds, Phase } from '../history/event.js';
import type { History } from '../history/history.js';
import { clientOperations } from './client-operations.js';

/** From an instant to another; the end is not part of it. */
export interface Span {
  from: Nanoseconds;
  to: Nanoseconds;
}

/** When a phase began; undefined where the run did not get to it. */
export function beginOf(history: History, phase: Phase): Nanoseconds | undefined {
  return eventsOf(history, 'phase').find((event) => event.phase === phase)?.time;
}

/** When the phase that follows the given one began, or the history's last instant. */
export function endOf(history: History, phase: Phase): Nanoseconds {
  let inside = false;
  for (const event of eventsOf(history, 'phase')) {
    if (inside) return event.time;
    inside = event.phase === phase;
  }
  return lastInstant(history);
}

export function lastInstant(history: History): Nanoseconds {
  return history.events.at(-1)?.time ?? 0;
}

/**
 * The window in which availability and outage are measured: from the beginning of the steps (the first
 * operation where there are none) to the last operation that the client load began.
 */
export function loadWindow(history: History): Span | undefined {
  const operations = clientOperations(history);
  const first = operations[0];
  const last = operations.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const from = beginOf(history, 'steps') ?? first.start;
  const stop = beginOf(history, 'final reads') ?? beginOf(history, 'down') ?? Number.POSITIVE_INFINITY;
  const to = Math.min(last.start, stop);
  return to > from ? { from, to } : undefined;
}
