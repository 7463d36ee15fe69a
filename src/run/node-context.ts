/** What a system is told of a node when it says how to start it. */
import type { Drill } from '../drill/schema.js';
import type { Random } from '../random.js';
import type { Address } from '../runtime/address.js';
import type { World } from '../runtime/runtime.js';
import type { NodeContext } from '../system/system.js';
import { linkName } from '../topology/links.js';
import type { Plan } from './plan.js';

export function nodeContext(
  name: string,
  drill: Drill,
  plan: Plan,
  { places }: Pick<World, 'places'>,
  random: Random,
  { powerKey, settings }: Pick<NodeContext, 'powerKey' | 'settings'>,
): NodeContext {
  const dialled = new Set(plan.links.filter(({ from }) => from === name).map(({ to }) => to));
  const dial = (from: string, to: string) => places.link(linkName(from, to)).dial;
  const format = ({ host, port }: Address) => `${host}:${port}`;
  return {
    name,
    kind: plan.supervisors.includes(name) ? 'supervisor' : 'node',
    listen: places.listen(name),
    data: places.data(name),
    topology: drill.topology,
    primary: plan.primary,
    automaticFailback: drill.failback !== 'none' && drill.failback.trigger === 'automatic',
    supervisors: plan.supervisors,
    nodes: plan.members,
    peers: [...dialled],
    powerKey,
    settings,
    dial: (peer) => dial(name, peer),
    routes: Object.fromEntries(
      plan.members.map((from) => [
        from,
        Object.fromEntries(
          plan.members.filter((to) => to !== from).map((to) => [to, format(dial(from, to))]),
        ),
      ]),
    ),
    seed: String(Math.floor(random.fork(`node ${name}`).next() * 2 ** 32)),
  };
}
