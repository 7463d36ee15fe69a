/**
 * Watches the Toxiproxy servers that carry the links, for as long as a drill goes on. What clients see once one of them
 * is gone says nothing about the system under test.
 *
 *     ended     a process of ours: the operating system tells
 *     refuses   connections are refused or reset, twice in a row
 *     anew      it answers, but has the drill's proxies no more
 *     hangs     no answer to anything for `SILENCE`. Only time in which this process itself ran counts: after a stop of
 *               the runner every answer is late, and a server that answers late is not lost
 */
import { setMaxListeners } from 'node:events';
import type { Clock, Timer } from '../../../clock.js';
import { EnvironmentError, messageOf } from '../../../errors.js';
import { type Ask, askOften, ask as askOnce } from './ask.js';

/** Time between two requests, and after one that was refused, ms. */
const BEAT = 250;
const AGAIN = 50;
/** Every so manyth question is for one of the proxies. */
const PROXY_EVERY = 4;
/** How long it may leave everything unanswered, ms. */
export const SILENCE = 3000;
/** How many refusals in a row mean that nobody is there. One may be of a connection that a server just then reset. */
const REFUSALS = 2;
/** An answer of a server of ours on this machine that takes longer than this was late, ms; about 3 is usual. */
const LATE = 100;

const ANEW = 'it answers, but has none of the proxies any more: it was started anew, or emptied';
const REFUSED: ReadonlySet<unknown> = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE']);

export interface WatchedServer {
  /** What it is: `embedded`, `toxiproxy-server on PATH`, ... */
  kind: string;
  url: string;
  /** The name of one of the drill's proxies on it. */
  proxy: string;
  /** Where it is a process of ours: resolves when that has ended, with how. */
  ended?: Promise<string> | undefined;
  /** Where it was started for this drill: under which name it is told of when it answers late. */
  own?: string;
}

export interface WatchSetting {
  clock: Clock;
  servers: readonly WatchedServer[];
  /** Told once, of the first that is lost. `since` is the instant of the clock at which it may have been gone. */
  onLost(error: EnvironmentError, since: number, server: WatchedServer): void;
  /** Told of an answer of a server of ours that was late: when it was asked and how long that took, ms. */
  onLate(name: string, at: number, took: number): void;
  /** How late this process was altogether until now, ms: an answer that came meanwhile was seen late. */
  ownLateness(): number;
  ask?: Ask;
}

export class ToxiproxyWatch {
  readonly #servers: ServerWatch[];
  #lost: WatchedServer | undefined;

  constructor(setting: WatchSetting) {
    const lose = (error: EnvironmentError, since: number, server: WatchedServer) => {
      if (this.#lost) return;
      this.#lost = server;
      this.stop();
      setting.onLost(error, since, server);
    };
    this.#servers = setting.servers.map((server) => new ServerWatch({ ...setting, onLost: lose }, server));
  }

  /** The URL of the server that is lost. */
  get lost(): string | undefined {
    return this.#lost?.url;
  }

  /** The latest instant of the clock at which all of them are known to have been there. */
  get lastGood(): number {
    return Math.min(...this.#servers.map(({ lastGood }) => lastGood));
  }

  /** Resolves once each has answered something that it was asked after this call, or one is lost. */
  async confirm(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.confirm()));
  }

  stop(): void {
    for (const server of this.#servers) server.stop();
  }
}

class ServerWatch {
  lastGood: number;
  readonly #setting: WatchSetting;
  readonly #server: WatchedServer;
  readonly #ending = new AbortController();
  readonly #waiting = new Set<{ since: number; done: () => void }>();
  #timer: Timer | undefined;
  #last: number;
  #beats = 0;
  /** Time of our own without an answer, ms. */
  #silence = 0;
  #refusals = 0;
  #lateUntil = 0;
  #why = '';

  constructor(setting: WatchSetting, server: WatchedServer) {
    this.#setting = setting;
    this.#server = server;
    this.#last = setting.clock.now();
    this.lastGood = this.#last;
    // One for each request without an answer so far.
    setMaxListeners(0, this.#ending.signal);
    void server.ended?.then((detail) => this.#lose(`its process has ended (${detail})`));
    this.#beat();
  }

  confirm(): Promise<void> {
    if (this.#ending.signal.aborted) return Promise.resolve();
    const answered = new Promise<void>((done) => {
      this.#waiting.add({ since: this.#setting.clock.now(), done });
    });
    this.#timer?.cancel();
    this.#beat();
    return answered;
  }

  stop(): void {
    this.#timer?.cancel();
    this.#ending.abort();
    for (const { done } of this.#waiting) done();
    this.#waiting.clear();
  }

  readonly #beat = (): void => {
    const now = this.#setting.clock.now();
    // What is beyond that, this process stood still itself.
    this.#silence += Math.min(now - this.#last, 2 * BEAT);
    this.#last = now;
    if (this.#silence >= SILENCE) {
      this.#lose(this.#why || `no answer within ${SILENCE / 1000} s`);
      return;
    }
    void this.#ask(this.#beats++ % PROXY_EVERY === 0);
    this.#timer = this.#setting.clock.timer(BEAT, this.#beat);
  };

  /** Asks for the proxy, over a connection of its own; for the version, over one that is kept. */
  async #ask(forProxy: boolean): Promise<void> {
    const path = forProxy ? `/proxies/${encodeURIComponent(this.#server.proxy)}` : '/version';
    const { clock, ownLateness, ask = forProxy ? askOnce : askOften } = this.#setting;
    const [sent, late] = [clock.now(), ownLateness()];
    const { signal } = this.#ending;
    try {
      const status = await ask(`${this.#server.url}${path}`, signal);
      if (signal.aborted) return;
      if (forProxy && status === 404) return this.#lose(ANEW);
      this.#answered(sent, clock.now() - sent - (ownLateness() - late));
    } catch (error) {
      if (!signal.aborted) this.#failed(error);
    }
  }

  #answered(sent: number, took: number): void {
    const { own } = this.#server;
    // What was asked before an earlier answer was late is late with that.
    if (own !== undefined && took >= LATE && sent >= this.#lateUntil) {
      this.#setting.onLate(own, sent, took);
      this.#lateUntil = sent + took;
    }
    this.lastGood = Math.max(this.lastGood, sent);
    this.#silence = 0;
    this.#refusals = 0;
    this.#why = '';
    for (const one of this.#waiting) {
      if (one.since > sent) continue;
      this.#waiting.delete(one);
      one.done();
    }
  }

  #failed(error: unknown): void {
    this.#why = messageOf(error);
    if (!REFUSED.has((error as { code?: unknown } | undefined)?.code)) return;
    this.#refusals += 1;
    this.#timer?.cancel();
    if (this.#refusals >= REFUSALS) this.#lose(this.#why);
    else this.#timer = this.#setting.clock.timer(AGAIN, this.#beat);
  }

  #lose(why: string): void {
    if (this.#ending.signal.aborted) return;
    const { url, kind } = this.#server;
    const message = `Toxiproxy at ${url} (${kind}) no longer answers: ${why}; the links of this drill went through it`;
    this.#setting.onLost(new EnvironmentError(message), this.lastGood, this.#server);
  }
}
