/**
 * The tally: follows a run while it happens, so that the conductor knows when the service is steady, when a fault was
 * detected and when the service has recovered. It waits by the rules of timeline/ on the history so far; the verdict never
 * comes from here.
 */
import type { Drill } from '../drill/schema.js';
import type { Event, Nanoseconds } from '../history/event.js';
import { type History, runOf } from '../history/history.js';
import { isWrite } from '../history/operations.js';
import { declarationsOf } from '../timeline/detection.js';
import { faultsOf } from '../timeline/faults.js';
import { type Kind, type Served, ServiceRecord } from '../timeline/service-record.js';
import { Changes } from './changes.js';
import { LastFault } from './last-fault.js';

interface Seen extends Served {
  group: string;
}

type Usual = (kind: Kind) => Nanoseconds;

/** For how long before the steps the load was steady. */
const STEADY: Nanoseconds = 500e6;

export class Tally {
  readonly #drill: Drill;
  readonly #groups: readonly string[];
  readonly #rule: { success: number; hold: Nanoseconds };
  readonly #isReadOnly: boolean;
  readonly #open = new Map<number, Seen>();
  #seen: Seen[] = [];
  /** How long each group may wait, by what was so before the first fault; undefined up to then. */
  #usual: Map<string, Usual> | undefined;
  /** When the steps began. */
  #steps: Nanoseconds = 0;
  /** All events but operations, as a history. */
  readonly #told: Event[] = [];
  #history: History | undefined;
  /** When the last stall was over. */
  #stalledUntil: Nanoseconds = Number.NEGATIVE_INFINITY;

  /** What it counts from. */
  readonly lastFault = new LastFault();
  readonly changes = new Changes();

  constructor(drill: Drill) {
    const followers = Object.entries(drill.clients).filter(([, group]) => group.pinned === undefined);
    this.#drill = drill;
    this.#groups = (followers.length > 0 ? followers : Object.entries(drill.clients)).map(([name]) => name);
    this.#rule = { success: drill.recovery.success, hold: drill.recovery.hold * 1e6 };
    this.#isReadOnly = drill.workload.writes === 0;
  }

  /** Takes in an event of the history. A fault makes everything before it forgotten; recovery counts from its effect. */
  add(event: Event): void {
    this.lastFault.add(event);
    this.changes.add(event);
    if (event.type === 'invoke') this.#begin(event);
    else if (event.type === 'ok' || event.type === 'fail' || event.type === 'info') {
      const seen = this.#open.get(event.process);
      if (!seen) return;
      this.#open.delete(event.process);
      seen.end = event.time;
      seen.ok = event.type === 'ok' || event.mismatch === true;
    } else {
      this.#told.push(event);
      this.#history = undefined;
      if (event.type === 'stall') this.#stalledUntil = event.time;
      if (event.type === 'phase' && event.phase === 'steps') this.#steps = event.time;
      if (event.type === 'fault') {
        this.#usual ??= this.#usualBefore(event.time);
        this.#seen = [...this.#open.values()];
      }
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
    const { good, bad } = this.#since(since);
    return good > 0 && bad === 0;
  }

  /** Whether one of the faults that were injected last was detected, as the checkers see it. */
  get detected(): boolean {
    this.#history ??= { events: [...this.#told], run: runOf(this.#told), flaws: [] };
    const history = this.#history;
    return faultsOf(history)
      .filter(({ event }) => this.lastFault.names.has(event.fault))
      .some((fault) => declarationsOf(history, this.#drill, fault).length > 0);
  }

  /**
   * Whether the service is there for every group as the checkers see it, since the last fault took effect, and goes on for
   * as long as it has to hold since a write was acknowledged
   * (a read, where nothing is written). Not as long as nobody has looked at its effect.
   */
  recovered(now: Nanoseconds): boolean {
    const { since } = this.lastFault;
    const { success, hold } = this.#rule;
    if (since === undefined || now < since + hold) return false;
    // What takes less to see: whether it is out at present.
    const { good, bad } = this.#since(now - hold);
    if (good < success * (good + bad) || good === 0) return false;
    let back = since;
    for (const group of this.#groups) {
      const record = new ServiceRecord(this.#of(group), this.#rule);
      const seen = record.between(
        since,
        now,
        this.#usual?.get(group) ?? ((kind) => record.usual(kind, NEVER)),
      );
      if (seen.state !== 'up') return false;
      back = Math.max(back, seen.back?.end ?? since);
    }
    const isAsked = (kind: Kind) => kind === 'write' || this.#isReadOnly;
    return this.#seen.some(({ kind, ok, end }) => isAsked(kind) && ok && end >= back && end + hold <= now);
  }

  #begin(event: Extract<Event, { type: 'invoke' }>): void {
    const group = event.client ?? '';
    if (!this.#groups.includes(group)) return;
    const seen: Seen = {
      group,
      kind: isWrite(event) ? 'write' : 'read',
      intended: event.intended ?? event.time,
      end: Number.POSITIVE_INFINITY,
      ok: false,
    };
    this.#open.set(event.process, seen);
    this.#seen.push(seen);
  }

  #of(group: string): Seen[] {
    return this.#seen.filter((seen) => seen.group === group);
  }

  #usualBefore(fault: Nanoseconds): Map<string, Usual> {
    const calm = { from: Math.max(0, this.#steps - STEADY), to: fault };
    return new Map(
      this.#groups.map((group) => {
        const record = new ServiceRecord(this.#of(group), this.#rule);
        const usual = { read: record.usual('read', calm), write: record.usual('write', calm) };
        return [group, (kind) => usual[kind]];
      }),
    );
  }

  /** Of the operations that were meant to begin since an instant and have ended: how many succeeded, and how many did not. */
  #since(instant: Nanoseconds): { good: number; bad: number } {
    let [good, bad] = [0, 0];
    for (let at = this.#seen.length - 1; at >= 0 && this.#seen[at]!.intended >= instant; at--) {
      const { ok, end } = this.#seen[at]!;
      if (ok) good += 1;
      else if (end < Number.POSITIVE_INFINITY) bad += 1;
    }
    return { good, bad };
  }
}

const NEVER = { from: 0, to: 0 };
