/**
 * A world whose links are proxies and packet filters, around the cluster of a runtime that has nodes and addresses:
 *
 *     cluster -> Toxiproxy -> links -> power device
 */
import { InternalError, messageOf } from '../../errors.js';
import { openPower } from '../power.js';
import type { Inventory, Layout, LinkSurroundings, Surroundings, World } from '../runtime.js';
import type { Cluster } from './cluster.js';
import { EndedNodes } from './ended-nodes.js';
import { greeter } from './greeting.js';
import { witnessed } from './link-witness.js';
import { type MadeLinks, makeLinks } from './made.js';
import { ToxiproxyWatch } from './proxies/toxiproxy-watch.js';

/** Opens the cluster; its links are made once the world is to be up. */
export async function openWorld(
  open: (layout: Layout, surroundings: Surroundings) => Promise<Cluster>,
  layout: Layout,
  around: Surroundings & LinkSurroundings,
): Promise<World> {
  const { clock, greetings, power } = around;
  /** What undoes what was opened, in the order of opening. */
  const undoing: (() => Promise<unknown>)[] = [];
  let made: MadeLinks | undefined;
  let watch: ToxiproxyWatch | undefined;
  /** While there are links. */
  let ended: EndedNodes | undefined;
  let closed: Promise<Inventory> | undefined;
  const ground = { isLost: false, confirm: async () => watch?.confirm(), stop: () => watch?.stop() };
  const nodes = await open(layout, {
    ...around,
    onLine(node, line) {
      const token = greetings?.arrivalOf(node, line);
      if (token === undefined) around.onLine(node, line);
      else greets.arrived(token);
    },
    onExit(node, ...exit) {
      around.onExit(node, ...exit);
      ended?.ended(node);
    },
    onStarting: (node) => ended?.starting(node),
    // It may have been gone since the links were last seen well.
    onLost(error, since) {
      ground.isLost = true;
      around.onLost?.(error, Math.min(since, watch?.lastGood ?? since));
    },
  });
  const { places, edges } = nodes;
  const place = (link: string) => places.link(link);
  const greets = greeter({ clock, place, greetings, edges });

  async function up(): Promise<void> {
    made = await makeLinks(nodes, layout, around, undoing, (url) => watch?.lost === url);
    ended = new EndedNodes({
      links: made.links,
      proxied: layout.links.filter(({ name }) => !place(name).packets),
      running: (node) => nodes.running(node),
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
    const device = await openPower({ ...power, clock, address, kills: nodes, onGreeting });
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
    const told = await attempt(() => nodes.close());
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
