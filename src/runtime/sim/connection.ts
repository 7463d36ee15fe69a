/**
 * A connection over a virtual link, and the way to a host: as many connections as there are exchanges at once, one exchange
 * at a time on each. As through a proxy, a connection comes about at the link's near end, also where nobody listens yet.
 */
import type { Exchange, GivingUp, HttpWay } from '../../reference/client.js';
import type { Connected, SimLink } from './link.js';

/** What there is around a body, bytes. */
const HEAD = 80;

export interface Asked {
  method: string;
  path: string;
  body: string;
}

/** What answers at the far end of a link. */
export interface Host {
  /** Whether there is a process. */
  readonly isRunning: boolean;
  /** Whether it has no power, so that nobody tells that there is none. */
  readonly isDark?: boolean;
  /** Takes a request; ends the connection where nobody listens. */
  take(asked: Asked, connection: Connection, reply: (status: number, text: string) => void): void;
  /** Told that a connection with it is no more. */
  left(connection: Connection): void;
}

export class Connection implements Connected {
  readonly #link: SimLink;
  readonly #host: Host;
  readonly #onEnd: () => void;
  #done: ((result: Exchange) => void) | undefined;
  isOpen = true;

  constructor(link: SimLink, host: Host, onEnd: () => void) {
    this.#link = link;
    this.#host = host;
    this.#onEnd = onEnd;
    link.opened(this);
  }

  begin(asked: Asked, done: (result: Exchange) => void): void {
    this.#done = done;
    const bytes = HEAD + asked.path.length + asked.body.length;
    this.#link.carry(this, 'upstream', bytes, () =>
      this.#host.take(asked, this, (status, text) =>
        this.#link.carry(this, 'downstream', HEAD + text.length, () =>
          this.#settle({ kind: 'answer', status, text }),
        ),
      ),
    );
  }

  /** Whether what is sent to the host would arrive now, however late. */
  get passes(): boolean {
    return this.#link.passes('upstream');
  }

  end(error: string): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.#link.closed(this);
    this.#host.left(this);
    this.#onEnd();
    this.#settle({ kind: 'doubt', error });
  }

  #settle(result: Exchange): void {
    const done = this.#done;
    this.#done = undefined;
    done?.(result);
  }
}

/** `within` runs what comes back to whoever asks, where that can be dead or stopped. */
export class SimWay implements HttpWay {
  readonly #link: SimLink;
  readonly #host: Host;
  readonly #within: (work: () => void) => void;
  readonly #idle: Connection[] = [];
  readonly #all = new Set<Connection>();

  constructor(link: SimLink, host: Host, within: (work: () => void) => void = (work) => work()) {
    this.#link = link;
    this.#host = host;
    this.#within = within;
  }

  exchange(method: string, path: string, body: string, signal?: GivingUp): Promise<Exchange> {
    if (signal?.aborted) return Promise.resolve({ kind: 'unsent', error: 'given up before it was sent' });
    return new Promise((resolve) => {
      const end = (result: Exchange) => this.#within(() => resolve(result));
      // As it is where processes end and hosts lose their power for real (links/ended-nodes.ts).
      if (this.#host.isDark) {
        signal?.addEventListener('abort', () => end({ kind: 'unsent', error: 'timed out' }), { once: true });
        return;
      }
      if (!this.#link.isOpen || !this.#host.isRunning) {
        this.#link.clock.timer(this.#link.lag(), () => end({ kind: 'unsent', error: 'connection refused' }));
        return;
      }
      const connection = this.#idle.pop() ?? this.#open();
      const abort = () => connection.end('timed out');
      signal?.addEventListener('abort', abort, { once: true });
      connection.begin({ method, path, body }, (result) => {
        signal?.removeEventListener('abort', abort);
        if (connection.isOpen) this.#idle.push(connection);
        end(result);
      });
    });
  }

  close(): void {
    for (const connection of [...this.#all]) connection.end('closed');
  }

  #open(): Connection {
    const connection: Connection = new Connection(this.#link, this.#host, () => {
      this.#all.delete(connection);
      const at = this.#idle.indexOf(connection);
      if (at >= 0) this.#idle.splice(at, 1);
    });
    this.#all.add(connection);
    return connection;
  }
}
