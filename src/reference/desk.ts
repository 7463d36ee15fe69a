/** Where a node or supervisor is asked things: turns requests into happenings and answers into replies. */
import { isChange } from './change.js';
import type { Answer, Happening } from './effect.js';
import type { Message } from './message.js';
import type { Value } from './settings.js';

/** What a desk is given to answer with. */
export interface Inside {
  dispatch(happening: Happening): void;
  /** GET /role and GET /state: what it says of itself. */
  describe(): object;
  ready(): boolean;
  greeted(token: string): void;
}

export type Reply = (status: number, body: string) => void;

export class Desk {
  readonly #inside: Inside;
  readonly #open = new Map<number, Reply>();
  #requests = 0;

  constructor(inside: Inside) {
    this.#inside = inside;
  }

  answer(request: number, { status, body }: Answer): void {
    const reply = this.#open.get(request);
    this.#open.delete(request);
    reply?.(status, JSON.stringify(body));
  }

  /** What cannot be read (a broken path, no JSON) is the asker's mistake. */
  serve(method: string, url: string, body: string, reply: Reply): void {
    try {
      if (method === 'GET') this.#get(url, reply);
      else this.#change(method, url, body, reply);
    } catch (error) {
      if (!['SyntaxError', 'URIError'].includes((error as Error).name)) throw error;
      reply(400, JSON.stringify({ error: String(error) }));
    }
  }

  #get(url: string, reply: Reply): void {
    if (url.startsWith('/kv/')) {
      const key = decodeURIComponent(url.slice(4));
      this.#inside.dispatch({ type: 'read', request: this.#register(reply), key });
    } else if (url === '/role' || url === '/state') reply(200, JSON.stringify(this.#inside.describe()));
    else if (url === '/ready') reply(this.#inside.ready() ? 200 : 503, '{}');
    else if (url.startsWith('/live')) {
      const token = new URLSearchParams(url.split('?')[1]).get('token');
      if (token !== null) this.#inside.greeted(token);
      reply(200, '{}');
    } else reply(404, '{"error":"no such path"}');
  }

  #change(method: string, url: string, body: string, reply: Reply): void {
    if (method === 'POST' && url === '/peer') {
      const messages = JSON.parse(body) as Message[];
      reply(200, '');
      for (const message of messages) this.#inside.dispatch({ type: 'message', message });
    } else if (method === 'PUT' && url.startsWith('/kv/')) {
      const value = JSON.parse(body) as Value;
      const key = decodeURIComponent(url.slice(4));
      this.#inside.dispatch({ type: 'write', request: this.#register(reply), key, value });
    } else if (method === 'POST' && url.startsWith('/kv/')) {
      const change: unknown = JSON.parse(body);
      if (!isChange(change)) throw new SyntaxError('expected `append`, `cas`, `add`, `take` or `transfer`');
      const key = decodeURIComponent(url.slice(4));
      this.#inside.dispatch({ type: 'change', request: this.#register(reply), key, change });
    } else if (method === 'POST' && url === '/switchover') {
      const { to } = JSON.parse(body) as { to: string };
      this.#inside.dispatch({ type: 'switchover', request: this.#register(reply), to });
    } else reply(404, '{"error":"no such path"}');
  }

  #register(reply: Reply): number {
    const request = ++this.#requests;
    this.#open.set(request, reply);
    return request;
  }
}
