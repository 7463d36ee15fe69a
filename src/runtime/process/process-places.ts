/** The addresses of a process cluster: one loopback port for each node, each link's proxy and the power device. */
import { unknown } from '../../errors.js';
import { POWER } from '../../topology/links.js';
import type { Address } from '../address.js';
import type { ClusterPlaces, LinkPlace } from '../links/cluster.js';
import type { Layout } from '../runtime.js';

const HOST = '127.0.0.1';

/** How many ports a layout needs. */
export function portsNeeded(layout: Layout): number {
  return layout.nodes.length + layout.links.length + (layout.power ? 1 : 0);
}

/** Gives each part of the layout its port. `data` names a node's folder. */
export function assignPlaces(
  layout: Layout,
  ports: readonly number[],
  data: (node: string) => string,
): ClusterPlaces {
  const rest = ports.map((port): Address => ({ host: HOST, port }));
  const next = () => rest.shift() ?? unknown(`${portsNeeded(layout)} ports`, String(ports.length));
  const nodes = new Map(layout.nodes.map((node) => [node, next()]));
  const power = layout.power ? next() : undefined;
  const listen = (node: string) => nodes.get(node) ?? unknown(`one of ${layout.nodes.join(', ')}`, node);
  const links = new Map(
    layout.links.map((link): [string, LinkPlace] => {
      const dial = next();
      const upstream = link.to === POWER ? (power ?? unknown('a power device', 'none')) : listen(link.to);
      return [link.name, { link, dial, listen: format(dial), upstream: format(upstream) }];
    }),
  );
  return {
    listen,
    // Loopback has no links in it: the runner reaches a node where the node listens.
    observe: listen,
    link: (name) => links.get(name) ?? unknown('the name of a link', name),
    data,
    power,
  };
}

function format({ host, port }: Address): string {
  return `${host}:${port}`;
}
