/** The Docker runtime: nodes are containers. It needs an engine on this machine, and nothing from a registry. */
import { resolve } from 'node:path';
import process from 'node:process';
import type { Capability } from '../../drill/needs.js';
import { identify } from '../os-process.js';
import { HelperProcesses } from '../process/helper-processes.js';
import { Ports } from '../process/ports.js';
import { startReaper } from '../reaper/reaper.js';
import type { Layout, Runtime, Surroundings } from '../runtime.js';
import { DockerCluster } from './docker-cluster.js';
import { assignPlaces, networksNeeded, portsNeeded } from './docker-places.js';
import { engineClient, findEngine } from './engine.js';
import { listenToEngine } from './engine-events.js';
import { ensureImages } from './images.js';
import { labelsOf } from './labels.js';
import { lookEverywhere } from './look.js';
import { makeNetworks } from './networks.js';

/** The images of the user's own that the nodes of a layout name. */
function imagesOf({ containers = {} }: Layout): string[] {
  return [...new Set(Object.values(containers).flatMap(({ image }) => image ?? []))];
}

const capabilities: ReadonlySet<Capability> = new Set<Capability>([
  'containers',
  'kill',
  'pause',
  'start',
  'links',
  'power',
]);

export const dockerRuntime: Omit<Runtime, 'open'> & {
  open(layout: Layout, surroundings: Surroundings): Promise<DockerCluster>;
} = {
  name: 'docker',
  capabilities,
  async look(run, { environment, clock }) {
    const { address } = await findEngine(environment, clock);
    return lookEverywhere(await engineClient(address), run);
  },
  async open(layout, surroundings) {
    const { run, clock, environment } = surroundings;
    const engine = await findEngine(environment, clock);
    const docker = await engineClient(engine.address);
    // Heavy, and needed by nobody who only asks what runtimes there are.
    const { referenceImage } = await import('../image/reference-image.js');
    const [reaper, image] = await Promise.all([
      startReaper(run, clock, environment),
      referenceImage(docker, engine),
    ]);
    try {
      reaper.folder.noteEngine(engine.address);
      const runner = identify(process.pid) ?? { pid: process.pid, started: '' };
      const ports = new Ports(reaper.ports);
      await ensureImages(docker, clock, imagesOf(layout));
      const names = networksNeeded(layout);
      const [taken, { block }] = await Promise.all([
        ports.take(portsNeeded(layout)),
        makeNetworks(docker, run, names, (name) => labelsOf(run, runner, `network ${name}`)),
      ]);
      const cluster = new DockerCluster({
        docker,
        places: assignPlaces(layout, block, taken),
        surroundings: { ...surroundings, logs: resolve(surroundings.logs) },
        reaper,
        runner,
        helpers: new HelperProcesses(surroundings, reaper, ports),
        image: image.name,
        containers: layout.containers ?? {},
        networks: names.length,
      });
      cluster.listening(
        await listenToEngine(docker, run, {
          onDie: (...died) => cluster.onDie(...died),
          onLost: (reason) => cluster.onLost(reason),
        }),
      );
      return cluster;
    } catch (error) {
      // What it could not remove shows when it is looked for; the first reason is the one to tell.
      await reaper.abandon().catch(() => undefined);
      throw error;
    }
  },
};
