/**
 * The planned change of primary: the primary is asked to seal, to bring everybody up to date and to yield; that
 * it has yielded it says in its heartbeats, and whichever supervisor hears that decides the next term
 * (failover.ts). Where the declared primary is to be switched back to automatically, nobody needs to ask.
 */
import type { Configuration } from './configuration.js';
import type { Detector } from './detector.js';
import type { Outbox } from './effect.js';
import type { HandOver } from './message.js';
import type { Settings } from './settings.js';

export class Switchover {
  readonly #settings: Settings;
  readonly #out: Outbox;
  readonly #detector: Detector;
  #asked: { to: string; term: number; id: number; until: number; sentAt: number } | undefined;
  /** Since when the declared primary has been fit to be switched back to. */
  #fitSince: number | undefined;

  constructor(settings: Settings, out: Outbox, detector: Detector) {
    this.#settings = settings;
    this.#out = out;
    this.#detector = detector;
  }

  /** Begins a switchover to `to`, and tells of it, with its reason where nobody asked. Returns why not. */
  ask(
    configuration: Configuration,
    to: string,
    id: number,
    now: number,
    detail?: string,
  ): string | undefined {
    const { term, primary, inSync } = configuration;
    if (!this.#settings.nodes.includes(to)) return `${to} is not a node`;
    if (!inSync.includes(to) || !this.#detector.isAlive(to, now)) return `${to} is not in sync`;
    if (to === primary) return undefined;
    this.#asked = { to, term, id, until: now + 3 * this.#settings.detect.timeout, sentAt: -Infinity };
    this.#out.log({ at: now, event: 'switchover', target: to, term, ...(detail ? { detail } : {}) });
    return undefined;
  }

  act(configuration: Configuration, now: number, send: (to: string, message: HandOver) => void): void {
    const { detect, name } = this.#settings;
    this.#failBack(configuration, now);
    const asked = this.#asked;
    if (!asked) return;
    if (configuration.term !== asked.term || now > asked.until) this.#asked = undefined;
    else if (now - asked.sentAt >= detect.interval) {
      asked.sentAt = now;
      const { term, to, id } = asked;
      send(configuration.primary, { type: 'hand-over', from: name, term, to, id });
    }
  }

  #failBack(configuration: Configuration, now: number): void {
    const { automaticFailback, primary: declared, detect } = this.#settings;
    if (!automaticFailback) return;
    const { active, primary, inSync, term } = configuration;
    const serving = this.#detector.of(primary)?.serving && this.#detector.isAlive(primary, now);
    const first = this.#detector.rank(now) === 0 && this.#detector.hearsQuorum(now);
    const fit =
      active &&
      first &&
      serving &&
      primary !== declared &&
      inSync.includes(declared) &&
      this.#detector.isAlive(declared, now);
    if (!fit) this.#fitSince = undefined;
    else this.#fitSince ??= now;
    if (this.#asked || this.#fitSince === undefined || now - this.#fitSince < 2 * detect.timeout) return;
    this.ask(configuration, declared, term, now, 'automatic failback');
  }
}
