/** The log of one node, kept over its restarts: both of its output streams, in the order in which they were written. */
import { closeSync, createWriteStream, fstatSync, readSync, type WriteStream } from 'node:fs';
import { openToAppend } from '../../own-file.js';

/** How much of the end of a log is read for its last lines, bytes. */
const TAIL = 65_536;

export class NodeLog {
  /** For a process's standard error, which writes to it without us. */
  readonly fd: number;
  readonly #stream: WriteStream;
  #failure: Error | undefined;

  constructor(path: string) {
    this.fd = openToAppend(path);
    this.#stream = createWriteStream(path, { fd: this.fd, autoClose: false });
    // A full disk must not end the runner: it is told at the close.
    this.#stream.on('error', (error) => {
      this.#failure ??= error;
    });
  }

  write(text: string): void {
    if (this.#stream.writable) this.#stream.write(text);
  }

  /** The last lines, `count` at most. */
  async tail(count: number): Promise<string[]> {
    if (this.#stream.writable) await new Promise((resolve) => this.#stream.write('', resolve));
    const { size } = fstatSync(this.fd);
    const buffer = Buffer.alloc(Math.min(size, TAIL));
    readSync(this.fd, buffer, 0, buffer.length, size - buffer.length);
    return buffer.toString('utf8').trimEnd().split('\n').slice(-count);
  }

  /** Rejects where something that the node wrote could not be kept. */
  async close(): Promise<void> {
    if (this.#stream.writable) await new Promise((resolve) => this.#stream.end(resolve));
    closeSync(this.fd);
    if (this.#failure) throw this.#failure;
  }
}
