/**
 * The links of one execution, each with what carries it: the Toxiproxy server on this machine, one that the cluster
 * brings, or nothing but packet filters.
 */
import type { Clock } from '../../clock.js';
import type { Layout, LinkSurroundings, Proxies, Surroundings } from '../runtime.js';
import { carriedBy } from './carriers.js';
import type { Cluster, LinkPlace } from './cluster.js';
import type { BroughtToxiproxies } from './edges.js';
import type { StatefulLinks } from './links.js';
import { openPacketLinks } from './packets/packet-links.js';
import { openInside, openToxiproxy, type ToxiproxyServer } from './proxies/server.js';
import { parseToxiproxyChoice } from './proxies/toxiproxy-choice.js';
import { openLinks, proxyName } from './proxies/toxiproxy-links.js';
import type { WatchedServer } from './proxies/toxiproxy-watch.js';

export interface MadeLinks {
  links: StatefulLinks;
  proxies: Proxies[];
  /** The servers that carry links, to be watched. */
  servers: WatchedServer[];
}

export interface Undoing {
  /** Told of what undoes each thing as soon as that is under way, in the order of opening. */
  undoBy(undo: () => Promise<unknown>): void;
  /** Whether the server with this URL is lost: then nothing is left to undo on it, or nobody who would do it. */
  isLost(url: string): boolean;
}

export async function makeLinks(
  cluster: Cluster,
  layout: Layout,
  { clock, run, random, linksBy, environment, onCarrier }: Surroundings & LinkSurroundings,
  { undoBy, isLost }: Undoing,
): Promise<MadeLinks> {
  const { places, hosts, edges } = cluster;
  const seed = Math.floor(random.fork('toxiproxy').next() * 2 ** 32);
  const asked = parseToxiproxyChoice(linksBy);
  const opening = openToxiproxy({ clock, hosts, asked, path: environment['PATH'], seed });
  undoBy(() =>
    opening.then(
      (server) => server.close(),
      () => undefined,
    ),
  );
  const [outer, inner] = await Promise.all([
    opening,
    edges ? openInner(clock, edges.toxiproxies(seed, asked)) : NONE,
  ]);
  const filters = edges?.filters();
  onCarrier?.(describe(outer, inner, filters !== undefined), outer.version);
  const isProxied = ({ name }: { name: string }) => !places.link(name).packets;
  const carried = layout.links.filter(isProxied).map(({ name }) => places.link(name));
  const others = new Map([...inner.servers].map(([name, { client }]) => [name, client]));
  const proxied = await openLinks({ client: outer.client, others, clock, run }, carried);
  undoBy(async () => {
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
  if (!filters) return { ...made, links: proxied };
  const direct = layout.links.filter((link) => !isProxied(link));
  const links = carriedBy([
    { links: proxied, carries: (name) => isProxied({ name }) },
    { links: await openPacketLinks({ clock, filters }, direct), carries: (name) => !isProxied({ name }) },
  ]);
  return { ...made, links };
}

/** The servers that the cluster brings: what they are, and each by the name that links' places give it. */
interface Inner {
  server: string;
  servers: ReadonlyMap<string, Awaited<ReturnType<typeof openInside>>>;
}
const NONE: Inner = { server: '', servers: new Map() };

async function openInner(clock: Clock, bringing: Promise<BroughtToxiproxies>): Promise<Inner> {
  const { server, urls } = await bringing;
  const opened = [...urls].map(async ([name, url]) => [name, await openInside(url, clock)] as const);
  return { server, servers: new Map(await Promise.all(opened)) };
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
    const power = first ? `, ${inner.server} ${first.version} to the power device` : '';
    return `${server} for clients${power}, packet filters between nodes`;
  }
  return first ? `${server} for clients, ${inner.server} ${first.version} between nodes` : server;
}
