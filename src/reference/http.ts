/** The HTTP face of a node or supervisor: turns requests into happenings and answers into responses. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isChange } from './change.js';
import type { Answer, Happening } from './effect.js';
import type { Message } from './message.js';
import type { Value } from './settings.js';

/** What the HTTP face is given to answer with. */
export interface Inside {
  dispatch(happening: Happening): void;
  /** GET /role and GET /state: what it says of itself. */
  describe(): object;
  ready(): boolean;
  greeted(token: string): void;
}

/** The largest body that is taken, in characters. */
const LIMIT = 64 * 1024 * 1024;

export class Face {
  readonly #inside: Inside;
  readonly #server: Server;
  readonly #open = new Map<number, ServerResponse>();
  #requests = 0;

  constructor(inside: Inside) {
    this.#inside = inside;
    this.#server = createServer(
      { keepAlive: true, keepAliveTimeout: 120_000, requestTimeout: 0 },
      (request, response) => this.#serve(request, response),
    );
  }

  listen(host: string, port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, 1024, resolve);
    });
  }

  answer(request: number, { status, body }: Answer): void {
    const response = this.#open.get(request);
    if (!response) return;
    this.#open.delete(request);
    reply(response, status, JSON.stringify(body));
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const { method = 'GET', url = '/' } = request;
    if (method === 'GET') {
      request.resume();
      this.#guard(response, () => this.#get(url, response));
      return;
    }
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => {
      body += chunk;
      if (body.length > LIMIT) request.destroy();
    });
    request.on('end', () => this.#guard(response, () => this.#change(method, url, body, response)));
  }

  /** What cannot be read (a broken path, no JSON) is the asker's mistake. */
  #guard(response: ServerResponse, serve: () => void): void {
    try {
      serve();
    } catch (error) {
      if (!['SyntaxError', 'URIError'].includes((error as Error).name)) throw error;
      reply(response, 400, JSON.stringify({ error: String(error) }));
    }
  }

  #get(url: string, response: ServerResponse): void {
    if (url.startsWith('/kv/')) {
      const key = decodeURIComponent(url.slice(4));
      this.#inside.dispatch({ type: 'read', request: this.#register(response), key });
    } else if (url === '/role' || url === '/state')
      reply(response, 200, JSON.stringify(this.#inside.describe()));
    else if (url === '/ready') reply(response, this.#inside.ready() ? 200 : 503, '{}');
    else if (url.startsWith('/live')) {
      const token = new URLSearchParams(url.split('?')[1]).get('token');
      if (token !== null) this.#inside.greeted(token);
      reply(response, 200, '{}');
    } else reply(response, 404, '{"error":"no such path"}');
  }

  #change(method: string, url: string, body: string, response: ServerResponse): void {
    if (method === 'POST' && url === '/peer') {
      const messages = JSON.parse(body) as Message[];
      reply(response, 200, '');
      for (const message of messages) this.#inside.dispatch({ type: 'message', message });
    } else if (method === 'PUT' && url.startsWith('/kv/')) {
      const value = JSON.parse(body) as Value;
      const key = decodeURIComponent(url.slice(4));
      this.#inside.dispatch({ type: 'write', request: this.#register(response), key, value });
    } else if (method === 'POST' && url.startsWith('/kv/')) {
      const change: unknown = JSON.parse(body);
      if (!isChange(change)) throw new SyntaxError('expected `append`, `cas` or `add`');
      const key = decodeURIComponent(url.slice(4));
      this.#inside.dispatch({ type: 'change', request: this.#register(response), key, change });
    } else if (method === 'POST' && url === '/switchover') {
      const { to } = JSON.parse(body) as { to: string };
      this.#inside.dispatch({ type: 'switchover', request: this.#register(response), to });
    } else reply(response, 404, '{"error":"no such path"}');
  }

  #register(response: ServerResponse): number {
    const request = ++this.#requests;
    this.#open.set(request, response);
    return request;
  }
}

function reply(response: ServerResponse, status: number, body: string): void {
  if (response.destroyed) return;
  response.sendDate = false;
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}
