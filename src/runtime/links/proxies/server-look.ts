/** What a Toxiproxy server says of its proxies: those who ask at the same moment share one answer. */
import type { Toxiproxy } from 'toxiproxy-node-client';
import { EnvironmentError } from '../../../errors.js';
import type { LinkState } from '../links.js';
import type { Control } from './control.js';

export class ServerLook {
  readonly #client: Toxiproxy;
  readonly #control: Control;
  /** The question that is about to be put. */
  #next: Promise<Record<string, LinkState>> | undefined;

  constructor(client: Toxiproxy, control: Control) {
    this.#client = client;
    this.#control = control;
  }

  /** What it says of the proxy of that name, asked after the call. Rejects where there is none. */
  async stateOf(proxy: string): Promise<LinkState> {
    this.#next ??= this.#ask();
    const found = (await this.#next)[proxy];
    if (!found)
      throw new EnvironmentError({
        where: `Toxiproxy at ${this.#client.host}`,
        expected: `the proxy ${proxy}`,
        found: 'none of that name',
      });
    const toxics = found.toxics.map(({ name, type, stream }) => ({ name, type, stream }));
    return { enabled: found.enabled, toxics };
  }

  async #ask(): Promise<Record<string, LinkState>> {
    // Whoever asks until then is answered with the others.
    await Promise.resolve();
    this.#next = undefined;
    const { data } = await this.#control.call('look at the proxies', () =>
      // The client's own `getAll` leaves the toxics out.
      this.#client.getApi().get<Record<string, LinkState>>(`${this.#client.host}/proxies`),
    );
    return data;
  }
}
