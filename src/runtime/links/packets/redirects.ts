/**
 * Links whose packets go straight, and that faults may shape all the same: at the source's end a connection is led to the
 * link's proxy, whose own goes on to the destination from the source's address. Nothing else changes for either of them.
 *
 *     a --> b:6379   is led to the proxy on a's loopback --> alias of b, which leads to b:6379 --> [gate] b
 *
 * While a cut holds the link, or its destination's process has ended, new connections go straight, so that they meet what
 * there is: no answer, or a refusal. A connection stays on the way that it began on.
 */
import { allEnded } from '../../../all-ended.js';
import type { Clock } from '../../../clock.js';
import { type Span, spanned } from '../../../span.js';
import type { Redirect } from '../cluster.js';
import type { PacketFilter } from '../edges.js';
import type { StatefulLinks } from '../links.js';

const CHAIN = 'DRILL-PROXIES';

export interface LinkRedirect extends Redirect {
  link: string;
  from: string;
}

/** What makes the chain that outgoing connections go through. */
const BASE: readonly string[] = [`:${CHAIN} - [0:0]`, `-I OUTPUT -j ${CHAIN}`];

/** The rules of one source, all of them anew: for these links of it, of which some are led to their proxies. */
function rulesOf(redirects: readonly LinkRedirect[], isLed: (link: string) => boolean): string[] {
  // All of them: a proxy may be about to dial for a connection that it has taken already.
  const aliases = new Map(redirects.map(({ alias, address }) => [alias, address]));
  return [
    `-F ${CHAIN}`,
    ...[...aliases].map(([alias, to]) => `-A ${CHAIN} -d ${alias} -p tcp -j DNAT --to-destination ${to}`),
    ...redirects
      .filter(({ link }) => isLed(link))
      .map(
        ({ address, port, proxy }) =>
          `-A ${CHAIN} -d ${address} -p tcp --dport ${port} -j REDIRECT --to-ports ${proxy}`,
      ),
  ];
}

/** As links: what refuses has its connections go straight, what is healed has them led to its proxy again. */
export class Redirects implements Pick<StatefulLinks, 'apply' | 'heal'> {
  readonly #clock: Clock;
  readonly #filters: ReadonlyMap<string, PacketFilter>;
  readonly #redirects: readonly LinkRedirect[];
  /** The links that go straight, by what wants it. */
  readonly #straight = new Map<string, ReadonlySet<string>>();
  /** The change under way at each source: one at a time, so that they cannot overtake each other. */
  readonly #settling = new Map<string, Promise<void>>();

  constructor(clock: Clock, filters: ReadonlyMap<string, PacketFilter>, redirects: readonly LinkRedirect[]) {
    this.#clock = clock;
    this.#filters = filters;
    this.#redirects = redirects;
  }

  async open(): Promise<void> {
    await this.#settle(this.#redirects, BASE);
  }

  apply(fault: string, change: Parameters<StatefulLinks['apply']>[1]): Promise<Span> {
    const links = 'cuts' in change ? change.cuts.map(({ link }) => link) : [];
    this.#straight.set(fault, new Set([...(this.#straight.get(fault) ?? []), ...links]));
    return spanned(this.#clock, () => this.#settle(this.#of(fault)));
  }

  heal(fault: string): Promise<Span> {
    const changed = this.#of(fault);
    this.#straight.delete(fault);
    return spanned(this.#clock, () => this.#settle(changed));
  }

  #of(fault: string): LinkRedirect[] {
    const links = this.#straight.get(fault);
    return this.#redirects.filter(({ link }) => links?.has(link));
  }

  /** Makes the rules at these links' sources as they are wanted by the time that it is each one's turn. */
  async #settle(changed: readonly LinkRedirect[], first: readonly string[] = []): Promise<void> {
    const sources = new Set(changed.map(({ from }) => from));
    await allEnded(
      [...sources].map((source) => {
        const settled = (this.#settling.get(source) ?? Promise.resolve())
          .catch(() => undefined) // Whoever made that change was told.
          .then(() => this.#load(source, first));
        this.#settling.set(source, settled);
        return settled;
      }),
    );
  }

  async #load(source: string, first: readonly string[]): Promise<void> {
    const isLed = (link: string) => ![...this.#straight.values()].some((links) => links.has(link));
    const own = this.#redirects.filter(({ from }) => from === source);
    await this.#filters
      .get(source)
      ?.load(['*nat', ...first, ...rulesOf(own, isLed), 'COMMIT', ''].join('\n'));
  }
}
