/**
 * The way to one peer: messages go out as the body of POST /peer, mostly one request at a time; what gathers
 * meanwhile goes with the next. A request that hangs (a link that is cut, or slow) does not hold up the next
 * one for long. A message may be lost: a request that takes too long is given up with its connection, and
 * nobody is told.
 */
import type { Clock } from '../clock.js';
import type { GivingUp, HttpWay } from './client.js';
import type { Message } from './message.js';
import type { Settings } from './settings.js';
import type { PowerDevice, Way } from './shell.js';

/** Past this many waiting messages the oldest are dropped. */
const CAPACITY = 128;
/** The pause after a failure, in ms. */
const RETRY = 15;
/** How long a request may hold up the next one, in ms, and how many may be under way for that. */
const HOLD = 25;
const REQUESTS = 4;

/** How long a request to a peer may take, ms. */
export function patienceOf({ detect }: Pick<Settings, 'detect'>): number {
  return Math.min(1000, Math.max(150, detect.timeout));
}

export class Peer implements Way {
  readonly #client: HttpWay;
  readonly #clock: Clock;
  readonly #patience: number;
  #waiting: Message[] = [];
  #requests = 0;
  #startedAt = 0;

  constructor(client: HttpWay, clock: Clock, patience: number) {
    this.#client = client;
    this.#clock = clock;
    this.#patience = patience;
  }

  send(message: Message): void {
    this.#waiting.push(message);
    if (this.#waiting.length > CAPACITY) this.#waiting.shift();
    const held = this.#clock.now() - this.#startedAt < HOLD || this.#requests >= REQUESTS;
    if (this.#requests === 0 || !held) this.#flush();
  }

  #flush(): void {
    this.#requests++;
    this.#startedAt = this.#clock.now();
    const body = JSON.stringify(this.#waiting);
    this.#waiting = [];
    exchange(this.#client, 'POST', '/peer', body, this.#clock, this.#patience).then((text) => {
      if (text === undefined) this.#clock.timer(RETRY, () => this.#next());
      else this.#next();
    });
  }

  #next(): void {
    this.#requests--;
    if (this.#requests === 0 && this.#waiting.length > 0) this.#flush();
  }
}

/** How long a list is waited for at least, in ms: a busy device is late with it, and what it says is as good. */
const LIST_PATIENCE = 1000;

/** The power device, over HTTP. */
export class Power implements PowerDevice {
  readonly #client: HttpWay;
  readonly #clock: Clock;
  readonly #patience: number;

  constructor(client: HttpWay, clock: Clock, patience: number) {
    this.#client = client;
    this.#clock = clock;
    this.#patience = patience;
  }

  async off(target: string): Promise<boolean> {
    const path = `/off/${encodeURIComponent(target)}`;
    return (await exchange(this.#client, 'POST', path, '', this.#clock, this.#patience)) !== undefined;
  }

  async list(): Promise<string[] | undefined> {
    const patience = Math.max(LIST_PATIENCE, this.#patience);
    const text = await exchange(this.#client, 'GET', '/list', '', this.#clock, patience);
    try {
      return text === undefined ? undefined : (JSON.parse(text) as { running: string[] }).running;
    } catch {
      return undefined;
    }
  }
}

/** The end of one exchange's time. An AbortController does as well, but costs more than the rest of an exchange. */
class Limit implements GivingUp {
  aborted = false;
  #listener: (() => void) | undefined;

  addEventListener(_type: 'abort', listener: () => void): void {
    this.#listener = listener;
  }

  removeEventListener(): void {
    this.#listener = undefined;
  }

  reach(): void {
    this.aborted = true;
    this.#listener?.();
  }
}

/** One exchange in at most `patience` ms; resolves with the body of a 2xx answer, with undefined otherwise. */
async function exchange(
  client: HttpWay,
  method: string,
  path: string,
  body: string,
  clock: Clock,
  patience: number,
): Promise<string | undefined> {
  const limit = new Limit();
  const timer = clock.timer(patience, () => limit.reach());
  const result = await client.exchange(method, path, body, limit);
  timer.cancel();
  return result.kind === 'answer' && result.status >= 200 && result.status < 300 ? result.text : undefined;
}
