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

interface Asked {
  to: string;
  /** In which it is asked of the primary, until when it may take that one, and when it was sent last. */
  term: number;
  id: number;
  until: number;
  sentAt: number;
  /** Until when a failover that came between is a reason to ask once more. */
  deadline: number;
  /** Since when the target has served without a gap. */
  servesSince: number | undefined;
}

export class Switchover {
  readonly #settings: Settings;
  readonly #out: Outbox;
  readonly #detector: Detector;
  #asked: Asked | undefined;
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
    const { timeout } = this.#settings.detect;
    const [until, deadline] = [now + 3 * timeout, now + 10 * timeout];
    this.#asked = { to, term, id, until, sentAt: -Infinity, deadline, servesSince: undefined };
    this.#out.log({ at: now, event: 'switchover', target: to, term, ...(detail ? { detail } : {}) });
    return undefined;
  }

  act(configuration: Configuration, now: number, send: (to: string, message: HandOver) => void): void {
    const { detect, name } = this.#settings;
    this.#failBack(configuration, now);
    const asked = this.#asked;
    if (!asked) return;
    if (this.#isOver(asked, configuration, now)) this.#asked = undefined;
    else if (configuration.term !== asked.term) this.#again(asked, configuration, now);
    else if (now - asked.sentAt >= detect.interval) {
      asked.sentAt = now;
      const { term, to, id } = asked;
      send(configuration.primary, { type: 'hand-over', from: name, term, to, id });
    }
  }

  /** It has been carried out, or there was not the time for it. */
  #isOver(asked: Asked, { term, primary }: Configuration, now: number): boolean {
    const { timeout } = this.#settings.detect;
    if (primary !== asked.to || !this.#serves(primary, term, now)) asked.servesSince = undefined;
    else asked.servesSince ??= now;
    const carriedOut = asked.servesSince !== undefined && now - asked.servesSince > timeout;
    return carriedOut || now > (term === asked.term ? asked.until : asked.deadline);
  }

  /** A failover came between, and another node is primary: once the target is fit, it is asked of that one. */
  #again(asked: Asked, { term, primary, active, inSync }: Configuration, now: number): void {
    const { to } = asked;
    const fit = active && primary !== to && inSync.includes(to) && this.#detector.isAlive(to, now);
    if (!fit || !this.#serves(primary, term, now)) return;
    const until = now + 3 * this.#settings.detect.timeout;
    Object.assign(asked, { term, until, sentAt: Number.NEGATIVE_INFINITY });
    const detail = 'once more: a failover came between';
    this.#out.log({ at: now, event: 'switchover', target: to, term, detail });
  }

  #serves(node: string, term: number, now: number): boolean {
    const last = this.#detector.of(node);
    return last?.term === term && last.serving && this.#detector.isAlive(node, now);
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
