/**
 * One direction of a connection. Without toxics, bytes go straight from socket to socket; with toxics they pass
 * through a stage for each, in the order in which the toxics were added. Toxics come and go while bytes flow.
 *
 *     source > destination
 *     source > stage > stage > destination
 *
 * The source is read only while there is room for what it brings. When the source ends and everything has
 * passed, the destination is closed in both directions: Toxiproxy does not keep half-closed connections.
 */
import type { Socket } from 'node:net';
import type { Clock } from '../clock.js';
import type { Random } from '../random.js';
import type { Direction, InstalledToxic } from './installed-toxic.js';
import { LinkStage, type Sink, type StageOwner } from './stage.js';
import type { Chunk } from './toxic.js';

/** The most that one chunk holds, in bytes: what Toxiproxy reads at once, so that toxics see the same chunks. */
const CHUNK = 32 * 1024;

export interface LinkOptions {
  source: Socket;
  destination: Socket;
  direction: Direction;
  clock: Clock;
  random: Random;
  /** Closes the destination, gracefully or by a reset. */
  closeDestination: () => void;
}

export class Link implements StageOwner, Sink {
  readonly #stages: LinkStage[] = [];
  #moved = false;
  #finished = false;

  constructor(readonly options: LinkOptions) {}

  start(toxics: readonly InstalledToxic[]): void {
    const { source, destination } = this.options;
    for (const toxic of toxics) this.#append(toxic);
    source.on('data', (data) => this.#receive(data));
    source.on('end', () => this.#sourceEnded());
    source.on('close', () => this.#sourceEnded());
    destination.on('drain', () => this.pump());
    destination.on('close', () => this.#finish());
    this.pump();
  }

  addToxic(toxic: InstalledToxic): void {
    if (this.#finished) return;
    // What the last toxic has in hand passes the new one by.
    this.#stages.at(-1)?.restart();
    this.#append(toxic);
    this.pump();
  }

  updateToxic(toxic: InstalledToxic): void {
    this.#stages.find(({ installed }) => installed === toxic)?.restart();
    this.pump();
  }

  removeToxic(toxic: InstalledToxic): void {
    const index = this.#stages.findIndex(({ installed }) => installed === toxic);
    const stage = this.#stages[index];
    if (!stage || stage.closed) return;
    stage.remove();
    if (!stage.closed) {
      this.#stages.splice(index, 1);
      const previous = this.#stages[index - 1];
      if (previous) {
        previous.next = stage.next;
        previous.restart();
      }
    }
    this.pump();
  }

  /** Moves everything that may move now, and reads the source if there is room for more. */
  pump(): void {
    do {
      this.#moved = false;
      for (const stage of this.#stages) stage.pump();
    } while (this.#moved);
    if (this.#finished) return;
    if ((this.#stages[0] ?? this).full) this.options.source.pause();
    else this.options.source.resume();
  }

  moved(): void {
    this.#moved = true;
  }

  // The link itself is what its last stage sends to.

  get full(): boolean {
    return this.options.destination.writableNeedDrain;
  }

  push({ data }: Chunk): void {
    if (!this.#finished) this.options.destination.write(data);
  }

  end(): void {
    if (this.#finished) return;
    this.#finish();
    this.options.closeDestination();
  }

  #append(toxic: InstalledToxic): void {
    const stage = new LinkStage(toxic, this, this);
    const last = this.#stages.at(-1);
    if (last) last.next = stage;
    this.#stages.push(stage);
  }

  #receive(data: Buffer): void {
    const first = this.#stages[0];
    if (!first) {
      if (!this.options.destination.write(data)) this.options.source.pause();
      return;
    }
    const timestamp = this.options.clock.now();
    for (let start = 0; start < data.length; start += CHUNK)
      first.push({ data: data.subarray(start, start + CHUNK), timestamp });
    this.pump();
  }

  #sourceEnded(): void {
    if (this.#finished) return;
    (this.#stages[0] ?? this).end();
    this.pump();
  }

  /** Nothing can reach the destination any more. */
  #finish(): void {
    this.#finished = true;
    for (const stage of this.#stages) stage.stop();
    this.options.source.pause();
  }
}
