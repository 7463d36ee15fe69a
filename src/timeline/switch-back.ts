/**
 * The switch back to the original primary: who asked for it, and when. The conductor asks where it is manual; where it is
 * automatic the supervisors begin it by themselves, at any time after the node is in sync, and the conductor only notes
 * from when on it waits for it.
 *
 *     steps ──── a in sync ──── supervisor: switchover to a ──── a acknowledges ──── phase failback: nothing left to do
 */
import type { Drill } from '../drill/schema.js';
import { eventsOf } from '../history/by-type.js';
import { type EventOf, instantOf, type Nanoseconds } from '../history/event.js';
import type { History } from '../history/history.js';
import { termAt } from './claims.js';

export interface SwitchBack {
  at: Nanoseconds;
  /** The event that shows it. */
  index: number;
}

/** The drill's last switch back; undefined where none was asked for or begun. */
export function switchBackOf(history: History, { failback }: Drill): SwitchBack | undefined {
  if (failback === 'none') return undefined;
  const { to, trigger } = failback;
  const ask = eventsOf(history, 'ask').find(({ ask, node }) => ask === 'failback' && node === to);
  const asked = ask && { at: ask.time, index: ask.index };
  const first = lastBegun(history, to);
  const begun = first && { at: instantOf(first), index: first.index };
  if (asked === undefined || begun === undefined) return asked ?? begun;
  // One that was over when the conductor came to wait for it was the way back from an earlier failover.
  const isEarlier = begun.at < asked.at && termAt(history, asked.at) !== first?.term;
  return trigger === 'automatic' && !isEarlier ? begun : asked;
}

/** The planned changes to a node that supervisors began, in the order of time. */
export function switchesTo(history: History, node: string): EventOf<'supervisor'>[] {
  return eventsOf(history, 'supervisor')
    .filter(({ event, target }) => event === 'switchover' && target === node)
    .sort((one, other) => instantOf(one) - instantOf(other));
}

/** One that was given up and begun again in the same term is the same one: it takes as long as it takes. */
function lastBegun(history: History, to: string): EventOf<'supervisor'> | undefined {
  const begun = switchesTo(history, to);
  const last = begun.at(-1);
  return last?.term === undefined ? last : begun.find(({ term }) => term === last.term);
}
