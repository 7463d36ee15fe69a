/** Containers with links between them, and what a fault needs: for tests that run on an engine. */
import { systemClock as clock } from '../../../src/clock.js';
import type { Aim, Fault } from '../../../src/fault/fault.js';
import { seeded } from '../../../src/random.js';
import { greeter } from '../../../src/runtime/links/greeting.js';
import { type WitnessedSetting, witnessed } from '../../../src/runtime/links/link-witness.js';
import { openInside } from '../../../src/runtime/links/proxies/server.js';
import { openLinks } from '../../../src/runtime/links/proxies/toxiproxy-links.js';
import type { Layout } from '../../../src/runtime/runtime.js';
import { dialLink } from './answering.js';
import { openContainers } from './engine.js';

/** A cluster whose links are up and none of whose nodes runs yet. */
export async function openLinked(layout: Partial<Layout> & Pick<Layout, 'nodes' | 'links'>) {
  const opened = await openContainers(layout);
  const { cluster, run } = opened;
  const { urls } = await cluster.edges.toxiproxies(7, { kind: 'embedded' });
  const others = new Map(
    await Promise.all(
      [...urls].map(async ([name, url]) => [name, (await openInside(url, clock)).client] as const),
    ),
  );
  const [first] = others.values();
  if (!first) throw new Error('expected a Toxiproxy');
  const places = layout.links.map(({ name }) => cluster.places.link(name));
  const links = await openLinks({ client: first, others, clock, run }, places);
  /** A new connection over a link. */
  const dial = (link: string) => dialLink(cluster, link);
  return { ...opened, links, others, dial };
}

type Linked = Awaited<ReturnType<typeof openLinked>>;

/** Injects faults into nodes whose system nobody knows, under names of their own. */
export function injecting({ cluster, links }: Linked, layout: Pick<Layout, 'nodes' | 'links'>) {
  const place = cluster.places.link;
  const { greet } = greeter({ clock, place, edges: cluster.edges });
  const nodes = layout.nodes.map((name) => ({
    name,
    kind: 'node' as const,
    role: 'standby' as const,
    tags: [],
  }));
  const view = { topology: { nodes, killed: [], paused: [] }, links: layout.links, random: seeded(7) };
  let count = 0;
  const inject = async <Options, Aimed extends Aim>(
    fault: Fault<Options, Aimed>,
    options: Options,
    instead: Pick<Partial<WitnessedSetting>, 'links'> = {},
  ) => {
    const name = `fault-${++count}`;
    const aim = fault.aim(options, view);
    const { witness, heal } = await fault.inject(name, aim, {
      clock,
      links: witnessed({ clock, links, greet, place, nodes: cluster, ...instead }),
      nodes: cluster,
    });
    if (!heal) throw new Error('expected a fault that can be healed');
    return { name, aim, witness, heal };
  };
  return { inject };
}
