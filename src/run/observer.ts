/**
 * The observer: looks at the nodes beside the links (a role probe at a fixed rate, the events in their logs),
 * writes what it sees to the history and keeps the present view.
 */
import { type Timer, within } from '../clock.js';
import type { Address } from '../runtime/address.js';
import {
  logsEvents,
  type Resident,
  type RoleAnswer,
  type RoleAsker,
  roleAskerOf,
  tellsHealth,
  tellsRole,
} from '../system/system.js';
import { Present, type PresentSetting, type Seen } from './present.js';
import type { Recorder } from './recorder.js';
import { testimony } from './testimony.js';

/** How often each node is asked for its role, and how long it has to answer, ms. */
const PROBE_EVERY = 50;
const PROBE_TIMEOUT = 250;

export interface ObserverSetting extends PresentSetting {
  /** What runs in a node; undefined where nobody knows how it is spoken to. */
  residentOf(node: string): Resident | undefined;
  recorder: Recorder;
  observe(node: string): Address;
  /** Whether a node takes part in decisions, so that its log may tell of them. */
  decides(node: string): boolean;
}

export class Observer extends Present {
  readonly #setting: ObserverSetting;
  readonly #asking = new Set<string>();
  readonly #askers = new Map<string, RoleAsker>();
  /** When each was first started, ms of the clock: what it wrote last in one life may be read in the next. */
  readonly #started = new Map<string, number>();
  #timer: Timer | undefined;
  #isJudged = true;

  constructor(setting: ObserverSetting) {
    super(setting);
    this.#setting = setting;
  }

  /** From here on nobody judges by what is seen: only what changes for people goes on record. */
  calm(): void {
    this.#isJudged = false;
  }

  start(): void {
    const { clock } = this.#setting;
    const round = () => {
      for (const node of this.members()) void this.#probe(node);
      this.#timer = clock.timer(PROBE_EVERY, round);
    };
    round();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    for (const asker of this.#askers.values()) asker.close();
  }

  onStart(node: string): void {
    const afresh = { running: true, paused: false, role: 'unknown', told: undefined, inSync: false } as const;
    Object.assign(this.of(node), afresh);
    if (!this.#started.has(node)) this.#started.set(node, this.#setting.clock.now());
    this.#setting.recorder.record({ type: 'node', node, event: 'starting' });
  }

  onPause(node: string, paused: boolean): void {
    this.of(node).paused = paused;
  }

  onExit(node: string, detail: string, at: number): void {
    Object.assign(this.of(node), { running: false, paused: false, role: 'unknown', inSync: false });
    this.#setting.recorder.record({ type: 'node', node, event: 'exited', detail }, { at });
  }

  onLine(node: string, line: string): void {
    const { residentOf, recorder, clock, decides } = this.#setting;
    const resident = residentOf(node);
    const event = resident?.eventOf?.(node, line);
    const started = this.#started.get(node) ?? Number.POSITIVE_INFINITY;
    const logged = event && testimony(event, { started, came: clock.now(), decides: decides(node) });
    if (!logged) return;
    const { body } = logged;
    if (body.type === 'role') {
      const seen = this.of(body.node);
      this.hear(seen, body.role);
      seen.term = body.term ?? seen.term;
      // Where nobody can be asked, a node that says what it is counts as in sync.
      if (!resident?.role) seen.inSync = true;
    }
    recorder.record(body, { at: logged.at, until: logged.until });
  }

  async #probe(node: string): Promise<void> {
    const { residentOf, clock, observe } = this.#setting;
    const resident = residentOf(node);
    if (!resident || this.#asking.has(node) || !this.of(node).running) return;
    const asked = clock.now();
    if (tellsRole(resident)) {
      const asker = this.#askers.get(node) ?? roleAskerOf(resident, observe(node));
      this.#askers.set(node, asker);
      const answer = await this.#ask(node, (signal) => asker.role(signal));
      if (this.#timer && this.of(node).running) this.#note(node, answer, asked);
    } else if (tellsHealth(resident)) {
      const serves = await this.#ask(node, async (signal) => {
        await resident.healthy(observe(node), signal);
        return true;
      });
      if (this.#timer && this.of(node).running) this.#assume(node, serves ?? false);
    } else if (!logsEvents(resident)) this.#assume(node, true);
  }

  /** Undefined where there is no answer, or not in time. */
  async #ask<Answer>(
    node: string,
    question: (signal: AbortSignal) => Promise<Answer>,
  ): Promise<Answer | undefined> {
    const { clock } = this.#setting;
    this.#asking.add(node);
    const answer = await within(clock, PROBE_TIMEOUT, `${node}'s word of itself`, question).catch(
      () => undefined,
    );
    this.#asking.delete(node);
    return answer;
  }

  /** Where nobody tells a role, a node has the one that it was given since it first served; that is nobody's claim. */
  #assume(node: string, serves: boolean): void {
    const seen = this.of(node);
    seen.inSync = serves;
    if (!serves || seen.role !== 'unknown') return;
    this.hear(seen, this.#setting.nodes[node]?.role === 'primary' ? 'primary' : 'standby');
    this.#setting.recorder.record({ type: 'node', node, event: 'running' });
  }

  /**
   * What was not so before goes to the history, and each word of a primary, new or not: only the last one before its
   * end shows how long a claim held at least. A standby that says the same again, or one that is silent still, adds
   * nothing; nor do a counter and a lease that move on, where nobody judges by them.
   */
  #note(node: string, answer: RoleAnswer | undefined, asked: number): void {
    const seen = this.of(node);
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
    this.hear(seen, now.role);
    Object.assign(seen, now);
    if (!changed && !(this.#isJudged && answer?.role === 'primary')) return;
    const { recorder } = this.#setting;
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
