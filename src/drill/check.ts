/**
 * What the schema cannot say: names that do not exist, settings that cannot work together, expectations that
 * the topology cannot give. Everything here is known before anything starts.
 */

import { checkExpectations } from './check-expectations.js';
import { namesOf } from './check-names.js';
import { checkShared } from './check-shared.js';
import { checkSteps } from './check-steps.js';
import { checkWayBack, checkWorkload, notADependency } from './check-system.js';
import { checkTopology } from './check-topology.js';
import type { Parts } from './parts.js';
import { found, type Problem } from './problem.js';
import type { Drill } from './schema.js';
import { isMasked } from './secrets.js';
import { advice, listed } from './suggest.js';

/** All that is wrong with a drill, or nothing. */
export function checkDrill(drill: Drill, parts: Parts): Problem[] {
  const names = namesOf(drill);
  return [
    ...checkSystem(drill, Object.keys(parts.systems)),
    ...checkTopology(drill.topology, parts),
    ...checkClients(drill, names.nodes),
    ...checkWorkload(drill, parts),
    ...checkSteps(drill, names, parts),
    ...checkShared(drill),
    ...checkFailback(drill, names.nodes, parts),
    ...checkExpectations(drill, names, parts),
    ...checkMasked(drill),
  ];
}

function checkSystem({ topology }: Drill, systems: readonly string[]): Problem[] {
  const { system } = topology;
  if (typeof system !== 'string' || systems.includes(system)) return [];
  return [
    {
      path: ['topology', 'system'],
      expected: `a system that is known: ${listed(systems)}`,
      found: found(system),
      ...advice(system, systems),
    },
  ];
}

/** A drill file that a run left behind has no secrets in it: what needs them does not start from there. */
function checkMasked({ topology }: Drill): Problem[] {
  return Object.entries(topology.nodes).flatMap(([name, { environment = {} }]) =>
    Object.entries(environment)
      .filter(([, value]) => isMasked(value))
      .map(([variable, value]) => ({
        path: ['topology', 'nodes', name, 'environment', variable],
        expected: 'the value itself',
        found: found(value),
        todo: 'run the file from which that run was made; what runs leave behind does not hold the values of variables',
      })),
  );
}

function checkClients(drill: Drill, nodes: readonly string[]): Problem[] {
  const groups = Object.entries(drill.clients);
  if (groups.length === 0)
    return [
      { path: ['clients'], expected: 'at least one group of clients', found: 'none', todo: 'add app: {}' },
    ];
  return groups.flatMap(([group, { pinned }]) => {
    const path = ['clients', group, 'pinned'];
    return [...unknownNode(path, pinned, nodes), ...notADependency(drill, pinned, path)];
  });
}

function checkFailback(drill: Drill, nodes: readonly string[], parts: Parts): Problem[] {
  const { failback } = drill;
  if (failback === 'none') return [];
  const path = ['failback', 'to'];
  return [
    ...unknownNode(path, failback.to, nodes),
    ...notADependency(drill, failback.to, path),
    ...checkWayBack(drill, failback, parts),
  ];
}

function unknownNode(path: Problem['path'], node: string | undefined, nodes: readonly string[]): Problem[] {
  if (node === undefined || nodes.includes(node)) return [];
  return [{ path, expected: `a node: ${listed(nodes)}`, found: found(node), ...advice(node, nodes) }];
}
