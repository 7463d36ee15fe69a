/**
 * An HTTP/1.1 client for small exchanges with the reference service, over kept-alive sockets: a fraction of
 * the cost of node:http's, which matters where clients, nodes and proxies share one machine. One exchange at a
 * time on a socket; as many sockets as there are exchanges at once.
 *
 * It tells apart what was surely not sent from what may have arrived.
 */
import { connect, type Socket } from 'node:net';

export interface Endpoint {
  host: string;
  port: number;
}

/** How an exchange ended: with an answer, before anything was sent, or somewhere in between. */
export type Exchange =
  | { kind: 'answer'; status: number; text: string }
  | { kind: 'unsent'; error: string }
  | { kind: 'doubt'; error: string };

export class HttpClient {
  readonly #endpoint: Endpoint;
  readonly #idle: Line[] = [];
  readonly #lines = new Set<Line>();

  constructor({ host, port }: Endpoint) {
    this.#endpoint = { host, port };
  }

  /** Gives up (with the connection) when the signal is aborted. Never rejects. */
  exchange(method: string, path: string, body: string, signal?: AbortSignal): Promise<Exchange> {
    if (signal?.aborted) return Promise.resolve({ kind: 'unsent', error: 'given up before it was sent' });
    const { host, port } = this.#endpoint;
    const length = body === '' && method === 'GET' ? '' : `content-length: ${Buffer.byteLength(body)}\r\n`;
    const text = `${method} ${path} HTTP/1.1\r\nhost: ${host}:${port}\r\n${length}\r\n${body}`;
    return new Promise((resolve) => {
      const line = this.#idle.pop() ?? this.#open();
      const abort = () => line.giveUp('timed out');
      signal?.addEventListener('abort', abort, { once: true });
      line.begin(text, (result) => {
        signal?.removeEventListener('abort', abort);
        if (result.kind === 'answer' && line.isOpen) this.#idle.push(line);
        resolve(result);
      });
    });
  }

  /** Closes every connection; what is under way ends in doubt. */
  close(): void {
    for (const line of this.#lines) line.giveUp('closed');
  }

  #open(): Line {
    const line: Line = new Line(this.#endpoint, () => {
      this.#lines.delete(line);
      const at = this.#idle.indexOf(line);
      if (at >= 0) this.#idle.splice(at, 1);
    });
    this.#lines.add(line);
    return line;
  }
}

/** One connection. */
class Line {
  readonly #socket: Socket;
  #received: Buffer | undefined;
  #text = '';
  #sent = false;
  #done: ((result: Exchange) => void) | undefined;
  isOpen = true;

  constructor({ host, port }: Endpoint, closed: () => void) {
    this.#socket = connect({ host, port, noDelay: true });
    this.#socket.on('connect', () => this.#write());
    this.#socket.on('data', (chunk) => this.#take(chunk));
    this.#socket.on('error', (error) => this.giveUp(error.message || String(error)));
    this.#socket.on('close', () => {
      this.giveUp('the connection was closed');
      closed();
    });
  }

  begin(text: string, done: (result: Exchange) => void): void {
    this.#text = text;
    this.#done = done;
    this.#sent = false;
    this.#received = undefined;
    if (!this.#socket.connecting) this.#write();
  }

  giveUp(error: string): void {
    this.isOpen = false;
    this.#socket.destroy();
    this.#end({ kind: this.#sent ? 'doubt' : 'unsent', error });
  }

  #write(): void {
    this.#sent = true;
    this.#socket.write(this.#text);
  }

  #end(result: Exchange): void {
    const done = this.#done;
    this.#done = undefined;
    done?.(result);
  }

  #take(chunk: Buffer): void {
    const received = this.#received ? Buffer.concat([this.#received, chunk]) : chunk;
    this.#received = received;
    const head = received.indexOf('\r\n\r\n');
    if (head < 0) return;
    const header = received.toString('latin1', 0, head);
    const status = Number(header.slice(9, 12));
    const length = /\r\ncontent-length: *(\d+)/i.exec(header)?.[1];
    if (!(status >= 100) || length === undefined) {
      this.giveUp('expected an HTTP answer with a length');
      return;
    }
    const end = head + 4 + Number(length);
    if (received.length < end) return;
    if (received.length > end || !this.#done || /\r\nconnection: *close/i.test(header)) this.isOpen = false;
    this.#end({ kind: 'answer', status, text: received.toString('utf8', head + 4, end) });
    if (!this.isOpen) this.#socket.destroy();
  }
}
