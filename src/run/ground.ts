/**
 * The ground that a drill stands on: the runner itself, the Toxiproxy servers, what the nodes run on. Where it gives
 * way, the drill ends, and what clients saw since says nothing about the system under test.
 */
import type { Clock } from '../clock.js';
import { ToxiproxyWatch, type WatchedServer } from '../runtime/links/proxies/toxiproxy-watch.js';
import type { Recorder } from './recorder.js';
import { type Stall, type StallWatch, watchStalls } from './stalls.js';

export interface GroundSetting {
  clock: Clock;
  recorder: Recorder;
  /** Told, once, of what is gone, and since which instant of the clock it may have been. */
  onLost(error: Error, since: number): void;
}

export class Ground {
  readonly #setting: GroundSetting;
  readonly #stalls: StallWatch;
  #toxiproxy: ToxiproxyWatch | undefined;
  #isLost = false;

  /** Stalls of the runner are on record from here on. */
  constructor(setting: GroundSetting) {
    this.#setting = setting;
    this.#stalls = watchStalls(setting.clock, (stall) => this.#record(stall));
  }

  get isLost(): boolean {
    return this.#isLost;
  }

  /** Whether the Toxiproxy server with this URL is what was lost. */
  isLostServer(url: string): boolean {
    return this.#toxiproxy?.lost === url;
  }

  watchToxiproxy(servers: readonly WatchedServer[]): void {
    this.#toxiproxy = new ToxiproxyWatch({
      clock: this.#setting.clock,
      servers,
      ownLateness: () => this.#stalls.late(),
      onLate: (node, at, took) => this.#record({ at, took }, node),
      onLost: (error, since) => this.#lose(error, since),
    });
  }

  /** What the nodes run on is gone, or the clients are behind; without an instant, since it was last seen well. */
  lose(error: Error, since?: number): void {
    const now = this.#setting.clock.now();
    this.#lose(error, since ?? Math.min(now, this.#toxiproxy?.lastGood ?? now));
  }

  /** Resolves once everything is known to have been there at this call, or to be lost. */
  async confirm(): Promise<void> {
    await this.#toxiproxy?.confirm();
  }

  stop(): void {
    this.#toxiproxy?.stop();
    this.#stalls.stop();
  }

  #lose(error: Error, since: number): void {
    if (this.#isLost) return;
    this.#isLost = true;
    this.#setting.onLost(error, since);
  }

  #record({ at, took }: Stall, node?: string): void {
    const { recorder } = this.#setting;
    const body = { type: 'stall' as const, at: recorder.scale(at), took: Math.round(took * 1e6) };
    recorder.record(node === undefined ? body : { ...body, node });
  }
}
