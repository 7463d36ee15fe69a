/**
 * The stage of one execution: what is opened, in which order, and how it is all taken down again. `down` may be
 * called at any moment, also half way through `up`.
 *
 *     runtime -> Toxiproxy -> links -> power device -> nodes -> observer
 */
import { join } from 'node:path';
import type { Clock } from '../clock.js';
import type { Drill } from '../drill/schema.js';
import { messageOf } from '../errors.js';
import type { Effects } from '../fault/fault.js';
import { openInside, openToxiproxy, type ToxiproxyServer } from '../link/server.js';
import { openLinks } from '../link/toxiproxy-links.js';
import { type Greeter, greeter } from '../probe/greeting.js';
import { freshId, type Random } from '../random.js';
import { openPower } from '../runtime/power.js';
import type { Cluster, Inventory, Kills, OpenCluster, Pauses, Runtime } from '../runtime/runtime.js';
import type { System } from '../system/system.js';
import { clientGroups } from './client-groups.js';
import { withExposedPorts } from './exposed-ports.js';
import type { FaultKinds } from './fault-kinds.js';
import { Injector } from './injector.js';
import { nodeContext } from './node-context.js';
import { Observer } from './observer.js';
import type { Plan } from './plan.js';
import type { Recorder } from './recorder.js';
import type { Scene } from './scene.js';
import { Tally } from './tally.js';

export interface StageSetting {
  clock: Clock;
  drill: Drill;
  plan: Plan;
  runtime: Runtime;
  system: System;
  faults: FaultKinds;
  random: Random;
  recorder: Recorder;
  folder: string;
  toxiproxy?: string | undefined;
  environment: Readonly<Record<string, string | undefined>>;
  signal: AbortSignal;
  /** Told when what the nodes run on is gone. */
  onLost(error: Error): void;
}

export class Stage {
  #setting: StageSetting;
  readonly #run = freshId();
  /** What undoes what was opened, in the order of opening. */
  readonly #undo: (() => Promise<unknown>)[] = [];
  #cluster: OpenCluster | undefined;
  #isLost = false;
  #proxies = 0;

  constructor(setting: StageSetting) {
    this.#setting = setting;
  }

  /** Brings everything up; the service need not be whole yet when it resolves. */
  async up(): Promise<Scene> {
    this.#setting = await withExposedPorts(this.#setting);
    const { clock, drill, plan, runtime, system, recorder, folder, environment, random, signal } =
      this.#setting;
    const cluster = await runtime.open(
      {
        nodes: [...plan.nodes, ...plan.supervisors],
        links: plan.links,
        power: plan.power,
        containers: drill.topology.nodes,
      },
      {
        clock,
        run: this.#run,
        logs: join(folder, 'logs'),
        environment,
        signal,
        onLine: (node, line) => observer.onLine(node, line),
        onExit: (node, detail, at) => observer.onExit(node, detail, at),
        onLost: (error) => {
          this.#isLost = true;
          this.#setting.onLost(error);
        },
      },
    );
    this.#cluster = cluster;
    const place = (link: string) => cluster.places.link(link);
    const greets: Greeter = greeter({
      clock,
      system,
      place,
      strangers: plan.nodes.filter((node) => !plan.members.includes(node)),
      ...(cluster.door ? { door: cluster.door.bind(cluster) } : {}),
    });
    const observer = new Observer({
      clock,
      system,
      recorder,
      nodes: drill.topology.nodes,
      supervisors: plan.supervisors,
      groups: Object.keys(drill.clients),
      observe: (node) => cluster.places.observe(node),
      onArrival: (token) => greets.arrived(token),
    });
    this.#undo.push(async () => observer.stop());
    const nodes = watched(cluster, observer);
    const links = await this.#openLinks(cluster);
    await this.#openPower(nodes, greets);
    const start = async (node: string) => {
      observer.onStart(node);
      await cluster.start(node, system.program(nodeContext(node, drill, plan, cluster, random)));
    };
    signal.throwIfAborted();
    // At once: a runtime may let them go together, so that none is taken for failed because it came late.
    await Promise.all([...plan.nodes, ...plan.supervisors].map(start));
    observer.start();
    const { greet, greetable } = greets;
    const effects: Effects = { clock, links, place, greet, greetable, nodes };
    const injector = new Injector({
      clock,
      recorder,
      observer,
      effects,
      links: plan.links,
      random: random.fork('faults'),
    });
    const tally = new Tally(drill);
    recorder.subscribe((event) => tally.add(event));
    const { groups, processes } = clientGroups(this.#setting, cluster);
    this.#undo.push(async () => {
      for (const group of groups) {
        group.target.stop();
        group.running.abandon();
      }
    });
    return {
      ...this.#setting,
      cluster: nodes,
      observer,
      tally,
      injector,
      processes,
      groups,
      start,
      tail: (node, lines) => cluster.tail(node, lines),
    };
  }

  /** Takes everything down and says what could not be. Never rejects: what went wrong is in what it says. */
  async down(): Promise<Inventory> {
    const wrong: string[] = [];
    const attempt = async (work: () => Promise<unknown>) => {
      await work().catch((error: unknown) => wrong.push(messageOf(error)));
    };
    for (const undo of this.#undo.reverse()) await attempt(undo);
    let inventory: Inventory = { created: { processes: 0, proxies: 0, folders: 0 }, leaked: [] };
    const cluster = this.#cluster;
    if (cluster) {
      await attempt(async () => {
        inventory = await cluster.close();
      });
    }
    const created = { ...inventory.created, proxies: this.#proxies };
    // Where the nodes' ground is gone, nobody can say what is left of them.
    if (this.#isLost) return { ...inventory, created, unseen: [...(inventory.unseen ?? []), ...wrong] };
    return { ...inventory, created, leaked: [...inventory.leaked, ...wrong] };
  }

  async #openLinks(cluster: OpenCluster) {
    const { clock, plan, recorder, toxiproxy, environment, random } = this.#setting;
    const seed = Math.floor(random.fork('toxiproxy').next() * 2 ** 32);
    const opening = openToxiproxy({ clock, hosts: cluster, url: toxiproxy, path: environment['PATH'], seed });
    this.#undo.push(() =>
      opening.then(
        (server) => server.close(),
        () => undefined,
      ),
    );
    const [server, inside] = await Promise.all([opening, this.#openInside(cluster, seed)]);
    recorder.record({ type: 'toxiproxy', server: describe(server, inside), version: server.version });
    const others = new Map([...inside].map(([name, { client }]) => [name, client]));
    const links = await openLinks(
      { client: server.client, others, clock, run: this.#run },
      plan.links.map((link) => cluster.places.link(link.name)),
    );
    this.#proxies = links.size;
    this.#undo.push(() => links.close());
    return links;
  }

  /** The servers that the runtime brings, by the names that links' places give them. */
  async #openInside(cluster: OpenCluster, seed: number): Promise<ReadonlyMap<string, Inside>> {
    const urls = (await cluster.toxiproxies?.(seed)) ?? new Map<string, string>();
    const opened = [...urls].map(
      async ([name, url]): Promise<[string, Inside]> => [name, await openInside(url, this.#setting.clock)],
    );
    return new Map(await Promise.all(opened));
  }

  async #openPower(nodes: Cluster & Kills, greets: Greeter): Promise<void> {
    const { clock, plan, drill } = this.#setting;
    const address = nodes.places.power;
    if (!address) return;
    const { supervisor } = drill.topology;
    const fencing = supervisor !== 'none' && supervisor.fencing;
    const power = await openPower({
      clock,
      address,
      nodes: plan.members,
      kills: nodes,
      ...(fencing ? { delay: fencing.delay } : {}),
      onGreeting: (token) => greets.arrived(token),
    });
    this.#undo.push(() => power.close());
  }
}

type Inside = Awaited<ReturnType<typeof openInside>>;

/** Which servers carry the links, in words. */
function describe({ server }: ToxiproxyServer, inside: ReadonlyMap<string, Inside>): string {
  const [first] = inside.values();
  return first ? `${server} for clients, embedded ${first.version} between nodes` : server;
}

/** The cluster, with the observer told of who is paused. */
function watched(cluster: OpenCluster, observer: Observer): Cluster & Kills & Pauses {
  return {
    places: cluster.places,
    start: (node, program) => cluster.start(node, program),
    close: () => cluster.close(),
    kill: (node, signal) => cluster.kill(node, signal),
    running: (node) => cluster.running(node),
    paused: (node) => cluster.paused(node),
    async pause(node) {
      const done = await cluster.pause(node);
      observer.onPause(node, true);
      return done;
    },
    async resume(node) {
      const done = await cluster.resume(node);
      observer.onPause(node, false);
      return done;
    },
  };
}
