/**
 * A client's connection through a proxy: the client's socket, the socket to the upstream, and a link for each
 * direction between them.
 *
 *     client > [upstream link]   > upstream
 *     client < [downstream link] < upstream
 */
import { connect, type Socket } from 'node:net';
import { AddressError, dialAddress } from './address.js';
import type { Direction } from './installed-toxic.js';
import type { ToxicCollection } from './toxic-collection.js';

/** Options of both sockets. Half-open is allowed only so that a link decides when to pass the end of a stream on. */
export const SOCKET_OPTIONS = {
  allowHalfOpen: true,
  noDelay: true,
  keepAlive: true,
  keepAliveInitialDelay: 15_000,
};

export class Connection {
  /** Resolves when both sockets are closed. */
  readonly closed: Promise<void>;
  readonly #client: Socket;
  readonly #toxics: ToxicCollection;
  readonly #upstream: Socket | undefined;
  #abortive = false;

  /** Dials `upstream` for a client that was accepted and is not yet read. */
  constructor(client: Socket, upstream: string, toxics: ToxicCollection) {
    this.#client = client;
    this.#toxics = toxics;
    this.#upstream = dial(upstream);
    this.closed = Promise.all([closing(client), this.#upstream && closing(this.#upstream)]).then(
      () => undefined,
    );
    if (!this.#upstream) client.destroy();
    this.#upstream?.once('connect', this.#start);
    // Where nothing answers, the client sees a connection that is accepted and then closed.
    this.#upstream?.once('error', this.#giveUp);
  }

  /** Ends the connection at once; bytes that are still held by toxics are lost. */
  destroy(): Promise<void> {
    for (const socket of [this.#client, this.#upstream]) {
      if (this.#abortive) socket?.resetAndDestroy();
      else socket?.destroy();
    }
    return this.closed;
  }

  readonly #giveUp = () => {
    this.#client.destroy();
  };

  readonly #start = () => {
    const [client, upstream] = [this.#client, this.#upstream];
    if (!upstream || client.destroyed) return void this.destroy();
    upstream.off('error', this.#giveUp);
    this.#abortive = this.#toxics.abortive;
    this.#link('upstream', client, upstream);
    this.#link('downstream', upstream, client);
  };

  #link(direction: Direction, source: Socket, destination: Socket): void {
    const closeDestination = () => {
      if (this.#abortive) destination.resetAndDestroy();
      else destination.destroySoon();
    };
    const unlink = this.#toxics.startLink({ source, destination, direction, closeDestination });
    destination.once('close', unlink);
  }
}

function dial(upstream: string): Socket | undefined {
  try {
    return connect({ ...dialAddress(upstream), ...SOCKET_OPTIONS });
  } catch (error) {
    if (error instanceof AddressError) return undefined;
    throw error;
  }
}

function closing(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    // An error is always followed by 'close', which is what matters here.
    socket.on('error', () => undefined);
    socket.once('close', () => resolve());
  });
}
