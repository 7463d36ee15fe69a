/**
 * A node's edge: the container through which everything goes that the node sends to its peers or hears from them.
 * In it runs the embedded Toxiproxy with the node's outgoing links, the way in for its peers, and the agent, which
 * the runner reaches on a published port.
 */
import type Dockerode from 'dockerode';
import { within } from '../../clock.js';
import type { ContainerSpec } from '../../drill/container.js';
import { EnvironmentError, messageOf } from '../../errors.js';
import { NODE_PATH } from '../image/node-executable.js';
import { entryInImage } from '../image/own-build.js';
import type { ProcessIdentity } from '../os-process.js';
import type { Address, Door, Surroundings } from '../runtime.js';
import { knockThrough, openDoor, openRelay, type Relay } from './agent-client.js';
import type { Container } from './container.js';
import { AGENT_PORT, BACKBONE, type NodePlace } from './docker-places.js';
import { labelsOf } from './labels.js';
import type { NetworkFilter } from './network-filter.js';
import { networkName } from './networks.js';
import { COMMON, containerName } from './node-container.js';
import { openFilter, podOptions } from './pod.js';

/** How long it may take to be ready, ms. */
const PATIENCE = 20_000;

export interface EdgeSetting {
  docker: Dockerode;
  place: NodePlace;
  /** Where the power device listens, on this machine. */
  power: Address | undefined;
  surroundings: Surroundings;
  runner: ProcessIdentity;
  /** The reference image. */
  image: string;
  containers: Readonly<Record<string, ContainerSpec>>;
}

export class Edge {
  readonly container: Container;
  readonly #setting: EdgeSetting;
  #listening: () => void = () => {};
  #relay: Relay | undefined;
  #started: Promise<string | undefined> | undefined;
  #filter: NetworkFilter | undefined;

  constructor(setting: EdgeSetting, container: (onLine: (line: string) => void) => Container) {
    this.#setting = setting;
    this.container = container((line) => {
      if (line.includes('"listening"')) this.#listening();
    });
  }

  /** Starts it, once; gives the URL of its Toxiproxy, where it has one, when that answers. */
  start(seed: number): Promise<string | undefined> {
    this.#started ??= this.#start(seed);
    return this.#started;
  }

  /** The packet filter of the network that the node shares with it; undefined where it shares none. */
  get filter(): NetworkFilter | undefined {
    return this.#filter;
  }

  async #start(seed: number): Promise<string | undefined> {
    const { place, surroundings, docker } = this.#setting;
    const { clock, run } = surroundings;
    const { shared } = place;
    const made = await this.container.make(
      shared ? podOptions(this.#setting, shared.network, seed) : edgeOptions(this.#setting, seed),
    );
    if (!shared) {
      await docker.getNetwork(networkName(run, place.name)).connect({
        Container: made.id,
        EndpointConfig: { IPAMConfig: { IPv4Address: place.edge.address, LinkLocalIPs: place.edge.peers } },
      });
    }
    const ready = new Promise<void>((resolve) => {
      this.#listening = resolve;
    });
    await this.container.start('the agent');
    if (shared) this.#filter = await openFilter(made, place, shared, this.#setting);
    try {
      await within(clock, PATIENCE, `the start of the edge of ${place.name}`, () => ready);
      await this.#openRelay();
    } catch (error) {
      const wrote = (await this.container.tail(5)).join(' | ');
      throw new EnvironmentError(
        {
          where: `the edge of ${place.name}`,
          expected: 'it to start',
          found: `${messageOf(error)}${wrote ? `; it wrote: ${wrote}` : ''}`,
        },
        { cause: error },
      );
    }
    const { host, port } = place.edge.agent;
    return shared && place.edge.relay === undefined ? undefined : `http://${host}:${port}`;
  }

  /** A way to dial as the node does. */
  door(target: Address, signal: AbortSignal): Promise<Door> {
    return openDoor(this.#setting.place.edge.agent, target, signal);
  }

  /** Sends datagrams from here to another's edge until one has arrived. */
  knock(other: NodePlace, token: string, signal: AbortSignal): Promise<void> {
    const { agent } = this.#setting.place.edge;
    const door = { host: other.address, port: AGENT_PORT };
    return knockThrough(agent, door, other.edge.agent, token, signal);
  }

  close(): void {
    this.#relay?.close();
    this.#filter?.close();
  }

  /** The power device listens on this machine's loopback, out of reach of every container but by this way. */
  async #openRelay(): Promise<void> {
    const { place, power, surroundings } = this.#setting;
    const { agent, relay } = place.edge;
    if (relay === undefined || !power) return;
    this.#relay = await within(surroundings.clock, PATIENCE, 'the way to the power device', (signal) =>
      openRelay(agent, relay, power, signal),
    );
  }
}

/**
 * The address of a node that does not run is answered by nobody. That is to be noticed in milliseconds, as when a
 * port is closed, and so is the node's return; the kernel's defaults are seconds.
 */
function quickNeighbours(device: string): Record<string, string> {
  const prefix = `net.ipv4.neigh.${device}`;
  return {
    [`${prefix}.retrans_time_ms`]: '20',
    [`${prefix}.delay_first_probe_time`]: '0',
    [`${prefix}.base_reachable_time_ms`]: '200',
  };
}

function edgeOptions(
  { place, surroundings: { run }, runner, image }: EdgeSetting,
  seed: number,
): Dockerode.ContainerCreateOptions {
  const { agent, backbone, sources } = place.edge;
  const network = networkName(run, BACKBONE);
  const exposed = `${AGENT_PORT}/tcp`;
  const way = { listen: backbone, to: place.address, ports: place.ports, sources };
  return {
    name: containerName(run, `${place.name}.edge`),
    Image: image,
    Hostname: `edge-${place.name}`.slice(0, 63),
    Cmd: [
      NODE_PATH,
      entryInImage('runtime/docker/agent/process.js'),
      // On the backbone alone: the node does not reach it there.
      ...['--listen', `${backbone}:${AGENT_PORT}`],
      ...['--way-in', JSON.stringify(way)],
      ...['--toxiproxy', '--seed', String(seed)],
    ],
    Labels: labelsOf(run, runner, `edge ${place.name}`),
    ExposedPorts: { [exposed]: {} },
    HostConfig: {
      ...COMMON,
      NetworkMode: network,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      PortBindings: { [exposed]: [{ HostIp: '127.0.0.1', HostPort: String(agent.port) }] },
      Sysctls: {
        // It is on two networks: it must not be a router between them, nor answer on one for an address that it
        // has on the other.
        'net.ipv4.ip_forward': '0',
        'net.ipv4.conf.all.arp_ignore': '1',
        // Peers' own ports may be low ones.
        'net.ipv4.ip_unprivileged_port_start': '0',
        ...quickNeighbours('eth0'),
        ...quickNeighbours('eth1'),
      },
    },
    NetworkingConfig: { EndpointsConfig: { [network]: { IPAMConfig: { IPv4Address: backbone } } } },
  };
}
