/** What the engine is told of a node's container. */
import type Dockerode from 'dockerode';
import type { ProcessIdentity } from '../os-process.js';
import type { Program, Surroundings } from '../runtime.js';
import { DATA, type DockerPlaces } from './docker-places.js';
import { labelsOf } from './labels.js';
import { inContainer } from './local-program.js';
import { networkName } from './networks.js';

export interface NodeSetting {
  places: DockerPlaces;
  surroundings: Pick<Surroundings, 'run'>;
  runner: ProcessIdentity;
  image: string;
}

/** A node whose program the drill itself gives runs in the reference image, with no more rights than it needs. */
export function nodeOptions(
  { places, surroundings: { run }, runner, image }: NodeSetting,
  node: string,
  program: Program,
): Dockerode.ContainerCreateOptions {
  const place = places.nodes.get(node);
  if (!place) throw new RangeError(`no such node: ${node}`);
  const { command, environment, folders } = inContainer(program);
  const network = networkName(run, node);
  const labels = labelsOf(run, runner, `node ${node}`);
  const exposed = `${place.port}/tcp`;
  return {
    name: containerName(run, node),
    Image: image,
    Hostname: node,
    Cmd: command,
    Env: environment,
    WorkingDir: DATA,
    Labels: labels,
    ExposedPorts: { [exposed]: {} },
    HostConfig: {
      ...COMMON,
      NetworkMode: network,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      PortBindings: { [exposed]: [{ HostIp: '127.0.0.1', HostPort: String(place.published) }] },
      ExtraHosts: Object.entries(place.hosts).map(([peer, address]) => `${peer}:${address}`),
      Mounts: [
        {
          Type: 'volume',
          Source: `${network}-data`,
          Target: DATA,
          VolumeOptions: { NoCopy: true, Labels: labels, DriverConfig: { Name: 'local', Options: {} } },
        },
        ...folders.map((folder) => ({
          Type: 'bind' as const,
          Source: folder,
          Target: folder,
          ReadOnly: true,
        })),
      ],
    },
    NetworkingConfig: {
      EndpointsConfig: {
        [network]: { IPAMConfig: { IPv4Address: place.address, LinkLocalIPs: [place.local] } },
      },
    },
  };
}

/** The name of a run's container, in the engine. */
export function containerName(run: string, part: string): string {
  return `drill-${run}-${part}`;
}

/** For every container of a run: it is started again by nobody but us, and its log cannot fill the disk. */
export const COMMON: Dockerode.HostConfig = {
  RestartPolicy: { Name: 'no' },
  LogConfig: { Type: 'json-file', Config: { 'max-size': '20m', 'max-file': '1' } },
};
