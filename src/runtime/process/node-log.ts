/**
 * The log of one node, kept over its restarts: both of its output streams, in the order in which they were written. It is
 * capped: where it grows too large, what lies between its beginning and its last lines is cut out, which a line in it tells.
 */
import { closeSync, fstatSync, ftruncateSync, readSync, writeFile } from 'node:fs';
import { promisify } from 'node:util';
import { openToAppend } from '../../own-file.js';

/** How much of the end of a log is read for its last lines, bytes. */
const TAIL = 65_536;

/** In bytes. */
export interface LogLimits {
  /** How large a log may grow. */
  most: number;
  /** How much of its beginning and of its end is kept when it is cut. */
  beginning: number;
  end: number;
  /** How much may wait for a slow disk. */
  waiting: number;
}

const LIMITS: LogLimits = { most: 64_000_000, beginning: 16_000_000, end: 1_000_000, waiting: 16_000_000 };

const append = promisify(writeFile);

export class NodeLog {
  readonly #fd: number;
  readonly #limits: LogLimits;
  #waiting: string[] = [];
  #waitingBytes = 0;
  #writing: Promise<void> | undefined;
  #size: number;
  /** What was cut so far, and whether there is a line that tells it. */
  #cut = 0;
  #isTold = true;
  /** The lines that tell it, since the last cut, bytes. */
  #notes = 0;
  #failure: unknown;

  constructor(path: string, limits = LIMITS) {
    this.#fd = openToAppend(path);
    this.#limits = limits;
    this.#size = fstatSync(this.#fd).size;
  }

  write(text: string): void {
    const length = Buffer.byteLength(text);
    if (this.#waitingBytes + length > this.#limits.waiting) {
      this.#cut += length;
      this.#isTold = false;
      return;
    }
    this.#waiting.push(text);
    this.#waitingBytes += length;
    this.#writing ??= this.#drain();
  }

  /** The last lines, `count` at most. */
  async tail(count: number): Promise<string[]> {
    await this.#writing;
    return this.#last(TAIL).toString('utf8').trimEnd().split('\n').slice(-count);
  }

  /** Rejects where something that the node wrote could not be kept. */
  async close(): Promise<void> {
    await this.#writing;
    if (!this.#isTold) await this.#append(this.#note());
    closeSync(this.#fd);
    if (this.#failure) throw this.#failure;
  }

  /** Writes what waits, piece by piece. */
  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const bytes = Buffer.from(this.#waiting.join('') + (this.#isTold ? '' : this.#note()));
      this.#waiting = [];
      this.#waitingBytes = 0;
      await this.#append(bytes);
      if (this.#size > this.#limits.most) await this.#shorten();
    }
    this.#writing = undefined;
  }

  /** Never rejects: a full disk must not end the runner, and is told at the close. */
  async #append(bytes: Buffer | string): Promise<void> {
    if (this.#failure) return;
    try {
      await append(this.#fd, bytes);
      this.#size += bytes.length;
    } catch (error) {
      this.#failure ??= error;
    }
  }

  async #shorten(): Promise<void> {
    const { beginning, end } = this.#limits;
    let last: Buffer;
    try {
      last = this.#last(end);
      ftruncateSync(this.#fd, beginning);
    } catch (error) {
      this.#failure ??= error;
      return;
    }
    this.#cut += this.#size - beginning - last.length - this.#notes;
    this.#notes = 0;
    this.#size = beginning;
    await this.#append(this.#note());
    await this.#append(last);
  }

  #note(): string {
    const note = `\n[failover-drill: ${this.#cut} bytes of this log were cut so far]\n`;
    this.#isTold = true;
    this.#notes += note.length;
    return note;
  }

  #last(most: number): Buffer {
    const { size } = fstatSync(this.#fd);
    const buffer = Buffer.alloc(Math.min(size, most));
    readSync(this.#fd, buffer, 0, buffer.length, size - buffer.length);
    return buffer;
  }
}
