/**
 * Links as proxies on Toxiproxy servers (one, or where networks are apart several), one proxy for each link:
 *
 *     source --> <run>.a.b on loopback --> destination
 *                  |  refuse: disabled, as long as one fault or more wants it so
 *                  |  drop:   a `timeout` toxic of 0 on each stream    (named by toxic-names.ts)
 *                  |  stall:  a `bandwidth` toxic of 0 on each stream
 *                  |  toxics: as given
 *
 * A server may be shared: only proxies that carry the run's label are touched, and nothing is done to all.
 * What a fault does is noted before it is tried, so that whatever was applied can be taken back by its name.
 */

import { Toxic, type Toxiproxy } from 'toxiproxy-node-client';
import { allEnded } from '../../../all-ended.js';
import type { Clock } from '../../../clock.js';
import { EnvironmentError, unknown } from '../../../errors.js';
import { type Span, spanned, spanOf } from '../../../span.js';
import type { Cut, CutMode } from '../../../topology/grudge.js';
import { proxyPrefix } from '../../label.js';
import type { LinkChange, ToxicChange } from '../../world-links.js';
import type { LinkPlace } from '../cluster.js';
import type { LinkState, StatefulLinks } from '../links.js';
import { cutName, toxicName } from '../toxic-names.js';
import { type Told, toldOf, warm } from './api-client.js';
import { Control, FLUSH_PATIENCE } from './control.js';
import { LinkProxy, type Server } from './link-proxy.js';
import { ServerLook } from './server-look.js';

export interface LinksSetting {
  /** Of the server that carries the links, where their places do not name another. */
  client: Toxiproxy;
  /** Of the servers that places name. */
  others?: ReadonlyMap<string, Toxiproxy>;
  clock: Clock;
  /** The run's label. */
  run: string;
}

/** What the cut is called that is made before anything is drilled. */
const REHEARSAL = 'rehearsal';

/** One thing that was done to one link, and can be undone. */
type Applied = { link: LinkProxy; refuse: true } | { link: LinkProxy; toxic: NamedToxic };
type NamedToxic = ToxicChange & { name: string };

/** Makes the proxies, all enabled and without toxics. Rejects, and leaves none, where one cannot be made. */
export async function openLinks(
  setting: LinksSetting,
  places: readonly LinkPlace[],
): Promise<ToxiproxyLinks> {
  const links = new ToxiproxyLinks(setting, places);
  try {
    await links.open();
    await links.rehearse();
  } catch (error) {
    await links.close().catch(() => undefined);
    throw error;
  }
  return links;
}

export class ToxiproxyLinks implements StatefulLinks {
  readonly #setting: LinksSetting;
  readonly #links: ReadonlyMap<string, LinkProxy>;
  readonly #applied = new Map<string, Applied[]>();

  constructor(setting: LinksSetting, places: readonly LinkPlace[]) {
    this.#setting = setting;
    const servers = new Map<Toxiproxy, Server>();
    this.#links = new Map(
      places.map((place) => {
        const name = proxyName(setting.run, place.link.name);
        const client = clientOf(setting, place);
        const server = servers.get(client) ?? serverOf(client, setting.clock);
        servers.set(client, server);
        return [place.link.name, new LinkProxy(name, place, server)];
      }),
    );
  }

  /** How many proxies there are. */
  get size(): number {
    return this.#links.size;
  }

  async open(): Promise<void> {
    const links = [...this.#links.values()];
    const servers = new Set(links.map(({ server }) => server));
    await allEnded(
      [...servers].map((server) =>
        populate(
          server,
          links.filter((link) => link.server === server),
        ),
      ),
    );
  }

  /**
   * Cuts every link once, while nobody uses them, and heals that. What a server does for the first time takes it several
   * times as long, and the parts of a fault should come into force at once.
   */
  async rehearse(): Promise<void> {
    const links = [...this.#links.keys()];
    const cuts = links.map((link): Cut => ({ link, streams: ['upstream', 'downstream'] }));
    await this.apply(REHEARSAL, { mode: 'drop', cuts });
    await allEnded(links.map((link) => this.state(link)));
    await this.heal(REHEARSAL);
  }

  async apply(fault: string, change: LinkChange): Promise<Span> {
    const wanted =
      'cuts' in change ? this.#cuts(fault, change.mode, change.cuts) : this.#toxics(fault, change.toxics);
    this.#applied.set(fault, [...(this.#applied.get(fault) ?? []), ...wanted]);
    try {
      await this.#warm(wanted);
      return await this.#spanned(() => allEnded(wanted.map((one) => this.#do(fault, one))));
    } catch (error) {
      // Nobody heals a fault that was not injected.
      await this.heal(fault).catch(() => undefined);
      throw error;
    }
  }

  async heal(fault: string): Promise<Span> {
    const held = this.#applied.get(fault) ?? [];
    await this.#warm(held);
    const left = new Set(held);
    const undo = (one: Applied) => this.#undo(fault, one).then(() => left.delete(one));
    try {
      return await this.#spanned(() => allEnded(held.map(undo)));
    } finally {
      if (left.size > 0) this.#applied.set(fault, [...left]);
      else this.#applied.delete(fault);
    }
  }

  async state(link: string): Promise<LinkState> {
    return this.#link(link).state();
  }

  async close(): Promise<void> {
    const { client } = this.#setting;
    const lasting = [...this.#links.values()].filter((link) => link.server.client === client);
    await allEnded(lasting.map((link) => link.remove()));
    this.#applied.clear();
  }

  /**
   * From the first order to the last answer; where every server tells when it did what it was asked, and on this very
   * clock, by their word: an answer may be late.
   */
  async #spanned(work: () => Promise<unknown>): Promise<Span> {
    const { clock } = this.#setting;
    let told: Told[] = [];
    const asked = await spanned(clock, async () => {
      told = await toldOf(work);
    });
    const known = told.filter((one) => one !== undefined && asked.at <= one.at && one.last <= asked.last);
    return told.length > 0 && known.length === told.length ? spanOf(clock, known as Span[]) : asked;
  }

  /** Has connections ready for changes that should come about at once. */
  async #warm(changes: readonly Applied[]): Promise<void> {
    const servers = new Set(changes.map(({ link }) => link.server));
    await allEnded(
      [...servers].map((server) => {
        const count = changes.filter(({ link }) => link.server === server).length;
        return server.control.call('connect', () => warm(server.client, count));
      }),
    );
  }

  #cuts(fault: string, mode: CutMode, cuts: readonly Cut[]): Applied[] {
    if (mode === 'refuse') return cuts.map(({ link }) => ({ link: this.#link(link), refuse: true }));
    const kind =
      mode === 'drop'
        ? { type: 'timeout', attributes: { timeout: 0 } }
        : { type: 'bandwidth', attributes: { rate: 0 } };
    return cuts.flatMap(({ link, streams }) =>
      streams.map((stream) => ({
        link: this.#link(link),
        toxic: { link, stream, toxicity: 1, ...kind, name: cutName(fault, stream) },
      })),
    );
  }

  #toxics(fault: string, toxics: readonly ToxicChange[]): Applied[] {
    return toxics.map((toxic) => ({
      link: this.#link(toxic.link),
      toxic: { ...toxic, name: toxicName(fault, toxic) },
    }));
  }

  async #do(fault: string, one: Applied): Promise<void> {
    if ('refuse' in one) return one.link.refuse(fault);
    const { name, type, stream, toxicity, attributes } = one.toxic;
    await one.link.server.control.call(`add toxic ${name} on ${one.toxic.link}`, () =>
      // The client's list of types lacks `noop`.
      one.link.proxy.addToxic({ name, type: type as Toxic<unknown>['type'], stream, toxicity, attributes }),
    );
  }

  async #undo(fault: string, one: Applied): Promise<void> {
    if ('refuse' in one) return one.link.accept(fault);
    const { name, type, stream, toxicity, attributes } = one.toxic;
    const { proxy } = one.link;
    const body = { name, type: type as Toxic<unknown>['type'], stream, toxicity, attributes };
    const toxic = new Toxic(proxy.api, proxy.getPath(), body);
    await one.link.server.control.remove(
      `remove toxic ${name} on ${one.toxic.link}`,
      () => toxic.remove(),
      FLUSH_PATIENCE,
    );
  }

  #link(name: string): LinkProxy {
    return this.#links.get(name) ?? unknown('the name of a link', name);
  }
}

function serverOf(client: Toxiproxy, clock: Clock): Server {
  const control = new Control(clock, client.host);
  return { client, control, look: new ServerLook(client, control) };
}

function clientOf({ client, others }: LinksSetting, { server }: LinkPlace): Toxiproxy {
  return server === undefined ? client : (others?.get(server) ?? unknown('the name of a Toxiproxy', server));
}

/** Makes the proxies of one server, in one call. */
async function populate({ client, control }: Server, links: readonly LinkProxy[]): Promise<void> {
  const bodies = links.map((link) => link.body(true));
  const made = await control.call('populate', () => client.populate(bodies));
  for (const { name, listen } of bodies) {
    if (made[name]?.enabled && made[name].listen === listen) continue;
    throw new EnvironmentError({
      where: `Toxiproxy at ${client.host}`,
      expected: `the proxy ${name} on ${listen}`,
      found: made[name] ? `it on ${made[name].listen}` : 'none',
    });
  }
}

/** The name of a link's proxy: the run's label and the link, in characters that need no escape in a URL. */
export function proxyName(run: string, link: string): string {
  return proxyPrefix(run) + link.replace('->', '.').replace(/[^A-Za-z0-9._-]/g, '_');
}
