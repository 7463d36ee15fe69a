/**
 * The way to one peer: messages go out as the body of POST /peer, one request at a time; what gathers
 * meanwhile goes with the next. A message may be lost: a request that fails or takes too long is given up with
 * its connection, and nobody is told.
 */
import { Agent, request } from 'node:http';
import type { Clock } from '../clock.js';
import type { Message } from './message.js';

export interface PeerAddress {
  host: string;
  port: number;
}

/** Past this many waiting messages the oldest are dropped. */
const CAPACITY = 128;
/** The pause after a failure, in ms. */
const RETRY = 15;

export class Peer {
  readonly #address: PeerAddress;
  readonly #clock: Clock;
  readonly #patience: number;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  #waiting: Message[] = [];
  #busy = false;

  constructor(address: PeerAddress, clock: Clock, patience: number) {
    this.#address = address;
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
    post(this.#agent, this.#address, '/peer', body, this.#clock, this.#patience).then(
      () => this.#next(),
      () => void this.#clock.timer(RETRY, () => this.#next()),
    );
  }

  #next(): void {
    if (this.#waiting.length > 0) this.#flush();
    else this.#busy = false;
  }
}

/** The power device: switches nodes off and tells which processes run. */
export class Power {
  readonly #address: PeerAddress;
  readonly #clock: Clock;
  readonly #patience: number;
  readonly #agent = new Agent({ keepAlive: false });

  constructor(address: PeerAddress, clock: Clock, patience: number) {
    this.#address = address;
    this.#clock = clock;
    this.#patience = patience;
  }

  /** Resolves with whether the device has confirmed that `target` is off. */
  async off(target: string): Promise<boolean> {
    const path = `/off/${encodeURIComponent(target)}`;
    try {
      await post(this.#agent, this.#address, path, '', this.#clock, this.#patience);
      return true;
    } catch {
      return false;
    }
  }

  /** The names of the running processes; undefined where the device does not answer. */
  async list(): Promise<string[] | undefined> {
    try {
      const text = await exchange(
        this.#agent,
        this.#address,
        'GET',
        '/list',
        '',
        this.#clock,
        this.#patience,
      );
      return (JSON.parse(text) as { running: string[] }).running;
    } catch {
      return undefined;
    }
  }
}

function post(
  agent: Agent,
  address: PeerAddress,
  path: string,
  body: string,
  clock: Clock,
  patience: number,
) {
  return exchange(agent, address, 'POST', path, body, clock, patience);
}

/** One request; resolves with the body of a 2xx answer, rejects otherwise. */
function exchange(
  agent: Agent,
  address: PeerAddress,
  method: string,
  path: string,
  body: string,
  clock: Clock,
  patience: number,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const outgoing = request({ ...address, agent, method, path, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('error', fail);
      response.on('end', () => {
        timer.cancel();
        const { statusCode = 0 } = response;
        if (statusCode >= 200 && statusCode < 300) resolve(text);
        else reject(new Error(`expected a 2xx answer, found ${statusCode}`));
      });
    });
    const fail = (error: Error) => {
      timer.cancel();
      outgoing.destroy();
      reject(error);
    };
    const timer = clock.timer(patience, () => fail(new Error(`no answer within ${patience} ms`)));
    outgoing.on('error', fail);
    outgoing.on('close', () => fail(new Error('the connection was closed')));
    outgoing.end(body);
  });
}
