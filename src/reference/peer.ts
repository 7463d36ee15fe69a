/**
 * The way to one peer: messages go out as lines over one connection, which begins as an HTTP request that is upgraded.
 *
 *     GET /peer, upgrade: messages      ->
 *                                       <-  101
 *     7 [{"type":"heartbeat",...},...]  ->      what was sent in one turn of the loop
 *                                       <-  7   all up to there has come, told a moment later
 *
 * A message may be lost: a connection on which nothing comes back for too long is given up with what is under way on
 * it, and nobody is told.
 */
import { connect, type Socket } from 'node:net';
import type { Clock, Timer } from '../clock.js';
import type { Endpoint } from './client.js';
import { Lines } from './lines.js';
import type { Message } from './message.js';

/** Past this many waiting messages the oldest are dropped, and past this many lines without an answer none is sent. */
const CAPACITY = 128;
/** The pause after a failure, in ms. */
const RETRY = 15;

export class Peer {
  readonly #endpoint: Endpoint;
  readonly #clock: Clock;
  readonly #patience: number;
  #waiting: Message[] = [];
  #isFlushing = false;
  #isResting = false;
  #socket: Socket | undefined;
  #sent = 0;
  #answered = 0;
  /** Runs while something is under way. */
  #patienceLeft: Timer | undefined;

  /** `patience` is how long a connection may leave everything unanswered, ms. */
  constructor(endpoint: Endpoint, clock: Clock, patience: number) {
    this.#endpoint = endpoint;
    this.#clock = clock;
    this.#patience = patience;
  }

  send(message: Message): void {
    this.#waiting.push(message);
    if (this.#waiting.length > CAPACITY) this.#waiting.shift();
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    queueMicrotask(() => {
      this.#isFlushing = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#isResting || this.#waiting.length === 0 || this.#sent - this.#answered >= CAPACITY) return;
    this.#socket ??= this.#open();
    this.#sent += 1;
    this.#socket.write(`${this.#sent} ${JSON.stringify(this.#waiting)}\n`);
    this.#waiting = [];
    this.#patienceLeft ??= this.#wait();
  }

  #open(): Socket {
    const { host, port } = this.#endpoint;
    const socket = connect({ host, port, noDelay: true });
    this.#sent = 0;
    this.#answered = 0;
    socket.write(
      `GET /peer HTTP/1.1\r\nhost: ${host}:${port}\r\nconnection: upgrade\r\nupgrade: messages\r\n\r\n`,
    );
    const lines = new Lines((line) => this.#hear(Number(line)));
    socket.on('data', (chunk) => lines.take(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => this.#leave(socket));
    return socket;
  }

  /** The lines of the answer's head are no numbers. */
  #hear(answered: number): void {
    if (!(answered > this.#answered && answered <= this.#sent)) return;
    this.#answered = answered;
    this.#patienceLeft?.cancel();
    this.#patienceLeft = answered < this.#sent ? this.#wait() : undefined;
    this.#flush();
  }

  #wait(): Timer {
    const socket = this.#socket;
    return this.#clock.timer(this.#patience, () => socket && this.#leave(socket));
  }

  #leave(socket: Socket): void {
    socket.destroy();
    if (this.#socket !== socket) return;
    this.#socket = undefined;
    this.#patienceLeft?.cancel();
    this.#patienceLeft = undefined;
    this.#isResting = true;
    this.#clock.timer(RETRY, () => {
      this.#isResting = false;
      this.#flush();
    });
  }
}
