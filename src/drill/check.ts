/**
 * What the schema cannot say: names that do not exist, settings that cannot work together, expectations that
 * the topology cannot give. Everything here is known before anything starts.
 */
import { checkExpectations } from './check-expectations.js';
import { namesOf } from './check-names.js';
import { checkShared } from './check-shared.js';
import { checkSteps } from './check-steps.js';
import { checkTopology } from './check-topology.js';
import { found, type Problem } from './problem.js';
import type { Drill } from './schema.js';
import { advice, listed } from './suggest.js';

export interface CheckOptions {
  /** The systems that a drill may name; the built-in ones where left out. */
  systems?: readonly string[];
}

const SYSTEMS: readonly string[] = ['reference'];

/** All that is wrong with a drill, or nothing. */
export function checkDrill(drill: Drill, options: CheckOptions = {}): Problem[] {
  const names = namesOf(drill);
  return [
    ...checkSystem(drill, options.systems ?? SYSTEMS),
    ...checkTopology(drill.topology),
    ...checkClients(drill, names.nodes),
    ...checkSteps(drill, names),
    ...checkShared(drill),
    ...checkFailback(drill, names.nodes),
    ...checkExpectations(drill, names),
  ];
}

function checkSystem({ topology }: Drill, systems: readonly string[]): Problem[] {
  if (systems.includes(topology.system)) return [];
  return [
    {
      path: ['topology', 'system'],
      expected: `a system that is known: ${listed(systems)}`,
      found: found(topology.system),
      ...advice(topology.system, systems),
    },
  ];
}

function checkClients({ clients }: Drill, nodes: readonly string[]): Problem[] {
  const groups = Object.entries(clients);
  if (groups.length === 0)
    return [
      { path: ['clients'], expected: 'at least one group of clients', found: 'none', todo: 'add app: {}' },
    ];
  return groups.flatMap(([group, { pinned }]) => unknownNode(['clients', group, 'pinned'], pinned, nodes));
}

function checkFailback({ failback }: Drill, nodes: readonly string[]): Problem[] {
  return failback === 'none' ? [] : unknownNode(['failback', 'to'], failback.to, nodes);
}

function unknownNode(path: Problem['path'], node: string | undefined, nodes: readonly string[]): Problem[] {
  if (node === undefined || nodes.includes(node)) return [];
  return [{ path, expected: `a node: ${listed(nodes)}`, found: found(node), ...advice(node, nodes) }];
}
