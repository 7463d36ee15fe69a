/**
 * The prober: asks each node that runs, beside the links and at a fixed rate, for its role, or where none is told whether it
 * can serve.
 */
import { type Clock, type Timer, within } from '../clock.js';
import type { Address } from '../runtime/address.js';
import { logsEvents, type RoleAsker, roleAskerOf, tellsHealth, tellsRole } from '../system/system.js';
import type { Observer } from './observer.js';
import type { Present } from './present.js';
import type { Residents } from './residents.js';

/** How often each node is asked, and how long it has to answer, ms. */
const PROBE_EVERY = 50;
const PROBE_TIMEOUT = 250;

export interface ProberSetting {
  clock: Clock;
  residentOf: Residents;
  present: Pick<Present, 'members' | 'isRunning'>;
  observe(node: string): Address;
  /** Told of each answer, and where there was none in time. */
  observer: Pick<Observer, 'onRole' | 'onHealth'>;
}

export class Prober {
  readonly #setting: ProberSetting;
  readonly #asking = new Set<string>();
  readonly #askers = new Map<string, RoleAsker>();
  #timer: Timer | undefined;

  constructor(setting: ProberSetting) {
    this.#setting = setting;
  }

  start(): void {
    const { clock, present } = this.#setting;
    const round = () => {
      for (const node of present.members()) void this.#probe(node);
      this.#timer = clock.timer(PROBE_EVERY, round);
    };
    round();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    for (const asker of this.#askers.values()) asker.close();
  }

  async #probe(node: string): Promise<void> {
    const { residentOf, clock, observe, present, observer } = this.#setting;
    const resident = residentOf(node);
    if (!resident || this.#asking.has(node) || !present.isRunning(node)) return;
    const asked = clock.now();
    const counts = () => this.#timer !== undefined && present.isRunning(node);
    if (tellsRole(resident)) {
      const asker = this.#askers.get(node) ?? roleAskerOf(resident, observe(node));
      this.#askers.set(node, asker);
      const answer = await this.#ask(node, (signal) => asker.role(signal));
      if (counts()) observer.onRole(node, answer, asked);
    } else if (tellsHealth(resident)) {
      const serves = await this.#ask(node, async (signal) => {
        await resident.healthy(observe(node), signal);
        return true;
      });
      if (counts()) observer.onHealth(node, serves ?? false);
    } else if (!logsEvents(resident)) observer.onHealth(node, true);
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
}
