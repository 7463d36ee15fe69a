/** The log of one node, kept over its restarts: both of its output streams, in the order in which they were written. */
import { closeSync, createWriteStream, fstatSync, openSync, readSync, type WriteStream } from 'node:fs';

/** How much of the end of a log is read for its last lines, bytes. */
const TAIL = 65_536;

export class NodeLog {
  /** For a process's standard error, which writes to it without us. */
  readonly fd: number;
  readonly #stream: WriteStream;

  constructor(path: string) {
    // `a+`: every write goes to the end, whoever else writes.
    this.fd = openSync(path, 'a+');
    this.#stream = createWriteStream(path, { fd: this.fd, autoClose: false });
  }

  write(text: string): void {
    this.#stream.write(text);
  }

  /** The last lines, `count` at most. */
  async tail(count: number): Promise<string[]> {
    await new Promise((resolve) => this.#stream.write('', resolve));
    const { size } = fstatSync(this.fd);
    const buffer = Buffer.alloc(Math.min(size, TAIL));
    readSync(this.fd, buffer, 0, buffer.length, size - buffer.length);
    return buffer.toString('utf8').trimEnd().split('\n').slice(-count);
  }

  async close(): Promise<void> {
    await new Promise((resolve) => this.#stream.end(resolve));
    closeSync(this.fd);
  }
}
