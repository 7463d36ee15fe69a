/** The Docker runtime: nodes are containers. It needs an engine on this machine, and nothing from a registry. */
import { resolve } from 'node:path';
import { allEnded } from '../../all-ended.js';
import { within } from '../../clock.js';
import { type ContainerSpec, hasOwnImage } from '../../drill/container.js';
import type { Capability } from '../../drill/parts.js';
import { messageOf } from '../../errors.js';
import { lackOfDisks } from '../disk/disk.js';
import { NodeDisks } from '../disk/node-disks.js';
import { openWorld } from '../links/world.js';
import { thisProcess } from '../os-process.js';
import { Ports } from '../ports.js';
import { HelperProcesses } from '../process/helper-processes.js';
import { lookOnMachine, together } from '../reaper/look.js';
import { startReaper } from '../reaper/reaper.js';
import { type Layout, POWER_LOSS, type Runtime, SHAPING, type Surroundings } from '../runtime.js';
import { exposedPorts, withBuilt } from './build.js';
import { chooseNetwork } from './choose-network.js';
import { DockerCluster } from './docker-cluster.js';
import { assignPlaces, networksNeeded, portsNeeded } from './docker-places.js';
import { engineClient, type FoundEngine, findEngine } from './engine.js';
import { engineAddress } from './engine-address.js';
import { listenToEngine, listenToNetworks } from './engine-events.js';
import { lackOfFaketime } from './handicap/faketime.js';
import { HANDICAPS } from './handicap/handicaps.js';
import { reachOf } from './handicap/reach.js';
import { ensureImages } from './images.js';
import { labelsOf, nameInEngine } from './labels.js';
import { lookInEngine } from './look.js';
import { makeNetworks } from './networks.js';
import { lackOfData } from './node-container.js';
import { lackOfPacketFilters } from './packet-tools.js';
import { assignSharedPlaces } from './shared-places.js';

type Containers = Readonly<Record<string, ContainerSpec>>;

/** How long a busy engine may take to say what is in it, ms. */
const LOOK_PATIENCE = 30_000;

/** How long the builder may be silent, ms. */
const BUILD_PATIENCE = 20 * 60_000;

/** The containers with images that are in the engine: built or pulled where they were not. */
async function ready(
  engine: FoundEngine,
  containers: Containers,
  around: Pick<Surroundings, 'clock' | 'signal' | 'onProgress'>,
): Promise<Containers> {
  if (!Object.values(containers).some(hasOwnImage)) return containers;
  const docker = await engineClient(engine.address, BUILD_PATIENCE);
  const built = await withBuilt(docker, containers, around);
  const images = new Set(Object.values(built).flatMap(({ image }) => image ?? []));
  await ensureImages(docker, [...images], around);
  return built;
}

const capabilities: ReadonlySet<Capability> = new Set<Capability>([
  'containers',
  'kill',
  'kill: process',
  'stop',
  'pause',
  'pause: freezer',
  'pause: SIGSTOP',
  ...HANDICAPS.map(({ capability }) => capability),
  'start',
  'links',
  SHAPING,
  'power',
  'packet-filters',
  POWER_LOSS,
  'programs',
]);

export const dockerRuntime: Runtime = {
  name: 'docker',
  capabilities,
  async lack(capability, { environment, clock }, { containers = {}, needs }) {
    if (capability === POWER_LOSS) {
      if (!('socketPath' in engineAddress(environment))) return 'the container engine is on another machine';
      return lackOfDisks(environment['PATH']) ?? lackOfData(needs?.get(capability) ?? [], containers);
    }
    if (capability === 'packet-filters') return lackOfPacketFilters(environment, clock);
    if (capability !== 'clock') return undefined;
    // That there is no engine is said by whoever needs one.
    const engine = await findEngine(environment, clock).catch(() => undefined);
    return (
      engine && lackOfFaketime(await engineClient(engine.address), needs?.get(capability) ?? [], containers)
    );
  },
  async missingImages(containers, { environment, clock }) {
    try {
      const docker = await engineClient((await findEngine(environment, clock)).address);
      const { exists } = await import('../image/reference-image.js');
      const images = [...new Set(Object.values(containers).flatMap(({ image }) => image ?? []))];
      const there = await Promise.all(images.map((image) => exists(docker, image)));
      return images
        .filter((_, at) => !there[at])
        .map((image) => `image ${image} is missing (a run tries to pull it; \`docker pull ${image}\`)`);
    } catch (error) {
      return [messageOf(error)];
    }
  },
  async exposed(containers, surroundings) {
    const engine = await findEngine(surroundings.environment, surroundings.clock);
    const built = await ready(engine, containers, surroundings);
    return exposedPorts(await engineClient(engine.address), built);
  },
  async look(run, { environment, clock }) {
    const docker = await engineClient(engineAddress(environment));
    const looking = () => lookInEngine(docker, run);
    const there = await within(clock, LOOK_PATIENCE, 'looking at what is in the engine', looking);
    // Where the run has helpers.
    return together(lookOnMachine(run), [there]);
  },
  open: (layout, surroundings) => openWorld(openDockerCluster, layout, surroundings),
};

/** The cluster by itself, without its links. */
export async function openDockerCluster(layout: Layout, surroundings: Surroundings): Promise<DockerCluster> {
  const { run, clock, environment } = surroundings;
  const engine = await findEngine(environment, clock);
  const docker = await engineClient(engine.address);
  // Heavy, and needed by nobody who only asks what runtimes there are.
  const { referenceImage } = await import('../image/reference-image.js');
  const making = referenceImage(docker, engine);
  // Awaited once there is something that has to be taken down where it fails.
  making.catch(() => undefined);
  const reaper = await startReaper(run, clock, environment);
  try {
    reaper.folder.noteHolding({ kind: 'engine', place: engine.address });
    const image = await making;
    const runner = thisProcess();
    const ports = new Ports(reaper.ports);
    const containers = await ready(engine, layout.containers ?? {}, surroundings);
    const { network, lack } = await chooseNetwork(layout, surroundings);
    const names = networksNeeded(layout, network);
    const imageOf = (node: string) => containers[node]?.image ?? image.name;
    const [taken, { block }, reach] = await allEnded([
      ports.take(portsNeeded(layout)),
      makeNetworks(docker, run, names, (name) => labelsOf(run, runner, `network ${name}`)),
      reachOf({
        docker,
        image: image.name,
        labels: labelsOf(run, runner, 'trial'),
        needs: [...(layout.needs?.keys() ?? [])],
        skewed: Object.fromEntries((layout.needs?.get('clock') ?? []).map((node) => [node, imageOf(node)])),
      }),
    ]);
    const disks = new NodeDisks(layout.needs?.get(POWER_LOSS) ?? [], reaper.folder);
    await disks.make();
    const cluster = new DockerCluster({
      docker,
      places: (network === 'shared' ? assignSharedPlaces : assignPlaces)(layout, block, taken),
      lack,
      surroundings: { ...surroundings, logs: resolve(surroundings.logs) },
      reaper,
      runner,
      helpers: new HelperProcesses(surroundings, reaper, ports),
      image: image.name,
      containers,
      reach,
      disks,
      networks: names.length,
    });
    const joining = await listenToNetworks(
      docker,
      names.map((name) => nameInEngine(run, name)),
      (...joined) => cluster.onJoined(...joined),
    );
    cluster.listening(joining);
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
}
