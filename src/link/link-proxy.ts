/** The proxy of one link. It is disabled as long as there is a fault that wants the link to refuse connections. */
import { Proxy as ClientProxy, type Toxiproxy } from 'toxiproxy-node-client';
import type { LinkPlace } from '../runtime/runtime.js';
import type { Control } from './control.js';
import type { LinkState } from './links.js';

export class LinkProxy {
  /** The client's handle on it. */
  readonly proxy: ClientProxy;
  /** Of the server that it is on, and the calls to that. */
  readonly client: Toxiproxy;
  readonly control: Control;
  readonly #place: LinkPlace;
  readonly #refusals = new Set<string>();
  /** What the server was last told, and the call under way: one at a time, so that they cannot overtake each other. */
  #enabled = true;
  #settling: Promise<void> = Promise.resolve();

  constructor(name: string, place: LinkPlace, client: Toxiproxy, control: Control) {
    this.#place = place;
    this.client = client;
    this.control = control;
    this.proxy = new ClientProxy(client, { ...bodyOf(name, place, true), toxics: [] });
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

  async state(): Promise<LinkState> {
    const { data } = await this.control.call(`look at ${this.#place.link.name}`, () =>
      // The client's own `get` leaves the toxics out.
      this.client.getApi().get<LinkState>(this.proxy.getPath()),
    );
    const toxics = data.toxics.map(({ name, type, stream }) => ({ name, type, stream }));
    return { enabled: data.enabled, toxics };
  }

  async remove(): Promise<void> {
    await this.control.remove(`remove the proxy of ${this.#place.link.name}`, () => this.proxy.remove());
  }

  /** Makes the proxy as the faults want it by the time it is this call's turn. */
  #settle(): Promise<void> {
    const settled = this.#settling
      .catch(() => undefined) // Whoever made that call was told.
      .then(async () => {
        const wanted = this.#refusals.size === 0;
        if (wanted === this.#enabled) return;
        await this.control.call(`${wanted ? 'enable' : 'disable'} ${this.#place.link.name}`, () =>
          this.proxy.update(this.body(wanted)),
        );
        this.#enabled = wanted;
      });
    this.#settling = settled;
    return settled;
  }
}

function bodyOf(name: string, { listen, upstream }: LinkPlace, enabled: boolean) {
  return { name, listen, upstream, enabled };
}
