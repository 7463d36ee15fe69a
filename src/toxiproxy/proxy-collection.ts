/** All proxies of a server, by name. */
import type { Clock } from '../clock.js';
import type { Random } from '../random.js';
import { Turns } from '../turns.js';
import { proxyAlreadyExists, proxyNotFound } from './api-error.js';
import { TcpProxy } from './proxy.js';
import type { ProxyInput } from './proxy-input.js';

export class ProxyCollection {
  readonly #proxies = new Map<string, TcpProxy>();
  readonly #turns = new Turns();

  constructor(
    readonly clock: Clock,
    readonly random: Random,
  ) {}

  list(): TcpProxy[] {
    return [...this.#proxies.values()];
  }

  /** Throws a 404 `ApiError`. */
  get(name: string): TcpProxy {
    const proxy = this.#proxies.get(name);
    if (!proxy) throw proxyNotFound();
    return proxy;
  }

  /** Creates a proxy and starts it where it is enabled. Rejects with a 409 `ApiError` or a `ListenError`. */
  add(input: ProxyInput): Promise<TcpProxy> {
    return this.#turns.next(async () => {
      if (this.#proxies.has(input.name)) throw proxyAlreadyExists();
      return this.#create(input);
    });
  }

  /**
   * Creates a proxy, or leaves the one of this name untouched where it has the same address and upstream, or
   * replaces it, toxics and all. Rejects with an `AddressError` or a `ListenError`.
   */
  addOrReplace(input: ProxyInput): Promise<TcpProxy> {
    return this.#turns.next(async () => {
      const existing = this.#proxies.get(input.name);
      if (existing && !(await existing.differs(input))) return existing;
      await existing?.stop();
      return this.#create(input);
    });
  }

  /** Stops and forgets a proxy. Rejects with a 404 `ApiError`. */
  remove(name: string): Promise<void> {
    return this.#turns.next(async () => {
      await this.get(name).stop();
      this.#proxies.delete(name);
    });
  }

  /** Stops and forgets every proxy. */
  clear(): Promise<void> {
    return this.#turns.next(async () => {
      await Promise.all(this.list().map((proxy) => proxy.stop()));
      this.#proxies.clear();
    });
  }

  /** Enables every proxy and removes every toxic. Rejects with a `ListenError` at the first that cannot start. */
  async reset(): Promise<void> {
    for (const proxy of this.list()) {
      await proxy.start();
      proxy.toxics.reset();
    }
  }

  async #create(input: ProxyInput): Promise<TcpProxy> {
    const proxy = new TcpProxy(input, this.clock, this.random.fork(`proxy/${input.name}`));
    if (input.enabled) await proxy.start();
    this.#proxies.set(proxy.name, proxy);
    return proxy;
  }
}
