/** The process runtime: nodes are child processes on loopback. It needs nothing but Node. */
import { resolve } from 'node:path';
import { programOf } from '../../drill/needs.js';
import type { Capability } from '../../drill/parts.js';
import { lackOfDisks } from '../disk/disk.js';
import { NodeDisks } from '../disk/node-disks.js';
import { openWorld } from '../links/world.js';
import { onPath } from '../on-path.js';
import { Ports } from '../ports.js';
import { lookOnMachine } from '../reaper/look.js';
import { startReaper } from '../reaper/reaper.js';
import { type Layout, POWER_LOSS, type Runtime, SHAPING, type Surroundings } from '../runtime.js';
import { ProcessCluster } from './process-cluster.js';
import { assignPlaces, portsNeeded } from './process-places.js';

const capabilities: ReadonlySet<Capability> = new Set<Capability>([
  'kill',
  'stop',
  'pause',
  'pause: SIGSTOP',
  'start',
  'links',
  SHAPING,
  'power',
  POWER_LOSS,
  'programs',
]);

export const processRuntime: Runtime = {
  name: 'process',
  capabilities,
  async lack(capability, { environment }) {
    if (capability === POWER_LOSS) return lackOfDisks(environment['PATH']);
    const program = programOf(capability);
    const isLacking = program !== undefined && onPath(program, environment['PATH']) === undefined;
    return isLacking ? `no ${program} on PATH` : undefined;
  },
  look: async (run) => lookOnMachine(run),
  open: (layout, surroundings) => openWorld(openProcessCluster, layout, surroundings),
};

/** The cluster by itself, without its links. */
export async function openProcessCluster(
  layout: Layout,
  surroundings: Surroundings,
): Promise<ProcessCluster> {
  const { run, clock, environment } = surroundings;
  const reaper = await startReaper(run, clock, environment, 'nodes');
  try {
    const ports = new Ports(reaper.ports);
    const places = assignPlaces(layout, await ports.take(portsNeeded(layout)), (node) =>
      reaper.folder.data(node),
    );
    // Processes run in folders of their own, so a relative path would lead elsewhere.
    const absolute = { ...surroundings, logs: resolve(surroundings.logs) };
    const disks = new NodeDisks(layout.needs?.get(POWER_LOSS) ?? [], reaper.folder);
    await disks.make();
    return new ProcessCluster(layout, places, absolute, reaper, ports, disks);
  } catch (error) {
    // What it could not remove shows when it is looked for; the first reason is the one to tell.
    await reaper.abandon().catch(() => undefined);
    throw error;
  }
}
