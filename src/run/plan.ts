/** The plan of a drill: what has to be there for it, as data. */
import type { Drill } from '../drill/schema.js';
import { hasPower, type Link, linksOf, memberNames, nodeNames, supervisorNames } from '../topology/links.js';

export interface Plan {
  nodes: string[];
  /** The nodes that are no dependencies. */
  members: string[];
  supervisors: string[];
  links: Link[];
  /** Whether something dials the power device. */
  power: boolean;
  primary: string;
}

export function planOf(drill: Drill): Plan {
  const { topology, clients } = drill;
  const nodes = nodeNames(topology);
  return {
    nodes,
    members: memberNames(topology),
    supervisors: supervisorNames(topology),
    links: linksOf(topology, clients),
    power: hasPower(topology),
    primary: nodes.find((name) => topology.nodes[name]?.role === 'primary') ?? nodes[0]!,
  };
}
