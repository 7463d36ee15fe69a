/** What the tests of the embedded Toxiproxy share: a server, a far end, peers that read exactly, raw requests. */
import { EventEmitter, once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect, createServer, type Socket } from 'node:net';
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { type Clock, systemClock } from '../../src/clock.js';
import { seeded } from '../../src/random.js';
import { startToxiproxy } from '../../src/toxiproxy/server.js';

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** An API to talk to, byte for byte. */
export class Api {
  constructor(public url: string) {}

  /** `body` is sent as it is when it is a string, else as JSON. */
  async call(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const { hostname, port } = new URL(this.url);
    // The path by itself: as part of a URL it would be cleaned here.
    const request = httpRequest({ hostname, port, path, method, headers, agent: false });
    request.end(body === undefined || typeof body === 'string' ? body : JSON.stringify(body));
    const [response] = await once(request, 'response');
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk);
    return { status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks).toString() };
  }

  async addToxic(type: string, attributes: object = {}, more: object = {}): Promise<Answer> {
    const answer = await this.call('POST', '/proxies/p/toxics', { name: 't', type, attributes, ...more });
    if (answer.status !== 200) throw new Error(answer.body);
    return answer;
  }

  updateToxic(attributes: object, more: object = {}): Promise<Answer> {
    return this.call('PATCH', '/proxies/p/toxics/t', { attributes, ...more });
  }

  removeToxic(name = 't'): Promise<Answer> {
    return this.call('DELETE', `/proxies/p/toxics/${name}`);
  }
}

/** A server for one test. */
export async function startServer(clock: Clock = systemClock): Promise<Api> {
  const server = await startToxiproxy({ listen: '127.0.0.1:0', clock, random: seeded('test') });
  onTestFinished(() => server.close());
  return new Api(server.url);
}

/** One side of a connection: reads exactly what is asked for and knows how the connection ended. */
export class Peer {
  ending: 'FIN' | 'RST' | undefined;
  #chunks: Buffer[] = [];
  #length = 0;
  readonly #changes = new EventEmitter();

  constructor(readonly socket: Socket) {
    socket.on('data', (data) => {
      this.#chunks.push(data);
      this.#length += data.length;
      this.#changes.emit('change');
    });
    socket.on('end', () => this.#end('FIN'));
    socket.on('error', () => this.#end('RST'));
  }

  /** How many bytes have come and were not read. */
  get waiting(): number {
    return this.#length;
  }

  send(data: string | Buffer): void {
    this.socket.write(data);
  }

  /** Takes the next `size` bytes once they are there. */
  async read(size: number): Promise<string> {
    while (this.#length < size) {
      if (this.ending) throw new Error(`${this.ending} after ${this.#length} of ${size} bytes`);
      await once(this.#changes, 'change');
    }
    const all = Buffer.concat(this.#chunks);
    this.#chunks = [all.subarray(size)];
    this.#length -= size;
    return all.toString('latin1', 0, size);
  }

  /** How the other side ended the connection. */
  async ended(): Promise<'FIN' | 'RST'> {
    while (!this.ending) await once(this.#changes, 'change');
    return this.ending;
  }

  #end(how: 'FIN' | 'RST'): void {
    this.ending ??= how;
    this.#changes.emit('change');
  }
}

/** A server at the far end of a proxy, which hands out its connections in the order in which they came. */
export async function startFarEnd(): Promise<{ address: string; next(): Promise<Peer> }> {
  const waiting: Peer[] = [];
  const sockets: Socket[] = [];
  const arrivals = new EventEmitter();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.push(socket);
    waiting.push(new Peer(socket));
    arrivals.emit('arrival');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as { port: number };
  return {
    address: `127.0.0.1:${port}`,
    async next() {
      while (waiting.length === 0) await once(arrivals, 'arrival');
      return waiting.shift() as Peer;
    },
  };
}

export async function dial(address: string): Promise<Peer> {
  const [host, port] = address.split(':');
  const socket = connect({ host: host as string, port: Number(port), allowHalfOpen: true, noDelay: true });
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return new Peer(socket);
}

export interface Bench {
  api: Api;
  /** Where the proxy `p` listens. */
  listen: string;
  upstream: string;
  /** A new connection through the proxy, seen from both ends. */
  connect(): Promise<{ client: Peer; server: Peer }>;
}

/** A server with one proxy named `p` in front of a far end. */
export async function startBench(clock: Clock = systemClock): Promise<Bench> {
  const api = await startServer(clock);
  const farEnd = await startFarEnd();
  const body = { name: 'p', listen: '127.0.0.1:0', upstream: farEnd.address };
  const { listen } = JSON.parse((await api.call('POST', '/proxies', body)).body);
  return {
    api,
    listen,
    upstream: farEnd.address,
    async connect() {
      const [client, server] = await Promise.all([dial(listen), farEnd.next()]);
      return { client, server };
    },
  };
}

/**
 * Lets everything arrive that nothing holds back. Everything is in one process here: what counts is how often the
 * loop has looked at its sockets, and the pause in between is for a kernel that is busy elsewhere.
 */
export async function settle(): Promise<void> {
  await turns();
  await pause(20);
  await turns();
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await nextTurn();
}

/** Milliseconds that `work` took. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = systemClock.now();
  await work();
  return systemClock.now() - start;
}
