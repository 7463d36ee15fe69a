/** What runs in each node of a drill. */
import type { Drill } from '../drill/schema.js';
import { isMember } from '../drill/topology.js';
import type { Resident, System } from '../system/system.js';
import { supervisorNames } from '../topology/links.js';

/** What runs in a node; undefined for a dependency, of which nobody knows how it is spoken to. */
export type Residents = (node: string) => Resident | undefined;

export function residentsOf({ topology }: Pick<Drill, 'topology'>, system: System): Residents {
  const supervisors = new Set(supervisorNames(topology));
  return (name) => {
    if (supervisors.has(name)) return system.supervisors ?? system;
    const node = topology.nodes[name];
    return node && isMember(node) ? system : undefined;
  };
}
