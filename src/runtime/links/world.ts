/**
 * A world whose links are proxies and packet filters, around the cluster of a runtime that has nodes and addresses:
 *
 *     cluster -> Toxiproxy -> links -> power device
 */
import { becomes } from '../../clock.js';
import { InternalError, messageOf } from '../../errors.js';
import { openPower } from '../power.js';
import type { Inventory, Layout, LinkSurroundings, Nodes, Surroundings, World } from '../runtime.js';
import type { Cluster } from './cluster.js';
import { EndedNodes } from './ended-nodes.js';
import { greeter } from './greeting.js';
import { witnessed } from './link-witness.js';
import { type MadeLinks, makeLinks } from './made.js';
import { ToxiproxyWatch } from './proxies/toxiproxy-watch.js';

/** How much later than it is seen an end may be told, ms. */
const END_TOLD = 1000;

/** Opens the cluster; its links are made once the world is to be up. */
export async function openWorld(
  open: (layout: Layout, surroundings: Surroundings) => Promise<Cluster>,
  layout: Layout,
  around: Surroundings & LinkSurroundings,
): Promise<World> {
  const { clock, greetings, power } = around;
  /** What undoes what was opened, in the order of opening. */
  const undoing: (() => Promise<unknown>)[] = [];
  /** The nodes that were started and of whose end nobody was told. */
  const living = new Set<string>();
  let made: MadeLinks | undefined;
  let watch: ToxiproxyWatch | undefined;
  /** While there are links. */
  let ended: EndedNodes | undefined;
  let closed: Promise<Inventory> | undefined;
  const ground = { isLost: false, confirm: async () => watch?.confirm(), stop: () => watch?.stop() };
  const cluster = await open(layout, {
    ...around,
    onExit(node, detail, at) {
      living.delete(node);
      around.onExit(node, detail, at);
      ended?.ended(node);
    },
    onLine(node, line) {
      const token = greetings?.arrivalOf(node, line);
      if (token === undefined) around.onLine(node, line);
      else greets.arrived(token);
    },
    // It may have been gone since the links were last seen well.
    onLost(error, since) {
      ground.isLost = true;
      around.onLost?.(error, Math.min(since, watch?.lastGood ?? since));
    },
  });
  const { places, edges } = cluster;
  const nodes = toldOf(cluster, living, around, () => ended);
  const place = (link: string) => places.link(link);
  const greets = greeter({ clock, place, greetings, edges });

  async function up(): Promise<void> {
    made = await makeLinks(cluster, layout, around, undoing, (url) => watch?.lost === url);
    ended = new EndedNodes({
      refusing: {
        acting: made.ending,
        links: layout.links.filter(({ name }) => !place(name).packets || place(name).redirect),
      },
      silencing: { acting: made.links, links: layout.links },
      running: (node) => cluster.running(node),
    });
    watch = new ToxiproxyWatch({
      clock,
      servers: made.servers,
      ownLateness: () => around.ownLateness?.() ?? 0,
      onLate: (part, at, took) => around.onLate?.(part, at, took),
      onLost: (error, since) => around.onLost?.(error, since),
    });
    const address = places.power;
    if (!address || !power) return;
    const onGreeting = (token: string) => greets.arrived(token);
    const device = await openPower({ ...power, clock, address, kills: cluster, onGreeting });
    undoing.push(() => device.close());
  }

  async function close(): Promise<Inventory> {
    ended = undefined;
    const wrong: string[] = [];
    const attempt = <T>(work: () => Promise<T>) =>
      work().catch((error: unknown) => {
        wrong.push(messageOf(error));
        return undefined;
      });
    for (const undo of undoing.reverse()) await attempt(undo);
    const told = await attempt(() => cluster.close());
    const { created = { processes: 0, folders: 0 }, leaked = [], unseen = [], ...more } = told ?? {};
    const proxies = made?.proxies.flatMap(({ links }) => links).length ?? 0;
    const inventory = { ...more, created: { ...created, proxies } };
    // Where the nodes' ground is gone, nobody can say what is left of them.
    if (ground.isLost) return { ...inventory, leaked, unseen: [...unseen, ...wrong] };
    return { ...inventory, leaked: [...leaked, ...wrong], ...(unseen.length > 0 ? { unseen } : {}) };
  }

  return {
    clock,
    nodes,
    places,
    ground,
    get proxies() {
      return made?.proxies ?? [];
    },
    get links() {
      if (!made) throw new InternalError({ expected: 'a world that is up', found: 'one without links' });
      return witnessed({ clock, links: made.links, greet: greets.greet, place, nodes });
    },
    up,
    close() {
      closed ??= close();
      return closed;
    },
  };
}

/** The nodes, of whose pauses is told, and of whose ends before anybody who finds them goes on. */
function toldOf(
  nodes: Nodes,
  living: Set<string>,
  { clock, onPause }: Surroundings,
  ended: () => EndedNodes | undefined,
): Nodes {
  const { losePower } = nodes;
  return {
    start(node, program) {
      living.add(node);
      // Awaited only where there is something to wait for: who starts in the same turn goes together.
      const open = ended()?.starting(node);
      return open ? open.then(() => nodes.start(node, program)) : nodes.start(node, program);
    },
    tail: (node, lines) => nodes.tail(node, lines),
    kill: (node, signal) => nodes.kill(node, signal),
    async running(node) {
      const runs = await nodes.running(node);
      if (!runs) await becomes(clock, END_TOLD, () => !living.has(node), undefined, 1);
      return runs;
    },
    stop: (node, grace) => nodes.stop(node, grace),
    ...(nodes.killProcess ? { killProcess: nodes.killProcess.bind(nodes) } : {}),
    ...(losePower
      ? {
          losePower(without) {
            ended()?.losePower(without);
            return losePower(without);
          },
        }
      : {}),
    ...(nodes.lackOfLoss ? { lackOfLoss: nodes.lackOfLoss } : {}),
    ...(nodes.handicap ? { handicap: nodes.handicap.bind(nodes) } : {}),
    paused: (node, by) => nodes.paused(node, by),
    async pause(node, by) {
      const done = await nodes.pause(node, by);
      onPause?.(node, true);
      return done;
    },
    async resume(node, by) {
      const done = await nodes.resume(node, by);
      onPause?.(node, false);
      return done;
    },
  };
}
