/**
 * The stage of one execution: what is opened, in which order, and how it is all taken down again. `down` may be
 * called at any moment, also half way through `up`; `keep` leaves it all as it is, for `down` later on.
 *
 *     runtime -> Toxiproxy -> links -> power device -> nodes -> observer
 */
import { join } from 'node:path';
import type { Clock } from '../clock.js';
import { needsOf } from '../drill/needs.js';
import type { Drill } from '../drill/schema.js';
import { skewedNodes } from '../drill/targets.js';
import { messageOf } from '../errors.js';
import type { Effects } from '../fault/fault.js';
import { CarriedLinks } from '../link/carriers.js';
import type { StatefulLinks } from '../link/links.js';
import { openPacketLinks } from '../link/packet-links.js';
import { openInside, openToxiproxy, type ToxiproxyServer } from '../link/server.js';
import type { ToxiproxyChoice } from '../link/toxiproxy-choice.js';
import { openLinks } from '../link/toxiproxy-links.js';
import { type Greeter, greeter } from '../probe/greeting.js';
import { freshId, type Random } from '../random.js';
import type { Addresses } from '../report/addresses.js';
import { openPower } from '../runtime/power.js';
import type {
  BroughtToxiproxies,
  Cluster,
  Inventory,
  Kills,
  Look,
  OpenCluster,
  Runtime,
} from '../runtime/runtime.js';
import type { System } from '../system/system.js';
import { addressesOf } from './addresses.js';
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
  toxiproxy: ToxiproxyChoice;
  environment: Readonly<Record<string, string | undefined>>;
  signal: AbortSignal;
  /** Told when what the nodes run on is gone. */
  onLost(error: Error): void;
}

export class Stage {
  /** The run's label. */
  readonly run = freshId();
  #setting: StageSetting;
  /** What undoes what was opened, in the order of opening. */
  readonly #undo: (() => Promise<unknown>)[] = [];
  /** What ends the watching and the load, while everything else goes on. */
  readonly #rest: (() => void)[] = [];
  #before: Look | undefined;
  /** The URL of the Toxiproxy server that carries a link, once there is one. */
  #serverOf: ((link: string) => string | undefined) | undefined;
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
    this.#before = await runtime.look(this.run, this.#setting).catch(() => undefined);
    const cluster = await runtime.open(
      {
        nodes: [...plan.nodes, ...plan.supervisors],
        links: plan.links,
        power: plan.power,
        shared: drill.topology.network === 'shared',
        containers: drill.topology.nodes,
        needs: needsOf(drill),
        skewed: skewedNodes(drill),
      },
      {
        clock,
        run: this.run,
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
      ...(cluster.greeting ? { greeting: cluster.greeting.bind(cluster) } : {}),
      ...(cluster.knock ? { knock: cluster.knock.bind(cluster) } : {}),
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
    this.#rest.push(() => observer.stop());
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
    const effects: Effects = { clock, links, place, greet: greets.greet, nodes };
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
    this.#rest.push(() => {
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

  /** Whether there is anything that could be kept. */
  get stands(): boolean {
    return this.#cluster !== undefined && !this.#isLost;
  }

  /** Where everything is that can be reached from this machine; undefined where nothing stands. */
  addresses(): Addresses | undefined {
    if (!this.#cluster) return undefined;
    const { places } = this.#cluster;
    const serverOf = this.#serverOf ?? (() => undefined);
    return addressesOf({ ...this.#setting, run: this.run, places, serverOf });
  }

  /** Leaves everything as it is, but for those who watch it and load it. Says what of it is there. */
  async keep(): Promise<Inventory> {
    for (const rest of this.#rest.reverse()) rest();
    const kept = { ...this.#inventory(), kept: this.run };
    try {
      const { census } = await this.#setting.runtime.look(this.run, this.#setting);
      return { ...kept, created: { ...census.run, proxies: this.#proxies }, after: census };
    } catch (error) {
      return { ...kept, unseen: [messageOf(error)] };
    }
  }

  /** Takes everything down and says what could not be. Never rejects: what went wrong is in what it says. */
  async down(): Promise<Inventory> {
    const wrong: string[] = [];
    const attempt = async (work: () => Promise<unknown>) => {
      await work().catch((error: unknown) => wrong.push(messageOf(error)));
    };
    for (const rest of this.#rest.reverse()) rest();
    for (const undo of this.#undo.reverse()) await attempt(undo);
    let inventory = this.#inventory();
    const cluster = this.#cluster;
    if (cluster) {
      await attempt(async () => {
        inventory = { ...inventory, ...(await cluster.close()) };
      });
    }
    const created = { ...inventory.created, proxies: this.#proxies };
    // Where the nodes' ground is gone, nobody can say what is left of them.
    if (this.#isLost) return { ...inventory, created, unseen: [...(inventory.unseen ?? []), ...wrong] };
    return this.#lookedAfter({ ...inventory, created, leaked: [...inventory.leaked, ...wrong] });
  }

  #inventory(): Inventory {
    const created = { processes: 0, proxies: 0, folders: 0 };
    return { ...(this.#before ? { before: this.#before.census } : {}), created, leaked: [] };
  }

  /** Adds what is there now. Whoever made it: what carries the run's label is the run's. */
  async #lookedAfter(inventory: Inventory): Promise<Inventory> {
    // Where nobody could look before, what is asked for is not there, or was never opened.
    if (!this.#before) return inventory;
    try {
      const { census, found } = await this.#setting.runtime.look(this.run, this.#setting);
      const told = (thing: string) => inventory.leaked.some((text) => `${text} `.startsWith(`${thing} `));
      const leaked = [...inventory.leaked, ...found.filter((thing) => !told(thing))];
      return { ...inventory, after: census, leaked };
    } catch (error) {
      return { ...inventory, unseen: [...(inventory.unseen ?? []), messageOf(error)] };
    }
  }

  async #openLinks(cluster: OpenCluster): Promise<StatefulLinks> {
    const { clock, plan, recorder, toxiproxy, environment, random } = this.#setting;
    const seed = Math.floor(random.fork('toxiproxy').next() * 2 ** 32);
    const opening = openToxiproxy({
      clock,
      hosts: cluster,
      asked: toxiproxy,
      path: environment['PATH'],
      seed,
    });
    this.#undo.push(() =>
      opening.then(
        (server) => server.close(),
        () => undefined,
      ),
    );
    const [server, inside] = await Promise.all([opening, this.#openInside(cluster, seed)]);
    recorder.record({
      type: 'toxiproxy',
      server: describe(server, inside, cluster.filters?.() !== undefined),
      version: server.version,
    });
    const others = new Map([...inside.servers].map(([name, { client }]) => [name, client]));
    const isProxied = (link: string) => !cluster.places.link(link).packets;
    this.#serverOf = (link) => {
      const { server: name } = cluster.places.link(link);
      if (!isProxied(link)) return undefined;
      return name === undefined ? server.url : others.get(name)?.host;
    };
    const proxied = await openLinks(
      { client: server.client, others, clock, run: this.run },
      plan.links.filter(({ name }) => isProxied(name)).map(({ name }) => cluster.places.link(name)),
    );
    this.#proxies = proxied.size;
    this.#undo.push(() => proxied.close());
    const filters = cluster.filters?.();
    if (!filters) return proxied;
    const direct = await openPacketLinks(
      { clock, filters },
      plan.links.filter(({ name }) => !isProxied(name)),
    );
    return new CarriedLinks([
      { links: proxied, carries: isProxied },
      { links: direct, carries: (link) => !isProxied(link) },
    ]);
  }

  /** The servers that the runtime brings, by the names that links' places give them. */
  async #openInside(cluster: OpenCluster, seed: number): Promise<Inside> {
    const { clock, toxiproxy } = this.#setting;
    const { server, urls } = (await cluster.toxiproxies?.(seed, toxiproxy)) ?? NOTHING_INSIDE;
    const opened = [...urls].map(
      async ([name, url]): Promise<[string, InsideServer]> => [name, await openInside(url, clock)],
    );
    return { server, servers: new Map(await Promise.all(opened)) };
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

type InsideServer = Awaited<ReturnType<typeof openInside>>;

/** The servers that the runtime brings: what they are, and each by its name. */
interface Inside {
  server: string;
  servers: ReadonlyMap<string, InsideServer>;
}
const NOTHING_INSIDE: BroughtToxiproxies = { server: '', urls: new Map() };

/** Which servers carry the links, in words. */
function describe({ server }: ToxiproxyServer, inside: Inside, filtered: boolean): string {
  const [first] = inside.servers.values();
  if (filtered) {
    const power = first ? `, ${inside.server} ${first.version} to the power device` : '';
    return `${server} for clients${power}, packet filters between nodes`;
  }
  return first ? `${server} for clients, ${inside.server} ${first.version} between nodes` : server;
}

/** The cluster, with the observer told of who is paused. */
function watched(cluster: OpenCluster, observer: Observer): Cluster & Effects['nodes'] {
  return {
    places: cluster.places,
    start: (node, program) => cluster.start(node, program),
    close: () => cluster.close(),
    kill: (node, signal) => cluster.kill(node, signal),
    running: (node) => cluster.running(node),
    stop: (node, grace) => cluster.stop(node, grace),
    ...(cluster.killProcess ? { killProcess: cluster.killProcess.bind(cluster) } : {}),
    ...(cluster.handicaps ? { handicaps: cluster.handicaps } : {}),
    paused: (node, by) => cluster.paused(node, by),
    async pause(node, by) {
      const done = await cluster.pause(node, by);
      observer.onPause(node, true);
      return done;
    },
    async resume(node, by) {
      const done = await cluster.resume(node, by);
      observer.onPause(node, false);
      return done;
    },
  };
}
