/**
 * Knocking: datagrams from one agent to another, to see whether packets get through where a connection, which needs
 * both directions, shows nothing of a single one.
 *
 *     agent a -- token, token, token ... --> agent b     b has heard it, or never does
 */
import { createSocket, type Socket } from 'node:dgram';
import type { Clock } from '../../../clock.js';

/** Time between two of them, ms. */
const EVERY = 20;
/** How many tokens are kept for those who ask later. */
const KEPT = 1000;

export class Datagrams {
  readonly #socket: Socket;
  readonly #clock: Clock;
  readonly #heard = new Set<string>();
  /** Who waits for which token. */
  readonly #waiting = new Map<string, Set<() => void>>();
  #closed = false;

  constructor(socket: Socket, clock: Clock) {
    this.#socket = socket;
    this.#clock = clock;
    socket.on('message', (message) => this.#hear(message.toString('latin1')));
    // A peer that refuses is told to us as an error; it is no reason to stop.
    socket.on('error', () => {});
  }

  /** Sends a token again and again; gives what ends that. */
  knock(host: string, port: number, token: string): () => void {
    let timer: { cancel(): void } | undefined;
    const send = () => {
      if (this.#closed) return;
      this.#socket.send(token, port, host, () => {});
      timer = this.#clock.timer(EVERY, send);
    };
    send();
    return () => timer?.cancel();
  }

  /** Tells of a token as soon as it has come, or at once where it has; gives what ends the waiting. */
  listen(token: string, tell: () => void): () => void {
    if (this.#heard.has(token)) tell();
    const waiting = this.#waiting.get(token) ?? new Set();
    this.#waiting.set(token, waiting.add(tell));
    return () => {
      waiting.delete(tell);
      if (waiting.size === 0) this.#waiting.delete(token);
    };
  }

  close(): void {
    this.#closed = true;
    this.#socket.close();
  }

  #hear(token: string): void {
    if (this.#heard.has(token)) return;
    this.#heard.add(token);
    for (const tell of this.#waiting.get(token) ?? []) tell();
    const [oldest] = this.#heard;
    if (this.#heard.size > KEPT && oldest !== undefined) this.#heard.delete(oldest);
  }
}

/** Resolves once they are heard at this address. */
export function openDatagrams(address: { host: string; port: number }, clock: Clock): Promise<Datagrams> {
  const socket = createSocket('udp4');
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind({ address: address.host, port: address.port, exclusive: true }, () => {
      socket.off('error', reject);
      resolve(new Datagrams(socket, clock));
    });
  });
}
