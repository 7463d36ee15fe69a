/** Whether nodes, roles and protections of a topology can work together. */
import { checkDependencies } from './check-dependencies.js';
import { checkSystemParts } from './check-system.js';
import type { Parts } from './parts.js';
import type { Problem } from './problem.js';
import { found, quoted } from './problem.js';
import { RESERVED_NAMES, type SupervisorSpec, type TopologySpec } from './topology.js';
import { formatDuration } from './units.js';

/** Every node has links to every other one: more of them are more than one machine carries. */
const MOST_NODES = 25;

export function checkTopology(topology: TopologySpec, parts: Parts): Problem[] {
  const { supervisor } = topology;
  const own = supervisor === 'none' ? [] : [...checkDetector(supervisor), ...checkLease(supervisor)];
  if (topology.compose !== undefined)
    return [
      {
        path: ['topology', 'compose'],
        expected: 'a drill file that lies in a folder, from which a Compose file can be found',
        found: found(topology.compose),
      },
    ];
  return [
    ...checkNodes(topology),
    ...checkDependencies(topology),
    ...checkSystemParts(topology, parts),
    ...own,
  ];
}

function checkNodes({ nodes, system }: TopologySpec): Problem[] {
  const path = ['topology', 'nodes'];
  const names = Object.keys(nodes);
  const problems: Problem[] = [];
  for (const name of names) {
    if (/\.(?:copy|edge|toxiproxy)$/.test(name))
      problems.push({
        path: [...path, name],
        on: 'key',
        message: `a node cannot be called ${quoted(name)}, as something of the drill's own beside another node is`,
        todo: 'choose another name',
      });
    if (RESERVED_NAMES.includes(name) || name.startsWith('supervisor-'))
      problems.push({
        path: [...path, name],
        on: 'key',
        message: `a node cannot be called ${quoted(name)}, which means something else in a selector`,
        todo: 'choose another name',
      });
    for (const [index, tag] of (nodes[name]?.tags ?? []).entries()) {
      if (tag.startsWith('client:'))
        problems.push({
          path: [...path, name, 'tags', index],
          message: `the tag ${quoted(tag)} would be read as a client group`,
          todo: 'choose another tag',
        });
    }
  }
  const primaries = names.filter((name) => nodes[name]?.role === 'primary');
  if (names.length > MOST_NODES)
    problems.push({ path, expected: `at most ${MOST_NODES} nodes`, found: String(names.length) });
  if (primaries.length === 0)
    problems.push({
      path,
      expected: 'one node with `role: primary`',
      found: 'none',
      todo: 'say which node starts as the primary',
    });
  for (const name of primaries.slice(1))
    problems.push({
      path: [...path, name, 'role'],
      expected: 'one primary',
      found: `a second one: ${primaries[0]} is the first`,
      todo: 'make all but one a standby',
    });
  const standbys = names.filter((name) => nodes[name]?.role === 'standby');
  // A service of the user's own may have nobody to fail over to, and is drilled for how it gets over what it needs.
  if (primaries.length === 1 && standbys.length === 0 && typeof system === 'string')
    problems.push({
      path,
      expected: 'at least one standby',
      found: 'none',
      todo: 'add a node for the primary to fail over to',
    });
  return problems;
}

const SUPERVISOR = ['topology', 'supervisor'] as const;

function checkDetector({ detect }: SupervisorSpec): Problem[] {
  const { heartbeat } = detect;
  if (!heartbeat || heartbeat.timeout > heartbeat.interval) return [];
  return [
    {
      path: [...SUPERVISOR, 'detect', 'heartbeat', 'timeout'],
      expected: `a timeout above the interval of ${formatDuration(heartbeat.interval)}`,
      found: formatDuration(heartbeat.timeout),
      todo: 'allow for two or three missed heartbeats',
    },
  ];
}

function checkLease({ lease, detect, quorum, trigger }: SupervisorSpec): Problem[] {
  if (lease === false) return [];
  const path = [...SUPERVISOR, 'lease'];
  const problems: Problem[] = [];
  const { heartbeat } = detect;
  if (heartbeat && lease <= 2 * heartbeat.interval)
    problems.push({
      path,
      expected: `a lease above two heartbeat intervals (${formatDuration(2 * heartbeat.interval)}), or false`,
      found: formatDuration(lease),
      todo: 'a primary renews it with its heartbeats, and one may be lost',
    });
  if (!quorum && trigger === 'standby')
    problems.push({
      path,
      message: 'nobody could renew the lease: it needs `quorum: true` where the standbys trigger',
      todo: 'write `lease: false` or `quorum: true`',
    });
  return problems;
}
