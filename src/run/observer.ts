/**
 * The observer: takes what is seen of the nodes (what they answer to the prober, the events in their logs, their
 * beginning and end) into the present view, and writes it to the history.
 */
import type { Clock } from '../clock.js';
import type { RoleAnswer } from '../system/system.js';
import { WELL_ENDED } from '../topology/restart-policy.js';
import type { Present, Seen } from './present.js';
import type { Recorder } from './recorder.js';
import type { Residents } from './residents.js';
import { testimony } from './testimony.js';

export interface ObserverSetting {
  clock: Clock;
  residentOf: Residents;
  recorder: Recorder;
  present: Present;
  /** Whether a node takes part in decisions, so that its log may tell of them. */
  decides(node: string): boolean;
}

export class Observer {
  readonly #setting: ObserverSetting;
  /** When each was first started, ms of the clock: what it wrote last in one life may be read in the next. */
  readonly #started = new Map<string, number>();
  #isJudged = true;

  constructor(setting: ObserverSetting) {
    this.#setting = setting;
  }

  /** From here on nobody judges by what is seen: only what changes for people goes on record. */
  calm(): void {
    this.#isJudged = false;
  }

  /** `why`: where it is started again by itself. */
  onStart(node: string, why?: string): void {
    const { present, recorder, clock } = this.#setting;
    present.started(node);
    if (!this.#started.has(node)) this.#started.set(node, clock.now());
    recorder.record({ type: 'node', node, event: 'starting', ...(why === undefined ? {} : { detail: why }) });
  }

  onExit(node: string, detail: string, at: number): void {
    const { present, recorder } = this.#setting;
    const isDrilled = recorder.events.some(({ type }) => type === 'fault');
    present.exited(node, detail === WELL_ENDED && !isDrilled);
    recorder.record({ type: 'node', node, event: 'exited', detail }, { at });
  }

  onLine(node: string, line: string): void {
    const { residentOf, recorder, clock, present, decides } = this.#setting;
    const resident = residentOf(node);
    const event = resident?.eventOf?.(node, line);
    const started = this.#started.get(node) ?? Number.POSITIVE_INFINITY;
    const logged = event && testimony(event, { started, came: clock.now(), decides: decides(node) });
    if (!logged) return;
    const { body } = logged;
    if (body.type === 'role') {
      const { role, term } = body;
      present.hear(body.node, {
        role,
        ...(term === undefined ? {} : { term }),
        // Where nobody can be asked, a node that says what it is counts as in sync.
        ...(resident?.role ? {} : { inSync: true }),
      });
    }
    recorder.record(body, { at: logged.at, until: logged.until });
  }

  /** Where nobody tells a role, a node has the one that it was given since it first served; that is nobody's claim. */
  onHealth(node: string, serves: boolean): void {
    const { present, recorder } = this.#setting;
    const seen = present.of(node);
    seen.inSync = serves;
    if (!serves || seen.role !== 'unknown') return;
    present.hear(node, { role: present.given(node) });
    recorder.record({ type: 'node', node, event: 'running' });
  }

  /**
   * What was not so before goes to the history, and each word of a primary, new or not: only the last one before its
   * end shows how long a claim held at least. A standby that says the same again, or one that is silent still, adds
   * nothing; nor do a counter and a lease that move on, where nobody judges by them.
   */
  onRole(node: string, answer: RoleAnswer | undefined, asked: number): void {
    const { recorder, present } = this.#setting;
    const seen = present.of(node);
    const now: Pick<Seen, 'role'> & Partial<Seen> = answer
      ? {
          role: answer.role,
          term: answer.term ?? seen.term,
          inSync: answer.role === 'primary' || (answer.inSync ?? true),
          accepted: answer.accepted,
          until: answer.until,
        }
      : { role: 'unknown', inSync: false };
    const kept = Object.keys(now).filter((key) => this.#isJudged || !['accepted', 'until'].includes(key));
    const changed = kept.some((key) => seen[key as keyof Seen] !== now[key as keyof Seen]);
    const becameInSync = now.inSync && !seen.inSync && now.role === 'standby';
    present.hear(node, now);
    if (!changed && !(this.#isJudged && answer?.role === 'primary')) return;
    recorder.record(
      {
        type: 'role',
        node,
        role: seen.role,
        source: 'probe',
        ...(answer?.term === undefined ? {} : { term: answer.term }),
        ...(answer?.accepted === undefined ? {} : { accepted: answer.accepted }),
      },
      // The answer was true somewhere between question and answer: from `at` to the `time` of the event.
      { at: answer && asked, until: answer?.until },
    );
    if (becameInSync) recorder.record({ type: 'node', node, event: 'in-sync' });
  }
}
