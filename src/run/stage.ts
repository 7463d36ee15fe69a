/**
 * The stage of one execution: what is opened, in which order, and how it is all taken down again. `down` may be
 * called at any moment, also half way through `up`; `keep` leaves it all as it is, for `down` later on.
 *
 *     world (nodes' places, links, power device) -> nodes -> observer, clients
 */
import { join } from 'node:path';
import { type Clock, unlessAborted } from '../clock.js';
import { needsOf } from '../drill/needs.js';
import type { Drill } from '../drill/schema.js';
import type { Effects } from '../fault/fault.js';
import { freshSecret, type Random } from '../random.js';
import type { Addresses } from '../report/addresses.js';
import { freshRun } from '../runtime/label.js';
import type { Inventory, Runtime, World } from '../runtime/runtime.js';
import type { System } from '../system/system.js';
import { addressesOf } from './addresses.js';
import type { Catalog } from './catalog.js';
import { clientGroups } from './client-groups.js';
import { greetingsOf } from './greetings.js';
import { Ground } from './ground.js';
import { HeadCount } from './head-count.js';
import { Injector } from './injector.js';
import { withContainers } from './node-containers.js';
import { nodeContext } from './node-context.js';
import { Observer } from './observer.js';
import type { Plan } from './plan.js';
import { Present } from './present.js';
import { Prober } from './prober.js';
import type { Recorder } from './recorder.js';
import { type Residents, residentsOf } from './residents.js';
import { Restarts } from './restarts.js';
import type { Scene } from './scene.js';
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
  folder?: string | undefined;
  linksBy?: string | undefined;
  environment: Readonly<Record<string, string | undefined>>;
  signal: AbortSignal;
  /** Told when what the drill stands on is gone, and since which instant of the clock it may have been. */
  onLost(error: Error, since: number): void;
}

export class Stage {
  /** The run's label. */
  readonly run = freshRun();
  #setting: StageSetting;
  /** What ends the watching and the load, while everything else goes on. */
  readonly #rest: (() => void)[] = [];
  readonly #count: HeadCount;
  readonly #ground: Ground;
  /** What the power device answers to. */
  readonly #powerKey = freshSecret();
  #observer: Observer | undefined;
  #world: World | undefined;
  #restarts: Restarts | undefined;

  constructor(setting: StageSetting) {
    this.#setting = setting;
    this.#count = new HeadCount(setting, this.run);
    this.#ground = new Ground(setting);
    this.#rest.push(() => this.#ground.stop());
  }

  /** Brings everything up; the service need not be whole yet when it resolves. */
  async up(): Promise<Scene> {
    const onProgress = (text: string) => this.#tell(text);
    this.#setting = await withContainers({ ...this.#setting, onProgress });
    const { drill, plan, system, recorder, random, signal } = this.#setting;
    const residentOf = residentsOf(drill, system);
    await this.#count.before();
    const { present, observer } = this.#view(residentOf);
    const world = await this.#open(present, observer, residentOf);
    const { clock, nodes, places } = world;
    const observe = (node: string) => places.observe(node);
    const prober = new Prober({ clock, residentOf, present, observer, observe });
    this.#rest.push(() => prober.stop());
    await world.up();
    const start = async (node: string, why?: string) => {
      observer.onStart(node, why);
      const own = {
        powerKey: this.#powerKey,
        settings: system.settings?.parse(drill.topology.settings ?? {}),
      };
      const context = nodeContext(node, drill, plan, world, random, own);
      const program = (residentOf(node) ?? system).program(context);
      // Becoming healthy may take minutes, and whoever interrupts the run does not wait for that.
      await unlessAborted(signal, nodes.start(node, program));
    };
    const witnessedOf = (node: string) => injector.witnessedOf(node);
    const restarts = new Restarts({ clock, recorder, drill, present, witnessedOf, start });
    this.#restarts = restarts;
    this.#rest.push(() => restarts.stop());
    signal.throwIfAborted();
    const effects: Effects = { clock, links: world.links, nodes };
    const faults = random.fork('faults');
    const { links } = plan;
    const injector = new Injector({
      ...{ clock, recorder, present, effects, links, random: faults, signal },
      onEnding: (ending, how) => restarts.ended(ending, how),
    });
    // At once: a runtime may let them go together, so that none is taken for failed because it came late.
    const begin = (node: string) =>
      start(node).catch((error: unknown) => {
        if (!restarts.awaits(node)) throw error;
      });
    await Promise.all([...plan.nodes, ...plan.supervisors].map(begin));
    prober.start();
    const tally = new Tally(drill);
    recorder.subscribe((event) => tally.add(event));
    const clients = this.#clients(world);
    return {
      ...this.#setting,
      clock,
      nodes,
      places,
      present,
      prober,
      tally,
      injector,
      restarts,
      ...clients,
      start,
    };
  }

  /** Whether there is anything that could be kept. */
  get stands(): boolean {
    return this.#world !== undefined && !this.#ground.isLost;
  }

  /** Resolves once what the drill stands on is known to have been there at this call, or to be lost. */
  confirm(): Promise<void> {
    return this.#ground.confirm();
  }

  /** Nothing is measured any more: whether the ground holds is not looked at. */
  calm(): void {
    this.#observer?.calm();
    this.#ground.stop();
  }

  /** Where everything is that can be reached from this machine; undefined where nothing stands. */
  addresses(): Addresses | undefined {
    const { folder } = this.#setting;
    if (!this.#world || folder === undefined) return undefined;
    return addressesOf({ ...this.#setting, folder, run: this.run, world: this.#world });
  }

  /** Leaves everything as it is, but for those who watch it and load it. Says what of it is there. */
  async keep(): Promise<Inventory> {
    for (const rest of this.#rest.reverse()) rest();
    return this.#count.kept(this.#world?.proxies ?? []);
  }

  /** Takes everything down and says what could not be. Never rejects: what went wrong is in what it says. */
  async down(): Promise<Inventory> {
    for (const rest of this.#rest.reverse()) rest();
    const closed = await this.#world?.close();
    return this.#count.after(closed, this.#world?.ground.isLost ?? false);
  }

  #tell(text: string): void {
    this.#setting.recorder.record({ type: 'progress', text });
  }

  /** Who is what now, and who tells it. */
  #view(residentOf: Residents) {
    const { clock, drill, plan, recorder } = this.#setting;
    const { nodes, supervisor } = drill.topology;
    const { supervisors } = plan;
    const present = new Present({ clock, nodes, supervisors, groups: Object.keys(drill.clients) });
    const decides = deciders(supervisor, supervisors);
    const observer = new Observer({ clock, residentOf, recorder, present, decides });
    this.#observer = observer;
    return { present, observer };
  }

  async #open(present: Present, observer: Observer, residentOf: Residents): Promise<World> {
    const { clock, drill, catalog, plan, runtime, recorder } = this.#setting;
    const { folder, environment, random, signal, linksBy } = this.#setting;
    const { nodes, members, supervisors, links, power } = plan;
    const { supervisor, network, nodes: containers } = drill.topology;
    const fencing = supervisor !== 'none' && supervisor.fencing;
    const world = await runtime.open(
      {
        nodes: [...nodes, ...supervisors],
        links,
        power,
        network,
        containers,
        needs: needsOf(drill, catalog),
      },
      {
        clock,
        run: this.run,
        environment,
        signal,
        random,
        linksBy,
        logs: join(folder ?? '.', 'logs'),
        greetings: greetingsOf(residentOf),
        power: {
          key: this.#powerKey,
          nodes: members,
          ...(fencing ? { delay: fencing.delay } : {}),
          onOff: (node) => this.#restarts?.ended([node], { crashed: false }),
        },
        onLine: (node, line) => observer.onLine(node, line),
        onExit: (node, detail, at) => observer.onExit(node, detail, at),
        onProgress: (text) => this.#tell(text),
        onPause: (node, isPaused) => present.paused(node, isPaused),
        onCarrier: (server, version) => void recorder.record({ type: 'toxiproxy', server, version }),
        onLost: (error, since) => this.#ground.lose(error, since),
        onLate: (part, at, took) => this.#ground.record({ at, took }, part),
        ownLateness: () => this.#ground.late(),
      },
    );
    this.#world = world;
    this.#ground.world = world.ground;
    return world;
  }

  #clients(world: World): Pick<Scene, 'groups' | 'processes'> {
    const onBehind = (error: Error, since: number) => this.#ground.lose(error, since);
    const clients = clientGroups({ ...this.#setting, onBehind }, world);
    this.#rest.push(() => {
      for (const group of clients.groups) {
        group.target.stop();
        group.running.abandon();
      }
    });
    return clients;
  }
}
