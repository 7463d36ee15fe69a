/**
 * The loss of the ground: the engine, Toxiproxy or the runner was gone, and from that instant on clients saw nothing of the
 * system. What there was before is judged as a history that was cut short there.
 */
import { eventsOf } from '../history/by-type.js';
import { type Event, instantOf, type Nanoseconds } from '../history/event.js';
import type { History } from '../history/history.js';
import { instantText } from './milliseconds.js';

export interface LostGround {
  /** What was seen until then. */
  seen: History;
  /** When it was lost; the finding on the drill's being carried out tells the cause. */
  reason: string;
}

/** Undefined where the ground held. */
export function lostGround(history: History): LostGround | undefined {
  const lost = Math.min(
    ...eventsOf(history, 'problem').map((event) => event.lost ?? Number.POSITIVE_INFINITY),
  );
  if (!Number.isFinite(lost)) return undefined;
  const reason = `what the drill stands on was lost ${instantText(lost)}, see \`drill carried out\`; until then`;
  const events = history.events.filter((event) => isBefore(event, lost));
  return { seen: { events, run: history.run, flaws: [reason, ...history.flaws] }, reason };
}

/** Whether an event tells of something that was seen by an instant. */
function isBefore(event: Event, lost: Nanoseconds): boolean {
  switch (event.type) {
    case 'node':
    case 'supervisor':
    case 'witness':
    case 'healed':
      return instantOf(event) <= lost;
    case 'role':
      return (event.source === 'log' ? instantOf(event) : event.time) <= lost;
    default:
      return event.time <= lost;
  }
}
