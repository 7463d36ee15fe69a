/**
 * One step of a link's pipeline: the queue in front of a toxic, the toxic, and what comes after it.
 *
 *     push > [queue] > toxic.pump > next.push
 */
import type { Clock, Timer } from '../clock.js';
import type { Random } from '../random.js';
import type { InstalledToxic } from './installed-toxic.js';
import type { Chunk, Stage, Toxic } from './toxic.js';
import { noop } from './toxics/noop.js';

/** Where a stage's output goes: the next stage or the destination socket. */
export interface Sink {
  readonly full: boolean;
  push(chunk: Chunk): void;
  end(): void;
}

/** What a stage needs from the link it belongs to. */
export interface StageOwner {
  readonly options: { readonly clock: Clock; readonly random: Random };
  /** Something has moved: other stages may have work to do. */
  moved(): void;
  /** A time that a toxic waits for has come. */
  pump(): void;
}

/** Timers do not count further; a toxic that waits for longer is woken on the way, and waits on. */
const LONGEST_TIMER = 2 ** 31 - 1;

export class LinkStage implements Stage, Sink {
  next: Sink;
  closed = false;
  readonly #toxic: Toxic;
  #running: Toxic;
  #queue: Chunk[] = [];
  #inputEnded = false;
  #timer: Timer | undefined;
  #timerDue = 0;

  constructor(
    readonly installed: InstalledToxic,
    readonly owner: StageOwner,
    next: Sink,
  ) {
    this.next = next;
    this.#toxic = installed.definition.create();
    this.#running = this.#draw();
  }

  get random(): Random {
    return this.owner.options.random;
  }

  // As a sink.

  get full(): boolean {
    return this.closed || this.#queue.length > (this.installed.definition.bufferSize ?? 0);
  }

  push(chunk: Chunk): void {
    if (this.closed) return;
    this.#queue.push(chunk);
    this.owner.moved();
  }

  end(): void {
    this.#inputEnded = true;
    this.owner.moved();
  }

  // As a toxic sees it.

  now(): number {
    return this.owner.options.clock.now();
  }

  peek(): Chunk | undefined {
    return this.#queue[0];
  }

  take(): Chunk | undefined {
    const chunk = this.#queue.shift();
    if (chunk) this.owner.moved();
    return chunk;
  }

  get ended(): boolean {
    return this.#inputEnded && this.#queue.length === 0;
  }

  get room(): boolean {
    return !this.next.full;
  }

  send(chunk: Chunk): void {
    this.next.push(chunk);
  }

  close(): void {
    if (this.closed) return;
    this.stop();
    this.next.end();
  }

  reached(time: number): boolean {
    const rest = time - this.now();
    if (rest <= 0) return true;
    if (this.#timer && this.#timerDue === time) return false;
    this.#timer?.cancel();
    this.#timerDue = time;
    this.#timer = this.owner.options.clock.timer(Math.min(rest, LONGEST_TIMER), () => {
      this.#timer = undefined;
      this.owner.pump();
    });
    return false;
  }

  // As the link sees it.

  pump(): void {
    if (!this.closed) this.#running.pump(this, this.installed.attributes);
  }

  /** The toxic lets go of what it has in hand, which goes where the output leads now. */
  interrupt(): void {
    if (this.closed) return;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#running.interrupt?.(this);
  }

  /** Draws anew whether the toxic works on this connection. */
  restart(): void {
    this.interrupt();
    this.#running = this.#draw();
  }

  /** Lets go of everything, for the toxic is no more. A stage that is closed after this has ended the link. */
  remove(): void {
    this.interrupt();
    this.#toxic.removed?.(this);
    if (this.closed) return;
    for (const chunk of this.#queue.splice(0)) this.next.push(chunk);
    if (this.#inputEnded) this.close();
  }

  /** Drops what waits and takes no more; no timer is left. */
  stop(): void {
    this.closed = true;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#queue = [];
  }

  #draw(): Toxic {
    return this.random.next() < this.installed.toxicity ? this.#toxic : noop.create();
  }
}
