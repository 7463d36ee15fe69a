/**
 * The tally: follows the operations of the groups that follow the primary while they happen, so that the
 * conductor knows when the service is steady and when it has recovered. It waits with the same rule with which
 * the checker judges afterwards; the verdict never comes from here.
 */
import type { Drill } from '../drill/schema.js';
import type { Event, Nanoseconds } from '../history/event.js';
import { isWrite } from '../history/operations.js';
import { Changes } from './changes.js';
import { LastFault } from './last-fault.js';

interface Seen {
  intended: Nanoseconds;
  end: Nanoseconds | undefined;
  ok: boolean;
  write: boolean;
}

export class Tally {
  readonly #groups: ReadonlySet<string>;
  readonly #success: number;
  readonly #hold: Nanoseconds;
  readonly #isReadOnly: boolean;
  readonly #open = new Map<number, Seen>();
  #seen: Seen[] = [];
  /** The first operation that may still turn out to be the one of recovery. */
  #candidate = 0;

  /** When the last stall was over. */
  #stalledUntil: Nanoseconds = Number.NEGATIVE_INFINITY;

  /** What it counts from. */
  readonly lastFault = new LastFault();
  readonly changes = new Changes();

  constructor(drill: Pick<Drill, 'clients' | 'recovery' | 'workload'>) {
    const followers = Object.entries(drill.clients).filter(([, group]) => group.pinned === undefined);
    this.#groups = new Set(
      (followers.length > 0 ? followers : Object.entries(drill.clients)).map(([name]) => name),
    );
    this.#success = drill.recovery.success;
    this.#hold = drill.recovery.hold * 1e6;
    this.#isReadOnly = drill.workload.writes === 0;
  }

  /** Takes in an event of the history. A fault makes everything before it forgotten; recovery counts from its effect. */
  add(event: Event): void {
    this.lastFault.add(event);
    this.changes.add(event);
    if (event.type === 'stall') this.#stalledUntil = event.time;
    if (event.type === 'fault') {
      this.#seen = [...this.#open.values()];
      this.#candidate = 0;
    } else if (event.type === 'invoke') {
      if (!this.#groups.has(event.client ?? '')) return;
      const seen = {
        intended: event.intended ?? event.time,
        end: undefined,
        ok: false,
        write: isWrite(event),
      };
      this.#open.set(event.process, seen);
      this.#seen.push(seen);
    } else if (event.type === 'ok' || event.type === 'fail' || event.type === 'info') {
      const seen = this.#open.get(event.process);
      if (!seen) return;
      this.#open.delete(event.process);
      seen.end = event.time;
      seen.ok = event.type === 'ok' || event.mismatch === true;
    }
  }

  /** Whether the machine was on time for the last `ms` milliseconds. */
  onTime(now: Nanoseconds, ms: number): boolean {
    return this.#stalledUntil <= now - ms * 1e6;
  }

  /** Whether there is a load since `ms` milliseconds or longer, and every operation of that time that ended succeeded. */
  steady(now: Nanoseconds, ms: number): boolean {
    const since = now - ms * 1e6;
    if (this.#seen[0] === undefined || this.#seen[0].intended > since) return false;
    let count = 0;
    for (let at = this.#seen.length - 1; at >= 0; at--) {
      const seen = this.#seen[at]!;
      if (seen.intended < since) break;
      if (seen.end === undefined) continue;
      if (!seen.ok) return false;
      count += 1;
    }
    return count > 0;
  }

  /**
   * Whether, since the last fault took effect, a write (a read, where nothing is written) was acknowledged after which the
   * success rate held. Not as long as nobody has looked at its effect.
   */
  recovered(now: Nanoseconds): boolean {
    const { since } = this.lastFault;
    if (since === undefined) return false;
    for (; this.#candidate < this.#seen.length; this.#candidate++) {
      const seen = this.#seen[this.#candidate]!;
      if (seen.end === undefined) {
        // An operation under way may yet be the first to be acknowledged; later ones are not looked at before it.
        if (this.#laterAcknowledged(this.#candidate)) continue;
        return false;
      }
      if (!(seen.write || this.#isReadOnly) || !seen.ok || seen.end < since) continue;
      const held = this.#held(seen.end, now);
      if (held === undefined) return false;
      if (held) return true;
    }
    return false;
  }

  #laterAcknowledged(index: number): boolean {
    for (let at = index + 1; at < this.#seen.length; at++) if (this.#seen[at]!.ok) return true;
    return false;
  }

  /** Whether the success rate held from `start` on; undefined while that is not known. */
  #held(start: Nanoseconds, now: Nanoseconds): boolean | undefined {
    if (now < start + this.#hold) return undefined;
    let [good, bad] = [0, 0];
    for (let at = this.#seen.length - 1; at >= 0; at--) {
      const { intended, end, ok } = this.#seen[at]!;
      if (intended < start) break;
      if (intended >= start + this.#hold) continue;
      if (end === undefined) return undefined;
      if (ok) good += 1;
      else bad += 1;
    }
    return good > 0 && good / (good + bad) >= this.#success;
  }
}
