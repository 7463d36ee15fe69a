/**
 * The stage of one execution: what is opened, in which order, and how it is all taken down again. `down` may be
 * called at any moment, also half way through `up`; `keep` leaves it all as it is, for `down` later on.
 *
 *     runtime -> Toxiproxy -> links -> power device -> nodes -> observer
 */
import { join } from 'node:path';
import { type Clock, unlessAborted } from '../clock.js';
import { needsOf } from '../drill/needs.js';
import type { Drill } from '../drill/schema.js';
import { messageOf } from '../errors.js';
import type { Effects } from '../fault/fault.js';
import { freshSecret, type Random } from '../random.js';
import type { Addresses } from '../report/addresses.js';
import { freshRun } from '../runtime/label.js';
import { type Greeter, greeter } from '../runtime/links/greeting.js';
import type { ToxiproxyChoice } from '../runtime/links/proxies/toxiproxy-choice.js';
import { witnessed } from '../runtime/links/witnessed.js';
import { openPower } from '../runtime/power.js';
import type { Cluster, Inventory, Kills, OpenCluster, Runtime } from '../runtime/runtime.js';
import type { System } from '../system/system.js';
import { addressesOf } from './addresses.js';
import type { Catalog } from './catalog.js';
import { clientGroups } from './client-groups.js';
import { withExposedPorts } from './exposed-ports.js';
import { greetingsOf } from './greetings.js';
import { Ground } from './ground.js';
import { HeadCount } from './head-count.js';
import { Injector } from './injector.js';
import { nodeContext } from './node-context.js';
import { Observer } from './observer.js';
import type { Plan } from './plan.js';
import type { Recorder } from './recorder.js';
import type { Scene } from './scene.js';
import { openStageLinks, type StageLinks } from './stage-links.js';
import { Tally } from './tally.js';
import { deciders } from './testimony.js';

export interface StageSetting {
  clock: Clock;
  drill: Drill;
  plan: Plan;
  runtime: Runtime;
  system: System;
  catalog: Catalog;
  random: Random;
  recorder: Recorder;
  folder: string;
  toxiproxy: ToxiproxyChoice;
  environment: Readonly<Record<string, string | undefined>>;
  signal: AbortSignal;
  /** Told when what the drill stands on is gone, and since which instant of the clock it may have been. */
  onLost(error: Error, since: number): void;
}

export class Stage {
  /** The run's label. */
  readonly run = freshRun();
  #setting: StageSetting;
  /** What undoes what was opened, in the order of opening. */
  readonly #undo: (() => Promise<unknown>)[] = [];
  /** What ends the watching and the load, while everything else goes on. */
  readonly #rest: (() => void)[] = [];
  readonly #count: HeadCount;
  readonly #ground: Ground;
  #links: StageLinks | undefined;
  /** What the power device answers to. */
  readonly #powerKey = freshSecret();
  #cluster: OpenCluster | undefined;
  #isLost = false;

  constructor(setting: StageSetting) {
    this.#setting = setting;
    this.#count = new HeadCount(setting, this.run);
    this.#ground = new Ground(setting);
    this.#rest.push(() => this.#ground.stop());
  }

  /** Brings everything up; the service need not be whole yet when it resolves. */
  async up(): Promise<Scene> {
    this.#setting = await withExposedPorts(this.#setting);
    const { clock, drill, catalog, plan, runtime, system, recorder, folder, environment, random, signal } =
      this.#setting;
    await this.#count.before();
    const cluster = await runtime.open(
      {
        nodes: [...plan.nodes, ...plan.supervisors],
        links: plan.links,
        power: plan.power,
        shared: drill.topology.network === 'shared',
        containers: drill.topology.nodes,
        needs: needsOf(drill, catalog),
      },
      {
        clock,
        run: this.run,
        logs: join(folder, 'logs'),
        environment,
        signal,
        onLine(node, line) {
          const token = greetings.arrivalOf(line);
          if (token === undefined) observer.onLine(node, line);
          else greets.arrived(token);
        },
        onExit: (node, detail, at) => observer.onExit(node, detail, at),
        onLost: (error) => {
          this.#isLost = true;
          this.#ground.lose(error);
        },
      },
    );
    this.#cluster = cluster;
    const place = (link: string) => cluster.places.link(link);
    const greetings = greetingsOf(
      system,
      plan.nodes.filter((node) => !plan.members.includes(node)),
    );
    const greets: Greeter = greeter({ clock, place, greetings, edges: cluster.edges });
    const observer = new Observer({
      clock,
      system,
      recorder,
      nodes: drill.topology.nodes,
      supervisors: plan.supervisors,
      groups: Object.keys(drill.clients),
      observe: (node) => cluster.places.observe(node),
      decides: deciders(drill.topology.supervisor, plan.supervisors),
    });
    this.#rest.push(() => observer.stop());
    const nodes = watched(cluster, observer);
    const isLost = (url: string) => this.#ground.isLostServer(url);
    const linksSetting = { ...this.#setting, isLost };
    const opened = await openStageLinks(linksSetting, this.run, cluster, (undo) => this.#undo.push(undo));
    this.#links = opened;
    this.#ground.watchToxiproxy(opened.servers);
    const { links } = opened;
    await this.#openPower(cluster, greets);
    const start = async (node: string) => {
      observer.onStart(node);
      const program = system.program(nodeContext(node, drill, plan, cluster, random, this.#powerKey));
      // Becoming healthy may take minutes, and whoever interrupts the run does not wait for that.
      await unlessAborted(signal, cluster.start(node, program));
    };
    signal.throwIfAborted();
    // At once: a runtime may let them go together, so that none is taken for failed because it came late.
    await Promise.all([...plan.nodes, ...plan.supervisors].map(start));
    observer.start();
    const seen = witnessed({ clock, links, greet: greets.greet, place, nodes });
    const effects: Effects = { clock, links: seen, nodes };
    const injector = new Injector({
      clock,
      recorder,
      observer,
      effects,
      links: plan.links,
      random: random.fork('faults'),
      signal,
    });
    const tally = new Tally(drill);
    recorder.subscribe((event) => tally.add(event));
    const { groups, processes } = clientGroups(
      { ...this.#setting, onBehind: (error, since) => this.#ground.lose(error, since) },
      cluster,
    );
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
    return this.#cluster !== undefined && !this.#ground.isLost;
  }

  /** Resolves once what the drill stands on is known to have been there at this call, or to be lost. */
  confirm(): Promise<void> {
    return this.#ground.confirm();
  }

  /** Nothing is measured any more: whether the ground holds is not looked at. */
  calm(): void {
    this.#ground.stop();
  }

  /** Where everything is that can be reached from this machine; undefined where nothing stands. */
  addresses(): Addresses | undefined {
    if (!this.#cluster) return undefined;
    const { places } = this.#cluster;
    const serverOf = this.#links?.serverOf ?? (() => undefined);
    return addressesOf({ ...this.#setting, run: this.run, places, serverOf });
  }

  /** Leaves everything as it is, but for those who watch it and load it. Says what of it is there. */
  async keep(): Promise<Inventory> {
    for (const rest of this.#rest.reverse()) rest();
    return this.#count.kept(this.#proxies);
  }

  /** Takes everything down and says what could not be. Never rejects: what went wrong is in what it says. */
  async down(): Promise<Inventory> {
    const wrong: string[] = [];
    const attempt = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
      try {
        return await work();
      } catch (error) {
        wrong.push(messageOf(error));
        return undefined;
      }
    };
    for (const rest of this.#rest.reverse()) rest();
    for (const undo of this.#undo.reverse()) await attempt(undo);
    const closed = await attempt(async () => this.#cluster?.close());
    return this.#count.after({ closed, proxies: this.#proxies, wrong, lost: this.#isLost });
  }

  get #proxies(): number {
    return this.#links?.proxies ?? 0;
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
      key: this.#powerKey,
      nodes: plan.members,
      kills: nodes,
      ...(fencing ? { delay: fencing.delay } : {}),
      onGreeting: (token) => greets.arrived(token),
    });
    this.#undo.push(() => power.close());
  }
}

/** The cluster, with the observer told of who is paused, and waited for where it has to hear of an end. */
function watched(cluster: OpenCluster, observer: Observer): Cluster & Effects['nodes'] {
  return {
    places: cluster.places,
    start: (node, program) => cluster.start(node, program),
    close: () => cluster.close(),
    kill: (node, signal) => cluster.kill(node, signal),
    async running(node) {
      const runs = await cluster.running(node);
      // Whoever finds it gone and goes on finds it gone in the observer's view, which is told by another channel.
      if (!runs) await observer.ended(node);
      return runs;
    },
    stop: (node, grace) => cluster.stop(node, grace),
    ...(cluster.killProcess ? { killProcess: cluster.killProcess.bind(cluster) } : {}),
    ...(cluster.handicap ? { handicap: cluster.handicap.bind(cluster) } : {}),
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
