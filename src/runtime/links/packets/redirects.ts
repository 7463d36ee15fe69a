/**
 * Links whose packets go straight, and that faults may shape all the same: at the source's end a connection is led to the
 * link's proxy, whose own goes on to the destination from the source's address. Nothing else changes for either of them.
 *
 *     a --> b:6379   is led to the proxy on a's loopback --> alias of b, which leads to b:6379 --> [gate] b
 *
 * While a cut drops what the link carries, new connections get no answer; while one refuses, or the destination's process
 * has ended, they go straight, so that they meet the refusal there. A connection stays on the way that it began on: what
 * gets no answer has not begun, and is led to the proxy after the heal, when its source tries once more.
 */
import { allEnded } from '../../../all-ended.js';
import type { Clock } from '../../../clock.js';
import { type Span, spanned } from '../../../span.js';
import type { CutMode } from '../../../topology/grudge.js';
import { Turns } from '../../../turns.js';
import type { Redirect } from '../cluster.js';
import type { PacketFilter } from '../edges.js';
import type { StatefulLinks } from '../links.js';
import { tableOf } from './packet-rules.js';

const CHAIN = 'DRILL-PROXIES';

export interface LinkRedirect extends Redirect {
  link: string;
  from: string;
}

const TABLES = ['nat', 'filter'] as const;

/** The rules of one source. */
type Rules = Record<(typeof TABLES)[number], string[]>;

/** As links: what is cut has its connections go unanswered or straight, what is healed has them led to its proxy again. */
export class Redirects implements Pick<StatefulLinks, 'apply' | 'heal'> {
  readonly #clock: Clock;
  readonly #redirects: readonly LinkRedirect[];
  readonly #sources: ReadonlyMap<string, Source>;
  /** The links whose connections are not led to their proxies, by what wants it, and how. */
  readonly #cut = new Map<string, ReadonlyMap<string, CutMode>>();

  constructor(clock: Clock, filters: ReadonlyMap<string, PacketFilter>, redirects: readonly LinkRedirect[]) {
    this.#clock = clock;
    this.#redirects = redirects;
    const sources = [...filters].map(([name, filter]) => {
      const own = redirects.filter(({ from }) => from === name);
      return [name, new Source(filter, () => rulesOf(own, (link) => this.#modesOf(link)))] as const;
    });
    this.#sources = new Map(sources);
  }

  async open(): Promise<void> {
    await allEnded(this.#sourcesOf(this.#redirects).map((source) => source.open()));
  }

  apply(fault: string, change: Parameters<StatefulLinks['apply']>[1]): Promise<Span> {
    const cut = 'cuts' in change ? change.cuts.map(({ link }) => [link, change.mode] as const) : [];
    this.#cut.set(fault, new Map([...(this.#cut.get(fault) ?? []), ...cut]));
    return spanned(this.#clock, () => this.#settle(this.#of(fault)));
  }

  heal(fault: string): Promise<Span> {
    const changed = this.#of(fault);
    this.#cut.delete(fault);
    return spanned(this.#clock, () => this.#settle(changed));
  }

  /** What is amiss on the way of a link's connections, as its source's rules have it now; undefined where nothing is. */
  async astray(link: string): Promise<string | undefined> {
    const redirect = this.#redirects.find((one) => one.link === link);
    return redirect && this.#sources.get(redirect.from)?.astray();
  }

  #of(fault: string): LinkRedirect[] {
    const links = this.#cut.get(fault);
    return this.#redirects.filter(({ link }) => links?.has(link));
  }

  #modesOf(link: string): CutMode[] {
    return [...this.#cut.values()].flatMap((links) => links.get(link) ?? []);
  }

  async #settle(changed: readonly LinkRedirect[]): Promise<void> {
    await allEnded(this.#sourcesOf(changed).map((source) => source.settle()));
  }

  #sourcesOf(redirects: readonly LinkRedirect[]): Source[] {
    return [...new Set(redirects.flatMap(({ from }) => this.#sources.get(from) ?? []))];
  }
}

/** What leads the connections of one node that begins them. */
class Source {
  readonly #filter: PacketFilter;
  /** The rules as they are wanted now. */
  readonly #wanted: () => Rules;
  readonly #turns = new Turns();
  /** The rules as they were loaded last. */
  #told: Rules = { nat: [], filter: [] };
  /** The look that has not begun yet. */
  #look: Promise<string | undefined> | undefined;

  constructor(filter: PacketFilter, wanted: () => Rules) {
    this.#filter = filter;
    this.#wanted = wanted;
  }

  /** Makes the chain that outgoing connections go through, in both tables. */
  open(): Promise<void> {
    const base = [`:${CHAIN} - [0:0]`, `-I OUTPUT -j ${CHAIN}`];
    return this.#turns.next(() => this.#load(base));
  }

  /** Makes the rules as they are wanted by the time that it is this call's turn. */
  settle(): Promise<void> {
    return this.#turns.next(() => this.#load([`-F ${CHAIN}`]));
  }

  /** Those who ask before a look has begun share it. */
  astray(): Promise<string | undefined> {
    this.#look ??= this.#turns.next(async () => {
      this.#look = undefined;
      const dump = await this.#filter.dump();
      const isAsTold = TABLES.every((table) => {
        const lines = tableOf(dump, table);
        return isFirst(lines) && heldRules(lines) === this.#told[table].join('\n');
      });
      return isAsTold ? undefined : 'somebody else has changed which way its connections go';
    });
    return this.#look;
  }

  async #load(first: readonly string[]): Promise<void> {
    const { nat, filter } = this.#wanted();
    const tables = ['*nat', ...first, ...nat, 'COMMIT', '*filter', ...first, ...filter, 'COMMIT', ''];
    await this.#filter.load(tables.join('\n'));
    this.#told = { nat, filter };
  }
}

/** In the form in which they are told again. `modes`: of the cuts that hold a link. */
function rulesOf(redirects: readonly LinkRedirect[], modes: (link: string) => readonly CutMode[]): Rules {
  // All of them: a proxy may be about to dial for a connection that it has taken already.
  const aliases = new Map(redirects.map(({ alias, address }) => [alias, address]));
  const led = redirects.filter(({ link }) => !modes(link).includes('refuse'));
  return {
    nat: [
      ...[...aliases].map(([alias, to]) => `-A ${CHAIN} -d ${alias} -p tcp -j DNAT --to-destination ${to}`),
      ...led.map(
        ({ address, port, proxy }) =>
          `-A ${CHAIN} -d ${address} -p tcp --dport ${port} -j REDIRECT --to-ports ${proxy}`,
      ),
    ],
    // Where a connection's first packet is dropped on its way out, its way is chosen anew with the next.
    filter: led
      .filter(({ link }) => modes(link).length > 0)
      .map(
        ({ address, port }) =>
          `-A ${CHAIN} -p tcp --tcp-flags FIN,SYN,RST,ACK SYN -m conntrack --ctorigdst ${address} --ctorigdstport ${port} -j DROP`,
      ),
  };
}

/** Whether every packet that goes out comes to the chain before anything else. */
function isFirst(lines: readonly string[]): boolean {
  return lines.find((line) => line.includes('] -A OUTPUT '))?.endsWith(` -A OUTPUT -j ${CHAIN}`) ?? false;
}

/** The chain's rules as they were told. */
function heldRules(lines: readonly string[]): string {
  return lines
    .filter((line) => line.includes(`] -A ${CHAIN} `))
    .map((line) =>
      line
        .replace(/^\[\d+:\d+\] /, '')
        .replace(/ -m tcp\b/g, '')
        .replace(/\/32\b/g, ''),
    )
    .join('\n');
}
