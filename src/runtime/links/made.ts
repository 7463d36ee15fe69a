/**
 * The links of one execution, each with what carries it: the Toxiproxy server on this machine, one that the cluster
 * brings, or nothing but packet filters.
 */
import type { Clock } from '../../clock.js';
import type { Layout, LinkSurroundings, Proxies, Surroundings } from '../runtime.js';
import type { LinkChange } from '../world-links.js';
import { carriedBy, changedBy } from './carriers.js';
import type { Cluster, LinkPlace } from './cluster.js';
import type { BroughtToxiproxies } from './edges.js';
import type { StatefulLinks } from './links.js';
import { openPacketLinks } from './packets/packet-links.js';
import { Redirects } from './packets/redirects.js';
import { openInside, openToxiproxy, type ToxiproxyServer } from './proxies/server.js';
import { parseToxiproxyChoice } from './proxies/toxiproxy-choice.js';
import { openLinks, proxyName } from './proxies/toxiproxy-links.js';
import type { WatchedServer } from './proxies/toxiproxy-watch.js';

export interface MadeLinks {
  links: StatefulLinks;
  /** By which links refuse where their destination's process has ended; those that lead to its host itself are left out. */
  ending: Pick<StatefulLinks, 'apply' | 'heal'>;
  proxies: Proxies[];
  /** The servers that carry links, to be watched. */
  servers: WatchedServer[];
}

/**
 * `undoing` gets what undoes each thing as soon as that is under way, in the order of opening. `isLost` tells whether the
 * server with a URL is lost: then nothing is left to undo on it, or nobody who would do it.
 */
export async function makeLinks(
  cluster: Cluster,
  layout: Layout,
  { clock, run, random, linksBy, environment, onCarrier }: Surroundings & LinkSurroundings,
  undoing: (() => Promise<unknown>)[],
  isLost: (url: string) => boolean,
): Promise<MadeLinks> {
  const { places, hosts, edges } = cluster;
  const seed = Math.floor(random.fork('toxiproxy').next() * 2 ** 32);
  const asked = parseToxiproxyChoice(linksBy);
  const opening = openToxiproxy({ clock, hosts, asked, path: environment['PATH'], seed });
  undoing.push(() =>
    opening.then(
      (server) => server.close(),
      () => undefined,
    ),
  );
  const inside = openInner(clock, edges?.toxiproxies(seed, asked));
  const [outer, inner] = await Promise.all([opening, inside]);
  const filters = edges?.filters();
  onCarrier?.(describe(outer, inner, filters !== undefined), outer.version);
  const isDirect = (link: string) => places.link(link).packets === true;
  const carried = layout.links
    .map(({ name }) => places.link(name))
    .filter(({ packets, redirect }) => !packets || redirect);
  const others = new Map([...inner.servers].map(([name, { client }]) => [name, client]));
  const proxied = await openLinks({ client: outer.client, others, clock, run }, carried);
  undoing.push(async () => {
    if (!isLost(outer.url)) await proxied.close();
  });
  const serverOf = serversOf(outer, inner);
  const used = [...new Set(carried.map(({ server }) => server))].map((name) => {
    const links = carried.filter(({ server }) => server === name).map(({ link }) => link.name);
    return { ...serverOf(name), links: links.map((link) => ({ link, proxy: proxyName(run, link) })) };
  });
  const made = {
    servers: used.map(({ links, ...server }) => ({ ...server, proxy: links[0]!.proxy })),
    proxies: used.map(({ url, links }) => ({ url, links })),
  };
  if (!filters) return { ...made, links: proxied, ending: proxied };
  const direct = layout.links.filter(({ name }) => isDirect(name));
  const led = direct.flatMap(({ name: link, from }) => {
    const { redirect } = places.link(link);
    return redirect ? [{ ...redirect, link, from }] : [];
  });
  const redirects = new Redirects(clock, filters, led);
  const gated = await openPacketLinks({ clock, filters, redirects }, direct);
  await redirects.open();
  const isLed = (link: string) => led.some((one) => one.link === link);
  const isProxied = (link: string) => !isDirect(link) || isLed(link);
  const cutsPackets = (change: LinkChange) => 'cuts' in change && change.mode !== 'stall';
  return {
    ...made,
    links: carriedBy([
      { links: gated, carries: isDirect, does: cutsPackets },
      { links: proxied, carries: isProxied },
    ]),
    ending: changedBy([
      { links: redirects, carries: isLed },
      { links: proxied, carries: (link) => !isDirect(link) },
    ]),
  };
}

/** The servers that the cluster brings: what they are, and each by the name that links' places give it. */
interface Inner {
  server: string;
  lack?: string | undefined;
  servers: ReadonlyMap<string, Awaited<ReturnType<typeof openInside>>>;
}

async function openInner(clock: Clock, bringing: Promise<BroughtToxiproxies> | undefined): Promise<Inner> {
  const { server = '', urls = [], lack } = (await bringing) ?? {};
  const opened = [...urls].map(async ([name, url]) => [name, await openInside(url, clock)] as const);
  return { server, lack, servers: new Map(await Promise.all(opened)) };
}

/** A server, by the name that links' places give it. */
function serversOf({ url, server, ended }: ToxiproxyServer, inner: Inner) {
  return (node: LinkPlace['server']): Omit<WatchedServer, 'proxy'> => {
    const own = node === undefined ? undefined : inner.servers.get(node);
    if (own) {
      const kind = `${inner.server}, of the links from ${node}`;
      return { url: own.client.host, kind, own: `the edge of ${node}` };
    }
    return ended ? { url, kind: server, ended, own: 'Toxiproxy' } : { url, kind: 'given' };
  };
}

/** Which servers carry the links, in words. */
function describe({ server }: ToxiproxyServer, inner: Inner, filtered: boolean): string {
  const [first] = inner.servers.values();
  if (filtered) {
    const more = first ? `, ${inner.server} ${first.version} beside nodes` : '';
    return `${server} for clients${more}, packet filters between nodes`;
  }
  if (!first) return server;
  const why = inner.lack === undefined ? '' : `, on private networks (${inner.lack})`;
  return `${server} for clients, ${inner.server} ${first.version} between nodes${why}`;
}
