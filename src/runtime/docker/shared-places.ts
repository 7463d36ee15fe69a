/**
 * The addresses of a Docker cluster whose nodes share one network, for what is not TCP. Every node is there under its
 * own address and its name. Where the drill shapes links, connections to declared ports go through a proxy beside their
 * source (links/packets/redirects.ts); else there is none between any two:
 *
 *     a 10.x.y.10 ------------> [packet filter] 10.x.y.11 b
 *
 * An address belongs to a node's edge, whose network the node joins: so it outlives the node's restarts. What no packet
 * filter needs to cut is as it is on private networks: clients come in by published ports, over proxies on this
 * machine; the power device is reached over a proxy on the edge.
 */
import { unknown } from '../../errors.js';
import { kindOf, type Link, POWER } from '../../topology/links.js';
import type { Address } from '../address.js';
import type { LinkPlace } from '../links/cluster.js';
import { type Layout, SHAPING } from '../runtime.js';
import {
  AGENT_PORT,
  DATA,
  type DockerPlaces,
  format,
  LOOPBACK,
  type NodePlace,
  portsNeeded,
  portsOf,
  RELAY_PORT,
  SHARED,
} from './docker-places.js';
import { addressIn, formatNetwork, type Network, subnet } from './subnets.js';

/** The last number in it of the engine's gateway, by which the runner comes in, and of the first node. */
const GATEWAY = 1;
const FIRST = 10;
/** Where the proxy of a node's link to the power device listens, on its own loopback. */
const POWER_PORT = 8477;
/** The first port on a node's loopback of the proxies by which its links are shaped. */
const PROXY_PORTS = 28_474;

/** Gives each part of the layout its place in a block of networks and among the ports of this machine. */
export function assignSharedPlaces(layout: Layout, block: Network, ports: readonly number[]): DockerPlaces {
  const rest = [...ports];
  const next = () => rest.shift() ?? unknown(`${portsNeeded(layout)} ports`, String(ports.length));
  const network = subnet(block, 0);
  const address = (name: string) => addressIn(network, FIRST + layout.nodes.indexOf(name));
  const isShaped = layout.needs?.has(SHAPING) ?? false;
  const dials = (from: string, to: string) =>
    layout.links.some((link) => link.from === from && link.to === to);

  const nodePlace = (name: string): NodePlace => ({
    name,
    range: formatNetwork(network),
    address: address(name),
    ports: portsOf(layout, name),
    published: new Map(portsOf(layout, name).map((port) => [port, next()])),
    shared: { network: SHARED, gateway: addressIn(network, GATEWAY) },
    local: address(name),
    hosts: {
      ...Object.fromEntries(
        layout.nodes.filter((peer) => peer !== name).map((peer) => [peer, address(peer)]),
      ),
      ...(dials(name, POWER) ? { [POWER]: LOOPBACK } : {}),
    },
    edge: {
      address: address(name),
      backbone: address(name),
      peers: [],
      sources: {},
      agent: { host: LOOPBACK, port: next() },
      agentPort: AGENT_PORT,
      relay: dials(name, POWER) ? RELAY_PORT : undefined,
      proxies: dials(name, POWER) || isShaped,
    },
  });
  const nodes = new Map(layout.nodes.map((name) => [name, nodePlace(name)]));
  const node = (name: string) => nodes.get(name) ?? unknown(`one of ${layout.nodes.join(', ')}`, name);
  const power = layout.power ? { host: LOOPBACK, port: next() } : undefined;
  const portOf = (name: string) => node(name).ports[0] as number;

  /** The port of each proxy beside a node is one that the node does not use, as far as is known. */
  const proxyPorts = new Map(layout.nodes.map((name) => [name, unusedPorts(portsOf(layout, name))]));
  const led = ({ from, to }: Link, { host, port }: Address): Partial<LinkPlace> => {
    const proxy = proxyPorts.get(from)?.next().value as number;
    const alias = `169.254.1.${FIRST + layout.nodes.indexOf(to)}`;
    const redirect = { address: host, port, proxy, alias };
    return { redirect, server: from, listen: `${LOOPBACK}:${proxy}`, upstream: `${alias}:${port}` };
  };
  const linkPlace = (link: Link): LinkPlace => {
    const { from, to } = link;
    if (kindOf(from) === 'client') {
      const port = node(to).published.get(link.port ?? portOf(to));
      return proxied(link, { host: LOOPBACK, port: next() }, `${LOOPBACK}:${port}`);
    }
    if (to === POWER)
      return {
        ...proxied(link, { host: LOOPBACK, port: POWER_PORT }, `${LOOPBACK}:${RELAY_PORT}`),
        server: from,
      };
    const dial = { host: address(to), port: link.port ?? portOf(to) };
    return isShaped ? { ...straight(link, dial), ...led(link, dial) } : straight(link, dial);
  };
  const links = new Map(layout.links.map((link) => [link.name, linkPlace(link)]));
  return {
    nodes,
    power,
    listen: (name) => ({ host: node(name).address, port: portOf(name) }),
    observe: (name) => ({ host: LOOPBACK, port: node(name).published.get(portOf(name)) as number }),
    link: (name) => links.get(name) ?? unknown('the name of a link', name),
    data: () => DATA,
  };
}

/** Packets go from node to node as they are. */
function straight(link: Link, dial: Address): LinkPlace {
  return { ...proxied(link, dial, format(dial)), packets: true };
}

function* unusedPorts(used: readonly number[]): Generator<number, never> {
  for (let port = PROXY_PORTS; ; port++) if (!used.includes(port)) yield port;
}

function proxied(link: Link, dial: Address, upstream: string): LinkPlace {
  return { link, dial, listen: format(dial), upstream };
}
