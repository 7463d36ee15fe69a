/** A cluster of containers, opened for one execution. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type Dockerode from 'dockerode';
import type { ContainerSpec } from '../../drill/container.js';
import { EnvironmentError, InternalError, messageOf } from '../../errors.js';
import type { ProcessIdentity } from '../os-process.js';
import type { HelperProcesses } from '../process/helper-processes.js';
import { reap, remaining } from '../reaper/reap.js';
import type { Reaper } from '../reaper/reaper.js';
import type {
  Address,
  Cluster,
  Door,
  Doors,
  Helper,
  Hosts,
  Inventory,
  Kills,
  Pauses,
  Program,
  Proxies,
  Surroundings,
  Tails,
} from '../runtime.js';
import { Container } from './container.js';
import type { DockerPlaces, NodePlace } from './docker-places.js';
import { Edge } from './edge.js';
import { healthPatience, nodeOptions } from './node-container.js';

/** How long a container may take to end after SIGKILL, and after SIGTERM, ms. */
const KILL_PATIENCE = 10_000;
const TERM_PATIENCE = 10_000;

/** What a Docker cluster can do. */
export type DockerClusterAbilities = Cluster & Kills & Pauses & Tails & Hosts & Proxies & Doors;

export interface DockerClusterSetting {
  docker: Dockerode;
  places: DockerPlaces;
  surroundings: Surroundings;
  reaper: Reaper;
  runner: ProcessIdentity;
  helpers: HelperProcesses;
  /** The reference image. */
  image: string;
  /** What the nodes are made of that are containers of the user's own. */
  containers: Readonly<Record<string, ContainerSpec>>;
  /** How many networks there are. */
  networks: number;
}

export class DockerCluster implements DockerClusterAbilities {
  readonly places: DockerPlaces;
  readonly #setting: DockerClusterSetting;
  readonly #nodes: ReadonlyMap<string, Container>;
  readonly #byId = new Map<string, Container>();
  readonly #edges: ReadonlyMap<string, Edge>;
  #listening: (() => void) | undefined;
  #closed: Promise<Inventory> | undefined;
  /** The nodes that are being started in this turn. */
  #starting: Promise<void>[] | undefined;
  #lost: string | undefined;

  constructor(setting: DockerClusterSetting) {
    this.#setting = setting;
    this.places = setting.places;
    const { surroundings } = setting;
    mkdirSync(surroundings.logs, { recursive: true });
    this.#nodes = new Map(
      [...setting.places.nodes.keys()].map((name) => [
        name,
        this.#container(name, {
          onLine: (line) => surroundings.onLine(name, line),
          onExit: (detail, at) => surroundings.onExit(name, detail, at),
        }),
      ]),
    );
    this.#edges = new Map([...setting.places.nodes.values()].map((place) => [place.name, this.#edge(place)]));
  }

  /** The engine tells what happens to the run's containers from here on. `stop` ends that. */
  listening(stop: () => void): void {
    this.#listening = stop;
  }

  onDie(id: string, code: number, outOfMemory: boolean): void {
    this.#byId.get(id)?.onDie(code, outOfMemory);
  }

  onLost(reason: string): void {
    this.#lose(`the container engine is gone (${reason})`);
  }

  async start(node: string, program: Program): Promise<void> {
    this.#assertOpen();
    const container = this.#node(node);
    const together = this.#together();
    const started = this.#start(node, container, program);
    together.push(started);
    await started;
    await Promise.allSettled(together);
    container.release();
    const { healthcheck } = this.#setting.containers[node] ?? {};
    if (healthcheck) await container.healthy(healthPatience(healthcheck));
  }

  async #start(node: string, container: Container, program: Program): Promise<void> {
    const options = nodeOptions(this.#setting, node, program);
    await container.make(options);
    this.#assertOpen();
    await container.start(options.Cmd?.[0] ?? 'the program of its image');
  }

  /** What is started in the same turn of the loop is let go together. */
  #together(): Promise<void>[] {
    if (!this.#starting) {
      this.#starting = [];
      queueMicrotask(() => {
        this.#starting = undefined;
      });
    }
    return this.#starting;
  }

  async kill(node: string, signal: 'SIGKILL' | 'SIGTERM'): Promise<{ at: number }> {
    const patience = signal === 'SIGKILL' ? KILL_PATIENCE : TERM_PATIENCE;
    return { at: await this.#node(node).kill(signal, patience) };
  }

  running(node: string): Promise<boolean> {
    return this.#node(node).running();
  }

  async pause(node: string): Promise<{ at: number }> {
    return { at: await this.#node(node).pause() };
  }

  async resume(node: string): Promise<{ at: number }> {
    return { at: await this.#node(node).resume() };
  }

  paused(node: string): Promise<boolean> {
    return this.#node(node).paused();
  }

  tail(node: string, lines: number): Promise<string[]> {
    return this.#node(node).tail(lines);
  }

  address(): Promise<Address> {
    return this.#setting.helpers.address();
  }

  host(name: string, program: Program, onLine: (line: string) => void): Promise<Helper> {
    return this.#setting.helpers.host(name, program, onLine);
  }

  noteToxiproxy(url: string): void {
    this.#setting.helpers.noteToxiproxy(url);
  }

  async toxiproxies(seed: number): Promise<ReadonlyMap<string, string>> {
    this.#assertOpen();
    const started = [...this.#edges].map(
      async ([name, edge], at): Promise<[string, string]> => [name, await edge.start(seed + at)],
    );
    return new Map(await Promise.all(started));
  }

  async door(link: string, signal: AbortSignal): Promise<Door | undefined> {
    const { dial, server } = this.places.link(link);
    return server === undefined ? undefined : this.#edges.get(server)?.door(dial, signal);
  }

  close(): Promise<Inventory> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<Inventory> {
    const { surroundings, reaper, helpers, networks } = this.#setting;
    const { run, clock } = surroundings;
    for (const edge of this.#edges.values()) edge.close();
    const leaked = await helpers.close();
    const reaped = await reap(run, reaper.folder, clock, new Set([reaper.pid]), 1);
    this.#listening?.();
    const edges = [...this.#edges.values()].map(({ container }) => container);
    const all = [...this.#nodes.values(), ...edges];
    const logged = await Promise.allSettled(all.map((one) => one.close()));
    leaked.push(...logged.flatMap((one) => (one.status === 'rejected' ? [messageOf(one.reason)] : [])));
    leaked.push(...reaped.left);
    await reaper.done().catch((error: unknown) => leaked.push(messageOf(error)));
    leaked.push(...remaining(run, reaper.folder, new Set()).map(({ pid }) => `process ${pid}`));
    const containers = this.#byId.size;
    return {
      created: {
        processes: 1 + helpers.started,
        proxies: 0,
        folders: 1,
        containers,
        networks,
        volumes: new Set([...this.#byId.values()].filter((one) => !edges.includes(one))).size,
      },
      leaked: [...new Set(leaked)],
      ...(reaped.unseen.length > 0 ? { unseen: reaped.unseen } : {}),
    };
  }

  #container(
    name: string,
    { onLine, onExit }: { onLine(line: string): void; onExit(detail: string, at: number): void },
  ): Container {
    const { docker, surroundings } = this.#setting;
    const container: Container = new Container({
      name,
      clock: surroundings.clock,
      docker,
      log: join(surroundings.logs, `${name}.log`),
      onMade: (id) => void this.#byId.set(id, container),
      onLine,
      onExit,
    });
    return container;
  }

  #edge(place: NodePlace): Edge {
    const { places, ...setting } = this.#setting;
    const name = `_edge-${place.name}`;
    const onExit = (detail: string) => this.#lose(`the edge of ${place.name} has ended (${detail})`);
    return new Edge({ ...setting, place, power: places.power }, (onLine) =>
      this.#container(name, { onLine, onExit }),
    );
  }

  /** Nothing that was measured from here on would mean anything. */
  #lose(what: string): void {
    if (this.#closed || this.#lost !== undefined) return;
    this.#lost = what;
    this.#setting.surroundings.onLost?.(
      new EnvironmentError({
        where: 'runtime docker',
        message: what,
        todo: 'see its log; `drill clean` removes what is left',
      }),
    );
  }

  /** What is started while all is taken down would be left over. */
  #assertOpen(): void {
    if (this.#closed) throw new EnvironmentError('the run is being taken down: nothing is started any more');
  }

  #node(name: string): Container {
    const node = this.#nodes.get(name);
    if (!node)
      throw new InternalError({
        expected: `one of ${[...this.#nodes.keys()].join(', ')}`,
        found: `"${name}"`,
      });
    return node;
  }
}
