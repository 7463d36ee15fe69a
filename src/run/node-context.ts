/** What a system is told of a node when it says how to start it. */
import type { Drill } from '../drill/schema.js';
import type { Random } from '../random.js';
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
  powerKey: string,
): NodeContext {
  const dialled = new Set(plan.links.filter(({ from }) => from === name).map(({ to }) => to));
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
    dial: (peer) => places.link(linkName(name, peer)).dial,
    seed: String(Math.floor(random.fork(`node ${name}`).next() * 2 ** 32)),
  };
}
