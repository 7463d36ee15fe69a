/** The proxy of one link. It is disabled as long as there is a fault that wants the link to refuse connections. */
import { Proxy as ClientProxy, type Toxiproxy } from 'toxiproxy-node-client';
import { Turns } from '../../../turns.js';
import type { LinkPlace } from '../cluster.js';
import type { LinkState } from '../links.js';
import type { Control } from './control.js';
import type { ServerLook } from './server-look.js';

/** A Toxiproxy server. */
export interface Server {
  client: Toxiproxy;
  control: Control;
  look: ServerLook;
}

export class LinkProxy {
  /** The client's handle on it. */
  readonly proxy: ClientProxy;
  readonly server: Server;
  readonly #place: LinkPlace;
  readonly #refusals = new Set<string>();
  /** What the server was last told. */
  #enabled = true;
  readonly #calls = new Turns();

  constructor(name: string, place: LinkPlace, server: Server) {
    this.#place = place;
    this.server = server;
    this.proxy = new ClientProxy(server.client, { ...bodyOf(name, place, true), toxics: [] });
  }

  /** The proxy as it is asked for. */
  body(enabled: boolean) {
    return bodyOf(this.proxy.name, this.#place, enabled);
  }

  refuse(fault: string): Promise<void> {
    this.#refusals.add(fault);
    return this.#settle();
  }

  accept(fault: string): Promise<void> {
    this.#refusals.delete(fault);
    return this.#settle();
  }

  state(): Promise<LinkState> {
    return this.server.look.stateOf(this.proxy.name);
  }

  async remove(): Promise<void> {
    await this.server.control.remove(`remove the proxy of ${this.#place.link.name}`, () =>
      this.proxy.remove(),
    );
  }

  /** Makes the proxy as the faults want it by the time it is this call's turn. */
  #settle(): Promise<void> {
    return this.#calls.next(async () => {
      const wanted = this.#refusals.size === 0;
      if (wanted === this.#enabled) return;
      await this.server.control.call(`${wanted ? 'enable' : 'disable'} ${this.#place.link.name}`, () =>
        this.proxy.update(this.body(wanted)),
      );
      this.#enabled = wanted;
    });
  }
}

function bodyOf(name: string, { listen, upstream }: LinkPlace, enabled: boolean) {
  return { name, listen, upstream, enabled };
}
