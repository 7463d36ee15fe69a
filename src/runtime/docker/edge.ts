/**
 * A node's edge: the container through which everything goes that the node sends to its peers or hears from them.
 * In it runs the embedded Toxiproxy with the node's outgoing links, the way in for its peers, and the agent, which
 * the runner reaches on a published port. A Toxiproxy of an image runs beside it, in the same network namespace.
 */

import type Dockerode from 'dockerode';
import { firstToEnd, sleep, within } from '../../clock.js';
import { EnvironmentError, messageOf } from '../../errors.js';
import type { Address } from '../address.js';
import { NODE_PATH } from '../image/node-executable.js';
import { entryInImage } from '../image/own-build.js';
import type { Door } from '../links/edges.js';
import { SECRET_VARIABLE, type Way } from './agent/way-in.js';
import { dialThrough, knockThrough, openDoor, openRelay, type Relay } from './agent-client.js';
import type { Container } from './container.js';
import { BACKBONE, type NodePlace } from './docker-places.js';
import type { EdgeSetting } from './edge-setting.js';
import { labelsOf, nameInEngine } from './labels.js';
import type { NetworkFilter } from './network-filter.js';
import { COMMON } from './node-container.js';
import { openFilter, podOptions } from './pod.js';

/** How long it may take to be ready, and the time between two looks, ms. */
const PATIENCE = 20_000;
const LOOK_EVERY = 20;
/** Where Toxiproxy's API listens, on the edge's loopback; the agent brings the runner there. */
const API_PORT = 8474;

/** Where the addresses lie by which a node and its edge know its peers. */
const LINK_LOCAL = '169.254.0.0/16';

/** Which of an edge's containers. */
export type EdgePart = 'edge' | 'toxiproxy';

/** What is heard of one of them. */
export interface EdgeEars {
  onLine(line: string): void;
  onEnd(detail: string): void;
}

export class Edge {
  readonly containers: readonly Container[];
  readonly #agent: Container;
  readonly #toxiproxy: Container;
  readonly #setting: EdgeSetting;
  #listening: () => void = () => {};
  #failed: (error: EnvironmentError) => void = () => {};
  #isUp = false;
  #relay: Relay | undefined;
  #started: Promise<string | undefined> | undefined;
  #filter: NetworkFilter | undefined;

  constructor(setting: EdgeSetting, container: (part: EdgePart, ears: EdgeEars) => Container) {
    this.#setting = setting;
    this.#agent = container('edge', {
      onLine: (line) => {
        if (line.includes('"listening"')) this.#listening();
      },
      onEnd: (detail) => this.#ended('edge', detail),
    });
    this.#toxiproxy = container('toxiproxy', {
      onLine: () => {},
      onEnd: (detail) => this.#ended('toxiproxy', detail),
    });
    this.containers = [this.#agent, this.#toxiproxy];
  }

  /**
   * Starts it, once, with the Toxiproxy of `image` or else the embedded one; gives the URL of its Toxiproxy, where it
   * has one, when that answers.
   */
  start(seed: number, image: string | undefined): Promise<string | undefined> {
    this.#started ??= this.#start(seed, image);
    return this.#started;
  }

  /** The packet filter of the network that the node shares with it; undefined where it shares none. */
  get filter(): NetworkFilter | undefined {
    return this.#filter;
  }

  async #start(seed: number, image: string | undefined): Promise<string | undefined> {
    const { place, surroundings } = this.#setting;
    const { clock, run } = surroundings;
    const { shared } = place;
    const { proxies } = place.edge;
    const server = image === undefined ? ['--toxiproxy', '--seed', String(seed)] : [];
    const made = await this.#agent.make(
      shared ? podOptions(this.#setting, shared.network, server) : edgeOptions(this.#setting, server),
    );
    if (!shared) {
      await this.#agent.connect(nameInEngine(run, place.name), {
        IPAMConfig: { IPv4Address: place.edge.address, LinkLocalIPs: place.edge.peers },
      });
    }
    const ready = new Promise<void>((resolve) => {
      this.#listening = resolve;
    });
    const failed = new Promise<never>((_, reject) => {
      this.#failed = reject;
    });
    failed.catch(() => undefined);
    await this.#agent.start('the agent');
    if (shared) this.#filter = await openFilter(made, place, shared, this.#setting);
    try {
      const listens = Promise.race([ready, failed]);
      await within(clock, PATIENCE, `the start of the edge of ${place.name}`, () => listens);
      if (image !== undefined && proxies) await this.#startToxiproxy(image, failed);
      await this.#openRelay();
      this.#isUp = true;
    } catch (error) {
      const wrote = (await Promise.all(this.containers.map((one) => one.tail(5)))).flat().join(' | ');
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
    return !proxies ? undefined : `http://${host}:${port}`;
  }

  /** A way to dial as the node does. */
  door(target: Address, signal: AbortSignal): Promise<Door> {
    return openDoor(this.#setting.place.edge.agent, target, signal);
  }

  /** Sends datagrams from here to another's edge until one has arrived. */
  knock(other: NodePlace, token: string, signal: AbortSignal): Promise<void> {
    const { agent } = this.#setting.place.edge;
    const door = { host: other.address, port: other.edge.agentPort };
    return knockThrough(agent, door, other.edge.agent, token, signal);
  }

  close(): void {
    this.#relay?.close();
    this.#filter?.close();
  }

  #ended(part: EdgePart, detail: string): void {
    const { place, onLost } = this.#setting;
    const what = part === 'edge' ? 'the edge' : 'Toxiproxy';
    const carried = `the links from ${place.name} went through it`;
    if (this.#isUp) onLost(`${what} of ${place.name} has ended (${detail}): ${carried}`);
    else this.#failed(new EnvironmentError(`it ended (${detail})`));
  }

  async #startToxiproxy(image: string, failed: Promise<never>): Promise<void> {
    const { place, surroundings } = this.#setting;
    await this.#toxiproxy.make(toxiproxyOptions(this.#setting, image));
    await this.#toxiproxy.start('toxiproxy-server');
    const api = { host: '127.0.0.1', port: API_PORT };
    const answers = async (signal: AbortSignal) => {
      for (;;) {
        const socket = await dialThrough(place.edge.agent, api, signal).catch(() => undefined);
        if (socket) return void socket.destroy();
        await sleep(surroundings.clock, LOOK_EVERY, signal);
      }
    };
    await within(surroundings.clock, PATIENCE, `the start of Toxiproxy at ${place.name}`, (signal) =>
      firstToEnd(signal, answers, () => failed),
    );
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
  { place, surroundings: { run }, runner, image, secret }: EdgeSetting,
  server: readonly string[],
): Dockerode.ContainerCreateOptions {
  const { agent, agentPort, backbone, sources } = place.edge;
  const network = nameInEngine(run, BACKBONE);
  const exposed = `${agentPort}/tcp`;
  const way: Way = { listen: backbone, to: place.address, ports: place.ports, sources };
  return {
    name: nameInEngine(run, `${place.name}.edge`),
    Image: image,
    Hostname: `edge-${place.name}`.slice(0, 63),
    Cmd: [
      NODE_PATH,
      entryInImage('runtime/docker/agent/process.js'),
      // On the backbone alone. A node that may change its routes could send packets there all the same.
      ...['--listen', `${backbone}:${agentPort}`, '--closed-to', `${place.range},${LINK_LOCAL}`],
      ...['--way-in', JSON.stringify(way)],
      ...['--api', String(API_PORT)],
      ...server,
    ],
    // Arguments can be read by every user of the engine's machine.
    Env: [`${SECRET_VARIABLE}=${secret}`],
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

/** In the edge's network namespace: it listens where the embedded one would. */
function toxiproxyOptions(
  { place, surroundings: { run }, runner }: EdgeSetting,
  image: string,
): Dockerode.ContainerCreateOptions {
  return {
    name: nameInEngine(run, `${place.name}.toxiproxy`),
    Image: image,
    Cmd: ['-host=127.0.0.1', `-port=${API_PORT}`],
    Labels: labelsOf(run, runner, `toxiproxy ${place.name}`),
    HostConfig: {
      ...COMMON,
      NetworkMode: `container:${nameInEngine(run, `${place.name}.edge`)}`,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
    },
  };
}
