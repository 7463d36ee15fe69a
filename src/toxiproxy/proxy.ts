/** A proxy: where it listens, whom it dials for each client, its toxics and its live connections. */
import { createServer, type Server, type Socket } from 'node:net';
import type { Clock } from '../clock.js';
import type { Random } from '../random.js';
import { Turns } from '../turns.js';
import { joinHostPort, resolveListen } from './address.js';
import { Connection, SOCKET_OPTIONS } from './connection.js';
import { encodeToxic } from './installed-toxic.js';
import { encodeArray, encodeObject, encodeText, type JsonText } from './json/encode.js';
import { closeListener, listen } from './listener.js';
import type { ProxyInput } from './proxy-input.js';
import { ToxicCollection } from './toxic-collection.js';

export class TcpProxy {
  readonly name: string;
  readonly toxics: ToxicCollection;
  listen: string;
  upstream: string;
  enabled = false;
  readonly #connections = new Set<Connection>();
  readonly #turns = new Turns();
  #server: Server | undefined;

  constructor({ name, listen, upstream }: ProxyInput, clock: Clock, random: Random) {
    this.name = name;
    this.listen = listen;
    this.upstream = upstream;
    this.toxics = new ToxicCollection(clock, random);
  }

  /** Listens, unless it does already. Rejects with a `ListenError`, and then stays disabled. */
  start(): Promise<void> {
    return this.#turns.next(() => this.#start());
  }

  /** Stops listening and closes every connection; resolves when all are closed. */
  stop(): Promise<void> {
    return this.#turns.next(() => this.#stop());
  }

  /**
   * Takes over the listen address, the upstream and whether it is enabled. A change of address or upstream
   * restarts the proxy. Rejects with an `AddressError` or a `ListenError`.
   */
  update(input: ProxyInput): Promise<void> {
    return this.#turns.next(async () => {
      if (await this.differs(input)) {
        await this.#stop();
        this.listen = input.listen;
        this.upstream = input.upstream;
      }
      if (input.enabled) await this.#start();
      else await this.#stop();
    });
  }

  /** Whether `input` names another address or upstream. Rejects with an `AddressError`. */
  async differs(input: ProxyInput): Promise<boolean> {
    const resolved = joinHostPort(await resolveListen(input.listen));
    return this.listen !== resolved || this.upstream !== input.upstream;
  }

  encode(): JsonText {
    return encodeObject([
      ['name', encodeText(this.name)],
      ['listen', encodeText(this.listen)],
      ['upstream', encodeText(this.upstream)],
      ['enabled', String(this.enabled)],
      // Toxiproxy 2 shows its logger, which has no fields.
      ['Logger', '{}'],
      ['toxics', encodeArray(this.toxics.list().map(encodeToxic))],
    ]);
  }

  async #start(): Promise<void> {
    if (this.enabled) return;
    const server = createServer({ ...SOCKET_OPTIONS, pauseOnConnect: true }, (client) =>
      this.#accept(client),
    );
    this.listen = joinHostPort(await listen(server, this.listen));
    server.on('error', () => undefined);
    this.#server = server;
    this.enabled = true;
  }

  async #stop(): Promise<void> {
    if (!this.#server) return;
    this.enabled = false;
    const closed = closeListener(this.#server);
    this.#server = undefined;
    await Promise.all([closed, ...[...this.#connections].map((connection) => connection.destroy())]);
  }

  #accept(client: Socket): void {
    const connection = new Connection(client, this.upstream, this.toxics);
    this.#connections.add(connection);
    connection.closed.then(() => this.#connections.delete(connection));
  }
}
