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

/** What tells that an exchange is waited for no more: an AbortSignal, or less than one. */
export interface GivingUp {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** A way on which exchanges are had with one service. */
export interface HttpWay {
  /** Gives up (with the connection) when the signal is aborted. Never rejects. */
  exchange(method: string, path: string, body: string, signal?: GivingUp): Promise<Exchange>;
  /** Closes every connection; what is under way ends in doubt. */
  close(): void;
}

export class HttpClient implements HttpWay {
  readonly #endpoint: Endpoint;
  readonly #authorization: string;
  readonly #idle: Line[] = [];
  readonly #lines = new Set<Line>();

  /** `key` goes along with each request, for who answers only to those that have it. */
  constructor({ host, port }: Endpoint, key?: string) {
    this.#endpoint = { host, port };
    this.#authorization = key === undefined ? '' : `authorization: Bearer ${key}\r\n`;
  }

  exchange(method: string, path: string, body: string, signal?: GivingUp): Promise<Exchange> {
    if (signal?.aborted) return Promise.resolve({ kind: 'unsent', error: 'given up before it was sent' });
    const { host, port } = this.#endpoint;
    const length = body === '' && method === 'GET' ? '' : `content-length: ${Buffer.byteLength(body)}\r\n`;
    const text = `${method} ${path} HTTP/1.1\r\nhost: ${host}:${port}\r\n${this.#authorization}${length}\r\n${body}`;
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
    const body = bodyOf(header, received, head + 4);
    if (!(status >= 100) || body === 'unreadable') {
      this.giveUp('expected an HTTP answer that tells its length');
      return;
    }
    if (body === 'incomplete') return;
    if (received.length > body.end || !this.#done || /\r\nconnection: *close/i.test(header))
      this.isOpen = false;
    this.#end({ kind: 'answer', status, text: body.text });
    if (!this.isOpen) this.#socket.destroy();
  }
}

type Body = { text: string; end: number } | 'incomplete' | 'unreadable';

/** The body that begins at `start`, where it has come as a whole. */
function bodyOf(header: string, received: Buffer, start: number): Body {
  const length = /\r\ncontent-length: *(\d+)/i.exec(header)?.[1];
  if (length !== undefined) {
    const end = start + Number(length);
    return received.length < end ? 'incomplete' : { text: received.toString('utf8', start, end), end };
  }
  return /\r\ntransfer-encoding: *chunked/i.test(header) ? chunksOf(received, start) : 'unreadable';
}

/** A body in chunks (RFC 9112, 7.1), without trailers. */
function chunksOf(received: Buffer, start: number): Body {
  const chunks: Buffer[] = [];
  for (let at = start; ; ) {
    const line = received.indexOf('\r\n', at);
    if (line < 0) return 'incomplete';
    const size = Number.parseInt(received.toString('latin1', at, line), 16);
    if (!(size >= 0)) return 'unreadable';
    const end = line + 2 + size + 2;
    if (received.length < end) return 'incomplete';
    if (size === 0) return { text: Buffer.concat(chunks).toString('utf8'), end };
    chunks.push(received.subarray(line + 2, line + 2 + size));
    at = end;
  }
}
