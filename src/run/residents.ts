/** What runs in each node of a drill. */
import { named } from '../drill/parts.js';
import type { Drill } from '../drill/schema.js';
import { isMember } from '../drill/topology.js';
import type { Resident, System } from '../system/system.js';
import { kindOf } from '../topology/links.js';

/** What runs in a node; undefined where nobody knows how it is spoken to. */
export type Residents = (node: string) => Resident | undefined;

/**
 * By name: what a node names itself, what supervisors of the topology's system are, or the topology's system. Undefined
 * for a dependency that names nothing: no system knows how it is spoken to.
 */
export function residentsOf(
  { topology }: Pick<Drill, 'topology'>,
  system: System,
  systems: Readonly<Record<string, System>>,
): Residents {
  return (name) => {
    if (kindOf(name) === 'supervisor') return system.supervisors ?? system;
    const node = topology.nodes[name];
    if (node?.system !== undefined) return named(systems, node.system);
    return node && isMember(node) ? system : undefined;
  };
}
