/** A cluster of containers, opened for one execution. */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type Dockerode from 'dockerode';
import { failuresOf } from '../../all-ended.js';
import type { ContainerSpec } from '../../drill/container.js';
import { EnvironmentError, unknown } from '../../errors.js';
import type { Span } from '../../span.js';
import type { NodeDisks } from '../disk/node-disks.js';
import type { Handicap } from '../handicap.js';
import type { Cluster } from '../links/cluster.js';
import type { ProcessIdentity } from '../os-process.js';
import type { HelperProcesses } from '../process/helper-processes.js';
import type { Reaper } from '../reaper/reaper.js';
import type { Inventory, KilledProcess, KillSignal, PauseWay, Program, Surroundings } from '../runtime.js';
import { Container } from './container.js';
import { describeExit } from './container-exit.js';
import { DockerEdges } from './docker-edges.js';
import type { DockerPlaces } from './docker-places.js';
import { ContainerHandicaps } from './handicap/handicaps.js';
import type { Reach } from './handicap/reach.js';
import { endProcess, StoppedContainers } from './inside.js';
import { labelsOf } from './labels.js';
import { NetworkTurns } from './network-turns.js';
import { healthPatience, nodeOptions } from './node-container.js';
import { NodeVolumes } from './node-volumes.js';
import { StartOrder } from './start-order.js';
import { Together } from './together.js';

/** How long a container may take to end after SIGKILL, and after SIGTERM, ms. */
const KILL_PATIENCE = 10_000;
const TERM_PATIENCE = 10_000;
/** How long a node may work for whose end others wait before they start, ms. */
const JOB_PATIENCE = 600_000;

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
  /** What can be done to them from here. */
  reach: Reach;
  disks: NodeDisks;
  /** Why its nodes share no network, where that would be more like production. */
  lack: string | undefined;
  /** How many networks there are. */
  networks: number;
}

export class DockerCluster implements Cluster {
  readonly places: DockerPlaces;
  readonly hosts: HelperProcesses;
  readonly edges: DockerEdges;
  readonly #setting: DockerClusterSetting;
  readonly #handicaps: ContainerHandicaps;
  readonly #nodes: ReadonlyMap<string, Container>;
  readonly #byId = new Map<string, Container>();
  /** The names of those that there are. */
  readonly #made = new Set<string>();
  readonly #volumes: NodeVolumes;
  readonly #stopped: StoppedContainers;
  readonly #order: StartOrder;
  readonly #listening: (() => void)[] = [];
  #closed: Promise<Inventory> | undefined;
  /** One container at a time joins a network. */
  readonly #turns = new NetworkTurns();
  /** The nodes that are started at once are let go at once. */
  readonly #together = new Together();
  #lost: string | undefined;

  constructor(setting: DockerClusterSetting) {
    this.#setting = setting;
    this.places = setting.places;
    this.hosts = setting.helpers;
    this.#order = new StartOrder(setting.containers);
    const { surroundings, runner } = setting;
    this.#volumes = new NodeVolumes(setting.containers, {
      docker: setting.docker,
      run: surroundings.run,
      labels: (part) => labelsOf(surroundings.run, runner, part),
    });
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
    const node = (name: string) => this.#node(name);
    this.#handicaps = new ContainerHandicaps({
      clock: surroundings.clock,
      node,
      hosts: setting.helpers,
      device: setting.reach.device,
    });
    this.#stopped = new StoppedContainers(surroundings.clock, node);
    const onLost = (what: string) => this.#lose(what);
    this.edges = new DockerEdges({ ...setting, onLost }, (name, { onLine, onEnd }) =>
      this.#container(name, { onLine, onExit: onEnd }),
    );
  }

  /** The engine tells what happens to the run's containers from here on. `stop` ends that. */
  listening(stop: () => void): void {
    this.#listening.push(stop);
  }

  onJoined(container: string, network: string): void {
    this.#turns.joined(container, network);
  }

  onDie(id: string, code: number, outOfMemory: boolean): void {
    this.#byId.get(id)?.onDie(code, outOfMemory);
  }

  onLost(reason: string): void {
    this.#lose(`the container engine is gone (${reason})`);
  }

  async start(node: string, program: Program): Promise<void> {
    const order = this.#order;
    try {
      // Awaited only where there is something to wait for: who starts in the same turn goes together.
      const before = order.before(node);
      if (before) await before;
      this.#assertOpen();
      const container = this.#node(node);
      await this.#together.join(() => this.#start(node, container, program));
      container.release();
      order.reached(node, 'service_started');
      const { healthcheck } = this.#setting.containers[node] ?? {};
      const isJob = order.demands(node, 'service_completed_successfully');
      if ((healthcheck && !isJob) || order.demands(node, 'service_healthy'))
        await container.healthy(healthPatience(healthcheck));
      order.reached(node, 'service_healthy');
      if (isJob) await this.#work(node, container);
      order.reached(node, 'service_completed_successfully');
    } catch (error) {
      order.failed(node, error);
      throw error;
    }
  }

  /** Waits until a node has done the work that others wait for. Rejects where it fails. */
  async #work(node: string, container: Container): Promise<void> {
    const { detail } = await container.ended(JOB_PATIENCE);
    if (detail === describeExit(0, false)) return;
    throw new EnvironmentError({
      where: `node ${node}`,
      expected: 'it to end with exit code 0, since others wait for what it does',
      found: `${detail}; it wrote last:\n  ${(await container.tail(8)).join('\n  ')}`,
    });
  }

  async #start(node: string, container: Container, program: Program): Promise<void> {
    // The network that it joins has to be there.
    if (this.places.nodes.get(node)?.shared) await this.edges.startOf(node);
    const options = nodeOptions({ ...this.#setting, volumes: this.#volumes }, node, program);
    for (const { Type, Source } of options.HostConfig?.Mounts ?? [])
      if (Type === 'volume') this.#made.add(Source);
    await this.#volumes.fill(node, await container.make(options));
    this.#assertOpen();
    await container.start(options.Cmd?.[0] ?? 'the program of its image');
    await this.#handicaps.again(node);
  }

  handicap(capability: string): Handicap<unknown> | undefined {
    return this.#handicaps.handicap(capability);
  }

  readonly losePower = (nodes: readonly string[]): Promise<Span> => {
    const { disks, surroundings } = this.#setting;
    return disks.losePower(nodes, (node) => this.kill(node, 'SIGKILL'), surroundings.clock);
  };

  readonly lackOfLoss = async (node: string): Promise<string | undefined> => this.#setting.disks.lack(node);

  async kill(node: string, signal: KillSignal): Promise<{ at: number }> {
    const patience = signal === 'SIGKILL' ? KILL_PATIENCE : TERM_PATIENCE;
    return { at: await this.#node(node).kill(signal, patience) };
  }

  killProcess(node: string, name: string, signal: KillSignal): Promise<KilledProcess> {
    return endProcess(node, this.#node(node), name, signal, this.#setting.surroundings.clock);
  }

  stop(node: string, grace: number): Promise<{ at: number; killed: boolean }> {
    return this.#node(node).stop(grace, KILL_PATIENCE);
  }

  running(node: string): Promise<boolean> {
    return this.#node(node).running();
  }

  async pause(node: string, by: PauseWay = 'freezer'): Promise<Span> {
    return by === 'SIGSTOP' ? this.#stopped.stop(node) : this.#node(node).pause();
  }

  async resume(node: string, by: PauseWay = 'freezer'): Promise<Span> {
    return by === 'SIGSTOP' ? this.#stopped.resume(node) : this.#node(node).resume();
  }

  async paused(node: string, by?: PauseWay): Promise<boolean> {
    if (by !== 'freezer' && this.#stopped.is(node)) return true;
    return by !== 'SIGSTOP' && this.#node(node).paused();
  }

  tail(node: string, lines: number): Promise<string[]> {
    return this.#node(node).tail(lines);
  }

  close(): Promise<Inventory> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<Inventory> {
    const { reaper, networks } = this.#setting;
    this.edges.close();
    const helped = await this.hosts.close();
    const all = [...this.#nodes.values(), ...this.edges.containers];
    // One that came into being after the last look would be left over.
    await Promise.all(all.map((one) => one.noMore()));
    const { leaked, ...unseen } = await reaper.finish();
    for (const stop of this.#listening) stop();
    const logged = await failuresOf(all.map((one) => one.close()));
    return {
      created: {
        processes: 1 + this.hosts.started,
        proxies: 0,
        folders: 1,
        containers: this.#byId.size,
        networks,
        volumes: this.#made.size,
      },
      leaked: [...new Set([...helped, ...logged, ...leaked])],
      ...unseen,
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
      turns: this.#turns,
      log: join(surroundings.logs, `${name}.log`),
      onMade: (id) => void this.#byId.set(id, container),
      onLine,
      onExit,
      onProgress: surroundings.onProgress,
    });
    return container;
  }

  /** Nothing that was measured from here on would mean anything. */
  #lose(what: string): void {
    if (this.#closed || this.#lost !== undefined) return;
    this.#lost = what;
    const { clock, onLost } = this.#setting.surroundings;
    const todo = 'see its log; `drill clean` removes what is left';
    onLost?.(new EnvironmentError({ where: 'runtime docker', message: what, todo }), clock.now());
  }

  /** What is started while all is taken down would be left over. */
  #assertOpen(): void {
    if (this.#closed) throw new EnvironmentError('the run is being taken down: nothing is started any more');
  }

  #node(name: string): Container {
    return this.#nodes.get(name) ?? unknown(`one of ${[...this.#nodes.keys()].join(', ')}`, name);
  }
}
