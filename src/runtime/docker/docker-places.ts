/**
 * The addresses of a Docker cluster. Each node sits alone on a network of its own, together with its edge: a
 * container of ours that has one address there for each of the node's peers. The edges see each other on one more
 * network, where no node is:
 *
 *     network a                                    backbone                             network b
 *     a 10.x.y.66 --> its edge, for b 169.254.1.2 --> b's edge 10.x.y.12 --> as a 169.254.2.1 --> b 10.x.y.130
 *                     (the link's Toxiproxy proxy)
 *
 * On b's own port: whoever dials 169.254.1.2:7000 from a comes out at b's port 7000. A node reaches nothing but its
 * edge, and a peer has the same address whether it is dialled or heard from. The runner comes in by ports that are
 * published on loopback:
 *
 *     client:app -> 127.0.0.1:<link> (a proxy on this machine) -> 127.0.0.1:<published> -> a
 */
import type { ContainerSpec } from '../../drill/container.js';
import { unknown } from '../../errors.js';
import { kindOf, POWER } from '../../topology/links.js';
import type { Address } from '../address.js';
import type { ClusterPlaces, LinkPlace } from '../links/cluster.js';
import type { Layout } from '../runtime.js';
import { addressIn, formatNetwork, type Network, subnet } from './subnets.js';

export const LOOPBACK = '127.0.0.1';
/** The last number in a network of the node and of its edge; on the backbone, the number before the first edge's. */
const NODE = 2;
const EDGE = 3;
const EDGES = 10;
/** The number that the power device has for everyone, and the port that is dialled. */
const POWER_NUMBER = 254;
const POWER_PORT = 80;
/** Where a node listens, where its program is told. */
const NODE_PORT = 7000;
/** Where the agent listens on an edge where it can, and where the power device's relay does. */
export const AGENT_PORT = 8475;
export const RELAY_PORT = 8476;
/** The folder in which a node keeps its data. */
export const DATA = '/data';
/** The names of the backbone and of a network that all nodes share, where the others are those of nodes. */
export const BACKBONE = '0';
export const SHARED = '1';

/** One node's network, as it is to be made. */
export interface NodePlace {
  name: string;
  /** The range of its network, `10.1.2.64/26`. */
  range: string;
  /** Its address on its network, its ports, and where each is published on this machine's loopback. */
  address: string;
  ports: readonly number[];
  published: ReadonlyMap<number, number>;
  /** Where all nodes share one network: its name, and the address by which the runner comes in. */
  shared?: { network: string; gateway: string };
  /** An address outside the network's range, so that the node knows the way to those of its links. */
  local: string;
  /** `b` -> the address to dial for it. */
  hosts: Readonly<Record<string, string>>;
  edge: EdgePlace;
}

export interface EdgePlace {
  /** On the node's network and on the backbone. */
  address: string;
  backbone: string;
  /** Further addresses on the node's network: one for each peer. */
  peers: string[];
  /** Whose edge, by its address on the backbone, comes in to the node from which of those addresses. */
  sources: Readonly<Record<string, string>>;
  /** Where the runner reaches its agent, and the port that this has in the edge. */
  agent: Address;
  agentPort: number;
  /** On its own loopback, the way to the power device; undefined where the node has no link to that. */
  relay: number | undefined;
  /** Whether a Toxiproxy carries links of its node. */
  proxies: boolean;
}

export interface DockerPlaces extends ClusterPlaces {
  nodes: ReadonlyMap<string, NodePlace>;
}

/** What the hosts file of a node says: the other names of its own, and its peers with all of theirs. */
export function hostsOf(
  { name, address, hosts }: NodePlace,
  containers: Readonly<Record<string, ContainerSpec>>,
): string[] {
  const own = containers[name];
  // The engine writes the name of the host itself.
  const others = [name, ...(own?.aliases ?? [])].filter((one) => one !== (own?.hostname ?? name));
  // Of several that have a name in common, each node finds another one first.
  const peers = Object.entries(hosts);
  const first = peers.length === 0 ? 0 : Object.keys(containers).indexOf(name) % peers.length;
  return [
    ...others.map((one) => `${one}:${address}`),
    ...[...peers.slice(first), ...peers.slice(0, first)].flatMap(([peer, there]) =>
      [peer, ...(containers[peer]?.aliases ?? [])].map((one) => `${one}:${there}`),
    ),
  ];
}

/** How many ports of this machine a layout needs. */
export function portsNeeded(layout: Layout): number {
  const { nodes, links, power } = layout;
  const published = nodes.reduce((sum, node) => sum + portsOf(layout, node).length, 0);
  return published + nodes.length + links.filter(isClients).length + (power ? 1 : 0);
}

/** A port for an agent that is none of the node's, for which its edge listens beside it. */
function agentPortBeside(ports: readonly number[]): number {
  let port = AGENT_PORT;
  while (ports.includes(port)) port++;
  return port;
}

/** The ports of a node, the one that counts first. */
export function portsOf({ containers }: Layout, node: string): readonly number[] {
  return containers?.[node]?.expose ?? [NODE_PORT];
}

/** The networks that a layout needs, by name, in the order in which they lie in their block. */
export function networksNeeded({ nodes }: Layout, network: 'private' | 'shared'): string[] {
  return network === 'shared' ? [SHARED] : [BACKBONE, ...nodes];
}

/** Gives each part of the layout its place in a block of networks and among the ports of this machine. */
export function assignPlaces(layout: Layout, block: Network, ports: readonly number[]): DockerPlaces {
  const rest = [...ports];
  const next = () => rest.shift() ?? unknown(`${portsNeeded(layout)} ports`, String(ports.length));
  const number = (name: string) => layout.nodes.indexOf(name) + 1;
  const backbone = (name: string) => addressIn(subnet(block, 0), EDGES + number(name));
  /** Of `peer`, for `node`. */
  const local = (node: string, peer: string) =>
    `169.254.${number(node)}.${peer === POWER ? POWER_NUMBER : number(peer)}`;

  const nodePlace = (name: string): NodePlace => {
    const network = subnet(block, number(name));
    const dialled = layout.links.filter(({ from }) => from === name).map(({ to }) => to);
    const heard = layout.links.filter((link) => link.to === name && !isClients(link)).map(({ from }) => from);
    return {
      name,
      range: formatNetwork(network),
      address: addressIn(network, NODE),
      ports: portsOf(layout, name),
      published: new Map(portsOf(layout, name).map((port) => [port, next()])),
      local: local(name, name),
      hosts: Object.fromEntries(dialled.map((peer) => [peer, local(name, peer)])),
      edge: {
        address: addressIn(network, EDGE),
        backbone: backbone(name),
        peers: [...new Set([...dialled, ...heard])].map((peer) => local(name, peer)),
        sources: Object.fromEntries(heard.map((peer) => [backbone(peer), local(name, peer)])),
        agent: { host: LOOPBACK, port: next() },
        agentPort: agentPortBeside(portsOf(layout, name)),
        relay: dialled.includes(POWER) ? RELAY_PORT : undefined,
        proxies: true,
      },
    };
  };
  const nodes = new Map(layout.nodes.map((name) => [name, nodePlace(name)]));
  const node = (name: string) => nodes.get(name) ?? unknown(`one of ${layout.nodes.join(', ')}`, name);
  const power = layout.power ? { host: LOOPBACK, port: next() } : undefined;

  const portOf = (name: string) => node(name).ports[0] ?? NODE_PORT;
  const publishedOf = (name: string, port: number) =>
    node(name).published.get(port) ?? unknown(`one of the ports of ${name}`, String(port));
  const linkPlace = (link: Layout['links'][number]): LinkPlace => {
    const { from, to } = link;
    if (isClients(link)) {
      const dial = { host: LOOPBACK, port: next() };
      return {
        link,
        dial,
        listen: format(dial),
        upstream: `${LOOPBACK}:${publishedOf(to, link.port ?? portOf(to))}`,
      };
    }
    const toPower = to === POWER;
    const dial = { host: local(from, to), port: toPower ? POWER_PORT : (link.port ?? portOf(to)) };
    const upstream = toPower ? `${LOOPBACK}:${RELAY_PORT}` : `${backbone(to)}:${dial.port}`;
    return { link, dial, listen: format(dial), upstream, server: from, greetable: !toPower };
  };
  const links = new Map(layout.links.map((link) => [link.name, linkPlace(link)]));
  return {
    nodes,
    power,
    listen: (name) => ({ host: node(name).address, port: portOf(name) }),
    observe: (name) => ({ host: LOOPBACK, port: publishedOf(name, portOf(name)) }),
    published: (name) =>
      new Map([...node(name).published].map(([port, onHost]) => [port, { host: LOOPBACK, port: onHost }])),
    link: (name) => links.get(name) ?? unknown('the name of a link', name),
    data: () => DATA,
  };
}

function isClients({ from }: { from: string }): boolean {
  return kindOf(from) === 'client';
}

export function format({ host, port }: Address): string {
  return `${host}:${port}`;
}
