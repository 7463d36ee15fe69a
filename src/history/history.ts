/** A history in memory: its events, and whether it is whole. */
import type { Event, EventOf } from './event.js';

export interface History {
  readonly events: readonly Event[];
  /** The first event; undefined in a foreign or a broken history. */
  readonly run: EventOf<'run'> | undefined;
  /** Why the history cannot be trusted to be whole (cut short, altered, unreadable); empty where it can. */
  readonly flaws: readonly string[];
}
