/**
 * The same for one shared network: how long it takes until the packet filters cut one node of five, and let it go:
 *
 *     node test/bench/cut-packets.mjs [--cuts 50] [--dist DIR]
 *
 * Five nodes and three supervisors in containers; needs an engine, root and iptables. Measured from the order until the
 * last filter has taken its rules.
 */
import { rmSync } from 'node:fs';
import {
  CUTS,
  clock,
  freshId,
  grudge,
  meshed as links,
  load,
  logs,
  MEMBERS,
  sleep,
  surroundings,
} from './cuts.mjs';
import { distribution } from './figures.mjs';

const { openDockerCluster } = await load('runtime/docker/docker-runtime.js');
const { openPacketLinks } = await load('runtime/links/packets/packet-links.js');

const cluster = await openDockerCluster(
  { nodes: MEMBERS, links, power: false, shared: true },
  surroundings(freshId()),
);
try {
  await cluster.edges.toxiproxies(7, { kind: 'embedded' });
  const direct = await openPacketLinks({ clock, filters: cluster.edges.filters() }, links);
  for (const [mode, shape] of [
    ['drop', { shape: 'isolate', targets: ['a'] }],
    ['refuse', { shape: 'isolate', targets: ['a'] }],
    ['drop', { shape: 'one-way', from: ['a'], to: ['b'] }],
  ]) {
    const cuts = grudge({ ...shape, except: [], mode }, links);
    const took = { cut: [], heal: [], look: [] };
    for (let number = 0; number < CUTS; number++) {
      // As in a drill, where changes do not follow each other at once.
      await sleep(clock, 500);
      let start = clock.now();
      took.cut.push((await direct.apply(`fault-${number}`, { mode, cuts })).at - start);
      start = clock.now();
      await Promise.all(cuts.map(({ link }) => direct.state(link)));
      took.look.push(clock.now() - start);
      await sleep(clock, 500);
      start = clock.now();
      took.heal.push((await direct.heal(`fault-${number}`)).at - start);
    }
    for (const what of ['cut', 'look', 'heal'])
      console.log(`${shape.shape.padEnd(8)} ${mode.padEnd(6)} ${what.padEnd(4)} ${distribution(took[what])}`);
  }
} finally {
  await cluster.close();
  rmSync(logs, { recursive: true, force: true });
}
