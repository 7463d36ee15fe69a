/**
 * The links of one execution, each with what carries it: the Toxiproxy server on this machine, one that the runtime
 * brings, or nothing but packet filters.
 */
import type { Clock } from '../clock.js';
import type { Random } from '../random.js';
import { CarriedLinks } from '../runtime/links/carriers.js';
import type { BroughtToxiproxies } from '../runtime/links/edges.js';
import type { StatefulLinks } from '../runtime/links/links.js';
import { openPacketLinks } from '../runtime/links/packets/packet-links.js';
import { openInside, openToxiproxy, type ToxiproxyServer } from '../runtime/links/proxies/server.js';
import type { ToxiproxyChoice } from '../runtime/links/proxies/toxiproxy-choice.js';
import { openLinks, proxyName } from '../runtime/links/proxies/toxiproxy-links.js';
import type { WatchedServer } from '../runtime/links/proxies/toxiproxy-watch.js';
import type { LinkPlace, OpenCluster } from '../runtime/runtime.js';
import type { Plan } from './plan.js';
import type { Recorder } from './recorder.js';

export interface StageLinksSetting {
  clock: Clock;
  plan: Plan;
  recorder: Recorder;
  random: Random;
  toxiproxy: ToxiproxyChoice;
  environment: Readonly<Record<string, string | undefined>>;
  /** Whether the server with this URL is lost: then nothing is left to undo on it, or nobody who would do it. */
  isLost(url: string): boolean;
}

export interface StageLinks {
  links: StatefulLinks;
  /** How many proxies were made. */
  proxies: number;
  /** The URL of the Toxiproxy server that carries a link; undefined where none does. */
  serverOf(link: string): string | undefined;
  /** The servers that carry links, to be watched. */
  servers: WatchedServer[];
}

/** `undoBy` is told of what undoes each thing as soon as that is under way, in the order of opening. */
export async function openStageLinks(
  { clock, plan, recorder, toxiproxy, environment, random, isLost }: StageLinksSetting,
  run: string,
  cluster: OpenCluster,
  undoBy: (undo: () => Promise<unknown>) => void,
): Promise<StageLinks> {
  const { places, edges } = cluster;
  const seed = Math.floor(random.fork('toxiproxy').next() * 2 ** 32);
  const opening = openToxiproxy({ clock, hosts: cluster, asked: toxiproxy, path: environment['PATH'], seed });
  undoBy(() =>
    opening.then(
      (server) => server.close(),
      () => undefined,
    ),
  );
  const [outer, inner] = await Promise.all([
    opening,
    edges ? openInner(clock, edges.toxiproxies(seed, toxiproxy)) : NONE,
  ]);
  const filters = edges?.filters();
  recorder.record({
    type: 'toxiproxy',
    server: describe(outer, inner, filters !== undefined),
    version: outer.version,
  });
  const isProxied = (link: string) => !places.link(link).packets;
  const carried = plan.links.filter(({ name }) => isProxied(name)).map(({ name }) => places.link(name));
  const others = new Map([...inner.servers].map(([name, { client }]) => [name, client]));
  const proxied = await openLinks({ client: outer.client, others, clock, run }, carried);
  undoBy(async () => {
    if (!isLost(outer.url)) await proxied.close();
  });
  const opened = {
    proxies: proxied.size,
    servers: watched(run, outer, inner, carried),
    serverOf(link: string) {
      const { server } = places.link(link);
      if (!isProxied(link)) return undefined;
      return server === undefined ? outer.url : others.get(server)?.host;
    },
  };
  if (!filters) return { ...opened, links: proxied };
  const direct = await openPacketLinks(
    { clock, filters },
    plan.links.filter(({ name }) => !isProxied(name)),
  );
  const links = new CarriedLinks([
    { links: proxied, carries: isProxied },
    { links: direct, carries: (link) => !isProxied(link) },
  ]);
  return { ...opened, links };
}

/** The servers that the runtime brings: what they are, and each by the name that links' places give it. */
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

/** The servers that carry at least one link, each with one of its proxies. */
function watched(
  run: string,
  outer: ToxiproxyServer,
  inner: Inner,
  carried: readonly LinkPlace[],
): WatchedServer[] {
  const servers = new Map<string | undefined, Omit<WatchedServer, 'proxy'>>();
  const { url, server, ended } = outer;
  servers.set(undefined, ended ? { url, kind: server, ended, own: 'Toxiproxy' } : { url, kind: 'given' });
  for (const [node, { client }] of inner.servers) {
    const kind = `${inner.server}, of the links from ${node}`;
    servers.set(node, { url: client.host, kind, own: `the edge of ${node}` });
  }
  return [...servers].flatMap(([name, one]) => {
    const place = carried.find(({ server: its }) => its === name);
    return place ? [{ ...one, proxy: proxyName(run, place.link.name) }] : [];
  });
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
