/** What the engine is told of a node's container. */
import type Dockerode from 'dockerode';
import { type ContainerSpec, tmpfsOf } from '../../drill/container.js';
import type { NodeDisks } from '../disk/node-disks.js';
import type { ProcessIdentity } from '../os-process.js';
import type { Program, Surroundings } from '../runtime.js';
import { DATA, type DockerPlaces, hostsOf, type NodePlace } from './docker-places.js';
import type { Reach } from './handicap/reach.js';
import { faketimeEnvironment } from './handicap/skewed-clock.js';
import { joining } from './joined-node.js';
import { labelsOf, nameInEngine } from './labels.js';
import { asItIs, inContainer } from './local-program.js';
import { type NodeVolumes, seen } from './node-volumes.js';

export interface NodeSetting {
  places: DockerPlaces;
  surroundings: Pick<Surroundings, 'run'>;
  runner: ProcessIdentity;
  /** The reference image, for a node that names none. */
  image: string;
  containers: Readonly<Record<string, ContainerSpec>>;
  reach: Reach;
  /** Disks of nodes that are seen at folders of this machine. */
  disks: Pick<NodeDisks, 'at'>;
  volumes: Pick<NodeVolumes, 'mounts' | 'volume'>;
}

/** For every container of a run: it is started again by nobody but us, and its log cannot fill the disk. */
export const COMMON: Dockerode.HostConfig = {
  RestartPolicy: { Name: 'no' },
  LogConfig: { Type: 'json-file', Config: { 'max-size': '20m', 'max-file': '1' } },
};

/** A node of the drill's own runs with no more rights than it needs; one of another image, with those that it asks for. */
export function nodeOptions(
  setting: NodeSetting,
  node: string,
  program: Program,
): Dockerode.ContainerCreateOptions {
  const { places, surroundings, runner, image, containers, reach, disks, volumes } = setting;
  const { run } = surroundings;
  const place = places.nodes.get(node);
  if (!place) throw new RangeError(`no such node: ${node}`);
  const spec = containers[node] ?? {};
  const own = spec.image === undefined;
  const told = spec.command ? { ...program, command: spec.command } : program;
  // In an image of the user's own, words mean what they mean there.
  const { command, environment, folders, held } = own ? inContainer(told) : asItIs(told);
  const library = reach.faketime[node];
  const tmpfs = tmpfsOf(spec);
  const network = nameInEngine(run, node);
  const labels = labelsOf(run, runner, `node ${node}`);
  const options: Dockerode.ContainerCreateOptions = {
    name: nameInEngine(run, node),
    Image: spec.image ?? image,
    Hostname: spec.hostname ?? node,
    ...(command.length > 0 ? { Cmd: command } : {}),
    ...(spec.entrypoint ? { Entrypoint: [...spec.entrypoint] } : {}),
    Env: [
      ...environment,
      ...assignments(spec.environment),
      ...(library === undefined
        ? []
        : faketimeEnvironment(library, spec.environment?.['LD_PRELOAD']?.toString())),
    ],
    ...(spec.user === undefined ? {} : { User: spec.user }),
    ...(spec.stop_signal === undefined ? {} : { StopSignal: spec.stop_signal }),
    ...(own ? { WorkingDir: DATA } : spec.working_dir === undefined ? {} : { WorkingDir: spec.working_dir }),
    ...(held ? { OpenStdin: true, StdinOnce: true } : {}),
    ...(spec.healthcheck ? { Healthcheck: healthcheckOf(spec.healthcheck) } : {}),
    Labels: labels,
    ExposedPorts: Object.fromEntries(place.ports.map((port) => [`${port}/tcp`, {}])),
    HostConfig: {
      ...COMMON,
      ...(own ? { CapDrop: ['ALL'], SecurityOpt: ['no-new-privileges'] } : {}),
      ...limitsOf(spec),
      ...(spec.init ? { Init: true } : {}),
      NetworkMode: network,
      PortBindings: publishedPorts(place),
      ExtraHosts: hostsOf(place, containers),
      Mounts: [
        // What is to be in memory, or in a volume of the user's own, is not kept.
        ...(usesFolder(spec, DATA)
          ? []
          : [dataAt(disks.at(node)) ?? volumes.volume(node, '_data', DATA, false)]),
        ...volumes.mounts(node),
        ...folders.map((folder) => seen(folder, folder)),
      ],
      Tmpfs: Object.fromEntries(tmpfs),
    },
    NetworkingConfig: {
      EndpointsConfig: {
        [network]: { IPAMConfig: { IPv4Address: place.address, LinkLocalIPs: [place.local] } },
      },
    },
  };
  return place.shared ? joining(options, nameInEngine(run, `${node}.edge`), spec) : options;
}

type Healthcheck = NonNullable<ContainerSpec['healthcheck']>;

/** How long a health check of the image's own may take, of which nothing is known, ms. */
const UNKNOWN_CHECK = 120_000;

/** How long a node may take to become healthy by its own words, and some time for the engine, ms. */
export function healthPatience(healthcheck: Healthcheck | undefined): number {
  if (!healthcheck) return UNKNOWN_CHECK;
  const { interval, timeout, retries, start_period = 0 } = healthcheck;
  return start_period + retries * (interval + timeout) + 5000;
}

/** The engine counts in nanoseconds, and takes no word but CMD for a list of arguments. */
function healthcheckOf({ test, interval, timeout, retries, start_period }: Healthcheck) {
  return {
    Test: test[0] === 'CMD' ? [...test] : ['CMD', ...test],
    Interval: Math.round(interval * 1e6),
    Timeout: Math.round(timeout * 1e6),
    Retries: retries,
    ...(start_period === undefined
      ? {}
      : {
          StartPeriod: Math.round(start_period * 1e6),
          // Docker 25 and later would ask every five seconds in it; older ones do not know this.
          StartInterval: Math.round(interval * 1e6),
        }),
  };
}

function limitsOf({
  cap_add,
  group_add,
  sysctls,
  ulimits,
  shm_size,
  mem_limit,
  cpus,
}: ContainerSpec): Dockerode.HostConfig {
  return {
    ...(group_add ? { GroupAdd: [...group_add] } : {}),
    ...(ulimits
      ? {
          Ulimits: Object.entries(ulimits).map(([Name, { soft, hard }]) => ({
            Name,
            Soft: soft,
            Hard: hard,
          })),
        }
      : {}),
    ...(shm_size === undefined ? {} : { ShmSize: bytesOf(shm_size) }),
    ...(cap_add ? { CapAdd: [...cap_add] } : {}),
    ...(sysctls
      ? { Sysctls: Object.fromEntries(Object.entries(sysctls).map(([name, to]) => [name, String(to)])) }
      : {}),
    ...(mem_limit === undefined ? {} : { Memory: bytesOf(mem_limit) }),
    ...(cpus === undefined ? {} : { NanoCpus: Math.round(cpus * 1e9) }),
  };
}

/** `256m` -> 268435456. */
function bytesOf(size: string): number {
  const powers: Readonly<Record<string, number>> = { b: 0, k: 1, m: 2, g: 3 };
  return Number(size.slice(0, -1)) * 1024 ** (powers[size.slice(-1)] ?? 0);
}

function assignments(environment: ContainerSpec['environment']): string[] {
  return Object.entries(environment ?? {}).map(([name, value]) => `${name}=${value}`);
}

export function publishedPorts({ published }: NodePlace): Dockerode.PortMap {
  return Object.fromEntries(
    [...published].map(([port, onHost]) => [
      `${port}/tcp`,
      [{ HostIp: '127.0.0.1', HostPort: String(onHost) }],
    ]),
  );
}

/** Whether something of the node's own is at a path already. */
function usesFolder(spec: ContainerSpec, folder: string): boolean {
  const { volumes = [] } = spec;
  return tmpfsOf(spec).has(folder) || volumes.some((use) => use.split(':')[1] === folder);
}

/** Which of these nodes may write to elsewhere than the folder that has a disk; undefined where none does. */
export function lackOfData(
  nodes: readonly string[],
  containers: Readonly<Record<string, ContainerSpec>>,
): string | undefined {
  const elsewhere = nodes.filter((node) => {
    const { image, build, volumes = [], tmpfs = [] } = containers[node] ?? {};
    return image !== undefined || build !== undefined || volumes.length + tmpfs.length > 0;
  });
  if (elsewhere.length === 0) return undefined;
  return `${elsewhere.join(', ')} of an image or with folders of its own, which may write to elsewhere than ${DATA}`;
}

/** Where a node keeps its data, where that is a disk of this machine. */
function dataAt(disk: string | undefined): Dockerode.MountSettings | undefined {
  return disk === undefined ? undefined : { Type: 'bind', Source: disk, Target: DATA, ReadOnly: false };
}
