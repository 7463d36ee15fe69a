/** A history in memory: its events, and whether it is whole. */
import type { Event, EventOf } from './event.js';
import { Wholeness } from './wholeness.js';

export interface History {
  readonly events: readonly Event[];
  /** The first event; undefined in a foreign or a broken history. */
  readonly run: EventOf<'run'> | undefined;
  /** Why the history cannot be trusted to be whole (cut short, altered, unreadable); empty where it can. */
  readonly flaws: readonly string[];
}

/** The history of events that are in memory; what follows an event that cannot be is left out. */
export function historyOf(events: readonly Event[]): History {
  const wholeness = new Wholeness();
  const flaws: string[] = [];
  let usable = 0;
  for (const event of events) {
    const flaw = wholeness.next(event);
    if (flaw !== undefined) {
      flaws.push(`event ${usable}: ${flaw}; what follows is not used`);
      break;
    }
    usable += 1;
  }
  flaws.push(...wholeness.end());
  const kept = usable === events.length ? events : events.slice(0, usable);
  return { events: kept, run: runOf(kept), flaws };
}

/** The run event, where the history begins with it. */
export function runOf(events: readonly Event[]): EventOf<'run'> | undefined {
  const first = events[0];
  return first?.type === 'run' ? first : undefined;
}
