/** The way to the power device, which switches nodes off and tells which processes run. */
import type { Clock } from '../clock.js';
import { type Endpoint, HttpClient } from './client.js';

/** How long a list is waited for at least, in ms: a busy device is late with it, and what it says is as good. */
const LIST_PATIENCE = 1000;

export class Power {
  readonly #client: HttpClient;
  readonly #clock: Clock;
  readonly #patience: number;

  /** `key` is what the device answers to. */
  constructor(address: Endpoint, key: string, clock: Clock, patience: number) {
    this.#client = new HttpClient(address, key);
    this.#clock = clock;
    this.#patience = patience;
  }

  /** Resolves with whether the device has confirmed that `target` is off. */
  async off(target: string): Promise<boolean> {
    const path = `/off/${encodeURIComponent(target)}`;
    return (await this.#ask('POST', path, this.#patience)) !== undefined;
  }

  /** The names of the running processes; undefined where the device does not answer. */
  async list(): Promise<string[] | undefined> {
    const patience = Math.max(LIST_PATIENCE, this.#patience);
    const text = await this.#ask('GET', '/list', patience);
    try {
      return text === undefined ? undefined : (JSON.parse(text) as { running: string[] }).running;
    } catch {
      return undefined;
    }
  }

  /** One exchange in at most `patience` ms; resolves with the body of a 2xx answer, with undefined otherwise. */
  async #ask(method: string, path: string, patience: number): Promise<string | undefined> {
    const controller = new AbortController();
    const timer = this.#clock.timer(patience, () => controller.abort());
    const result = await this.#client.exchange(method, path, '', controller.signal);
    timer.cancel();
    return result.kind === 'answer' && result.status >= 200 && result.status < 300 ? result.text : undefined;
  }
}
