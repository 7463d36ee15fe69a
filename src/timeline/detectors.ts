/** The detectors of a drill, as far as figures depend on them: how soon they act, and whose word counts. */
import type { Drill } from '../drill/schema.js';
import type { Nanoseconds } from '../history/event.js';
import type { History } from '../history/history.js';

/** A fault whose parts lie further apart than this was not one fault, where no detector has a time-out. */
const AT_ONCE: Nanoseconds = 50e6;

/** The shortest time after which a detector of the drill declares a failure; undefined where it has none. */
export function shortestTimeout({ topology: { supervisor } }: Drill): Nanoseconds | undefined {
  if (supervisor === 'none') return undefined;
  const { heartbeat, process } = supervisor.detect;
  const known = [heartbeat?.timeout, process?.every].filter((ms) => ms !== undefined);
  return known.length === 0 ? undefined : Math.min(...known) * 1e6;
}

/**
 * What no detector can tell from an instant: a quarter of the shortest time-out, 50 ms where there is none. A fault must
 * be in force as a whole within it, and a machine that stands still for longer may be taken for a failure.
 */
export function quantumOf(drill: Drill): Nanoseconds {
  const timeout = shortestTimeout(drill);
  return timeout === undefined ? AT_ONCE : timeout / 4;
}

/**
 * Whether a component may declare a target failed: nobody may for itself, and where the supervisors trigger, no node of
 * the service does.
 */
export function mayDeclare(
  history: History,
  { topology: { supervisor } }: Drill,
  who: string,
  target: string,
): boolean {
  if (who === target) return false;
  const nodes = history.run?.nodes ?? [];
  if (supervisor === 'none' || supervisor.trigger !== 'supervisor') return true;
  if (!nodes.some(({ kind }) => kind === 'supervisor')) return true;
  return nodes.find(({ name }) => name === who)?.kind !== 'node';
}
