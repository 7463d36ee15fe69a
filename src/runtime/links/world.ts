/**
 * A world whose links are proxies and packet filters, around the cluster of a runtime that has nodes and addresses:
 *
 *     cluster -> Toxiproxy -> links -> power device
 */
import type { Clock } from '../../clock.js';
import { InternalError, messageOf } from '../../errors.js';
import { openPower } from '../power.js';
import type {
  Inventory,
  Layout,
  LinkSurroundings,
  Places,
  Proxies,
  Surroundings,
  World,
} from '../runtime.js';
import type { Links } from '../world-links.js';
import type { Cluster } from './cluster.js';
import { EndedNodes } from './ended-nodes.js';
import { type Greeter, greeter } from './greeting.js';
import { makeLinks } from './made.js';
import { ToxiproxyWatch } from './proxies/toxiproxy-watch.js';
import { witnessed } from './witnessed.js';

/** Opens the cluster; its links are made once the world is to be up. */
export async function openWorld(
  open: (layout: Layout, surroundings: Surroundings) => Promise<Cluster>,
  layout: Layout,
  around: Surroundings & LinkSurroundings,
): Promise<World> {
  let world: LinkedWorld | undefined;
  let lost: Error | undefined;
  const cluster = await open(layout, {
    ...around,
    onLine(node, line) {
      const token = around.greetings?.arrivalOf(node, line);
      if (token === undefined) around.onLine(node, line);
      else world?.greeter.arrived(token);
    },
    onExit(node, ...exit) {
      around.onExit(node, ...exit);
      world?.ended?.ended(node);
    },
    onStarting: (node) => world?.ended?.starting(node),
    onLost(error, since) {
      lost = error;
      if (world) world.lose(error, since);
    },
  });
  world = new LinkedWorld(cluster, layout, around);
  if (lost) world.lose(lost, around.clock.now());
  return world;
}

class LinkedWorld implements World {
  readonly clock: Clock;
  readonly nodes: Cluster;
  readonly places: Places;
  readonly greeter: Greeter;
  readonly ground = {
    isLost: false,
    confirm: async () => this.#watch?.confirm(),
    stop: () => this.#watch?.stop(),
  };
  proxies: Proxies[] = [];
  /** While links are there. */
  ended: EndedNodes | undefined;
  readonly #layout: Layout;
  readonly #around: Surroundings & LinkSurroundings;
  /** What undoes what was opened, in the order of opening. */
  readonly #undo: (() => Promise<unknown>)[] = [];
  #links: Links | undefined;
  #watch: ToxiproxyWatch | undefined;
  #closed: Promise<Inventory> | undefined;

  constructor(cluster: Cluster, layout: Layout, around: Surroundings & LinkSurroundings) {
    const { clock, greetings } = around;
    this.clock = clock;
    this.nodes = cluster;
    this.places = cluster.places;
    this.#layout = layout;
    this.#around = around;
    const place = (link: string) => cluster.places.link(link);
    this.greeter = greeter({ clock, place, greetings, edges: cluster.edges });
  }

  get links(): Links {
    if (!this.#links) throw new InternalError({ expected: 'a world that is up', found: 'one without links' });
    return this.#links;
  }

  async up(): Promise<void> {
    const { nodes, clock } = this;
    const around = this.#around;
    const made = await makeLinks(nodes, this.#layout, around, {
      undoBy: (undo) => this.#undo.push(undo),
      isLost: (url) => this.#watch?.lost === url,
    });
    const { greet } = this.greeter;
    const place = (link: string) => nodes.places.link(link);
    this.#links = witnessed({ clock, links: made.links, greet, place, nodes });
    this.proxies = made.proxies;
    this.ended = new EndedNodes({
      links: made.links,
      proxied: this.#layout.links.filter(({ name }) => !place(name).packets),
      running: (node) => nodes.running(node),
    });
    this.#watch = new ToxiproxyWatch({
      clock,
      servers: made.servers,
      ownLateness: () => around.ownLateness?.() ?? 0,
      onLate: (part, at, took) => around.onLate?.(part, at, took),
      onLost: (error, since) => around.onLost?.(error, since),
    });
    await this.#openPower();
  }

  /** What the nodes run on is gone, since it was last seen well. */
  lose(error: Error, since: number): void {
    this.ground.isLost = true;
    this.#around.onLost?.(error, Math.min(since, this.#watch?.lastGood ?? since));
  }

  close(): Promise<Inventory> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<Inventory> {
    this.ended = undefined;
    const wrong: string[] = [];
    const attempt = <T>(work: () => Promise<T>): Promise<T | undefined> =>
      work().catch((error: unknown) => void wrong.push(messageOf(error)) as undefined);
    for (const undo of this.#undo.reverse()) await attempt(undo);
    const closed = await attempt(() => this.nodes.close());
    const { created = { processes: 0, folders: 0 }, leaked = [], unseen = [], ...more } = closed ?? {};
    const proxies = this.proxies.flatMap(({ links }) => links).length;
    const told = { ...more, created: { ...created, proxies } };
    // Where the nodes' ground is gone, nobody can say what is left of them.
    if (this.ground.isLost) return { ...told, leaked, unseen: [...unseen, ...wrong] };
    return { ...told, leaked: [...leaked, ...wrong], ...(unseen.length > 0 ? { unseen } : {}) };
  }

  async #openPower(): Promise<void> {
    const { power } = this.#around;
    const { power: address } = this.nodes.places;
    if (!address || !power) return;
    const device = await openPower({
      ...power,
      clock: this.clock,
      address,
      kills: this.nodes,
      onGreeting: (token) => this.greeter.arrived(token),
    });
    this.#undo.push(() => device.close());
  }
}
