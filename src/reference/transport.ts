/**
 * The way to one peer: messages go out as the body of POST /peer, one request at a time; what gathers
 * meanwhile goes with the next. A message may be lost: a request that fails or takes too long is given up with
 * its connection, and nobody is told.
 */
import type { Clock } from '../clock.js';
import { type Endpoint, HttpClient } from './client.js';
import type { Message } from './message.js';

/** Past this many waiting messages the oldest are dropped. */
const CAPACITY = 128;
/** The pause after a failure, in ms. */
const RETRY = 15;

export class Peer {
  readonly #client: HttpClient;
  readonly #clock: Clock;
  readonly #patience: number;
  #waiting: Message[] = [];
  #busy = false;

  constructor(address: Endpoint, clock: Clock, patience: number) {
    this.#client = new HttpClient(address);
    this.#clock = clock;
    this.#patience = patience;
  }

  send(message: Message): void {
    this.#waiting.push(message);
    if (this.#waiting.length > CAPACITY) this.#waiting.shift();
    if (!this.#busy) this.#flush();
  }

  #flush(): void {
    this.#busy = true;
    const body = JSON.stringify(this.#waiting);
    this.#waiting = [];
    exchange(this.#client, 'POST', '/peer', body, this.#clock, this.#patience).then((text) => {
      if (text === undefined) this.#clock.timer(RETRY, () => this.#next());
      else this.#next();
    });
  }

  #next(): void {
    if (this.#waiting.length > 0) this.#flush();
    else this.#busy = false;
  }
}

/** The power device: switches nodes off and tells which processes run. */
export class Power {
  readonly #client: HttpClient;
  readonly #clock: Clock;
  readonly #patience: number;

  constructor(address: Endpoint, clock: Clock, patience: number) {
    this.#client = new HttpClient(address);
    this.#clock = clock;
    this.#patience = patience;
  }

  /** Resolves with whether the device has confirmed that `target` is off. */
  async off(target: string): Promise<boolean> {
    const path = `/off/${encodeURIComponent(target)}`;
    return (await exchange(this.#client, 'POST', path, '', this.#clock, this.#patience)) !== undefined;
  }

  /** The names of the running processes; undefined where the device does not answer. */
  async list(): Promise<string[] | undefined> {
    const text = await exchange(this.#client, 'GET', '/list', '', this.#clock, this.#patience);
    try {
      return text === undefined ? undefined : (JSON.parse(text) as { running: string[] }).running;
    } catch {
      return undefined;
    }
  }
}

/** One exchange in at most `patience` ms; resolves with the body of a 2xx answer, with undefined otherwise. */
async function exchange(
  client: HttpClient,
  method: string,
  path: string,
  body: string,
  clock: Clock,
  patience: number,
): Promise<string | undefined> {
  const controller = new AbortController();
  const timer = clock.timer(patience, () => controller.abort());
  const result = await client.exchange(method, path, body, controller.signal);
  timer.cancel();
  return result.kind === 'answer' && result.status >= 200 && result.status < 300 ? result.text : undefined;
}
