/**
 * The client of a Toxiproxy server, over connections that are kept: all calls of a fault should reach the server at
 * once, and a connection that has yet to be made is late, many of them more so.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { Agent, request } from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';
import { Toxiproxy, ToxiproxyError } from 'toxiproxy-node-client';
import { HttpClient, type HttpResponse } from 'toxiproxy-node-client/dist/HttpClient.js';
import type { Span } from '../../../span.js';

/** In an answer of the embedded server: when it began and had done what it was asked, ms of the shared clock. */
const INSTANTS = 'x-failover-drill-instants';

/** When the server did what it was asked, by its own word; undefined for a call of which it tells nothing. */
export type Told = Span | undefined;

const telling = new AsyncLocalStorage<Told[]>();

/** Does what makes calls; gives what the servers tell of when they did it, one for each call that changes something. */
export async function toldOf(work: () => Promise<unknown>): Promise<Told[]> {
  const told: Told[] = [];
  await telling.run(told, work);
  return told;
}

function instantsIn(header: string | string[] | undefined): Told {
  const [, at, last] = /^(\d+(?:\.\d+)?) (\d+(?:\.\d+)?)$/.exec(String(header)) ?? [];
  return at === undefined ? undefined : { at: Number(at), last: Number(last) };
}

/** How many calls are under way at once, each over a connection of its own. */
const CONNECTIONS = 16;
/** A connection that nobody has used for this long is closed, ms: sooner than servers do (5 s at the least). */
const IDLE = 3000;
/** How long a connection may be silent in the midst of a call before it is given up, ms: longer than callers wait. */
const SILENCE = 30_000;

export function openClient(url: string): Toxiproxy {
  const client = new Toxiproxy(url);
  client.api = new KeptConnections(url);
  return client;
}

/** Has connections ready for `count` calls at once. Rejects where the server does not answer. */
export async function warm({ api, host }: Toxiproxy, count: number): Promise<void> {
  if (!(api instanceof KeptConnections)) return;
  const wanted = Math.min(count, CONNECTIONS);
  if (api.ready >= wanted) return;
  // Calls take the connections that are ready, and each further one makes its own.
  await Promise.all(Array.from({ length: wanted }, () => api.getText(`${host}/version`)));
}

class KeptConnections extends HttpClient {
  readonly #agent: Agent;
  readonly #request: typeof request;

  constructor(url: string) {
    super();
    const setting = { keepAlive: true, maxSockets: CONNECTIONS, timeout: IDLE };
    const isSecure = url.startsWith('https:');
    this.#agent = isSecure ? new SecureAgent(setting) : new Agent(setting);
    this.#request = isSecure ? secureRequest : request;
  }

  /** How many connections wait for a call. */
  get ready(): number {
    return Object.values(this.#agent.freeSockets).flat().length;
  }

  override async get<T>(url: string): Promise<HttpResponse<T>> {
    return parsed(await this.#call('GET', url));
  }

  override async post<T>(url: string, body?: unknown): Promise<HttpResponse<T>> {
    return parsed(await this.#call('POST', url, body));
  }

  override async delete(url: string): Promise<void> {
    await this.#call('DELETE', url);
  }

  override getText(url: string): Promise<string> {
    return this.#call('GET', url);
  }

  /** Rejects as the client's own calls do, so that whoever reads its errors reads these. */
  #call(method: string, url: string, body?: unknown): Promise<string> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers =
      text === undefined
        ? {}
        : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) };
    const told = method === 'GET' ? undefined : telling.getStore();
    return new Promise((resolve, reject) => {
      const fail = ({ name, message, stack }: Error) => reject(new ToxiproxyError(name, message, stack));
      const sent = this.#request(
        url,
        { method, headers, agent: this.#agent, timeout: SILENCE },
        (response) => {
          let answer = '';
          response.setEncoding('utf8');
          response.on('data', (part: string) => {
            answer += part;
          });
          response.on('error', fail);
          response.on('end', () => {
            const { statusCode = 0 } = response;
            told?.push(instantsIn(response.headers[INSTANTS]));
            if (statusCode >= 200 && statusCode < 300) resolve(answer);
            else fail(new Error(`Request failed with status code ${statusCode}`));
          });
        },
      );
      sent.on('error', fail);
      sent.on('timeout', () => sent.destroy(new Error(`no answer within ${SILENCE} ms`)));
      sent.end(text);
    });
  }
}

function parsed<T>(text: string): HttpResponse<T> {
  return { data: (text === '' ? undefined : JSON.parse(text)) as T };
}
