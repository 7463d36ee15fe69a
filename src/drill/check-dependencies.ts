/** Whether what nodes say they need is there, and can be had before them. */
import { hasOwnImage } from './container.js';
import { found, type Path, type Problem, quoted } from './problem.js';
import { advice, listed } from './suggest.js';
import type { TopologySpec } from './topology.js';

const NODES = ['topology', 'nodes'] as const;

export function checkDependencies({ nodes }: Pick<TopologySpec, 'nodes'>): Problem[] {
  const problems = Object.entries(nodes).flatMap(([name, node]) => {
    const path = [...NODES, name];
    return [
      ...(node.role === 'dependency' && !hasOwnImage(node) ? [lacksImage(path)] : []),
      ...Object.keys(node.depends_on ?? {}).flatMap((needed) =>
        checkNeeded(name, needed, nodes, [...path, 'depends_on', needed]),
      ),
    ];
  });
  return problems.length > 0 ? problems : checkCycles(nodes);
}

function lacksImage(path: Path): Problem {
  return {
    path: [...path, 'role'],
    expected: 'an `image` or a `build` with `role: dependency`',
    found: 'neither',
    todo: 'say what runs in it',
  };
}

function checkNeeded(name: string, needed: string, nodes: TopologySpec['nodes'], path: Path): Problem[] {
  const others = Object.keys(nodes).filter((other) => other !== name);
  if (needed === name)
    return [{ path, on: 'key', expected: 'another node', found: `${quoted(needed)} itself` }];
  if (others.includes(needed)) return [];
  return [
    {
      path,
      on: 'key',
      expected: others.length > 0 ? `a node: ${listed(others)}` : 'a node that is there',
      found: found(needed),
      todo: 'declare it as a node, or do not wait for it',
      ...advice(needed, others),
    },
  ];
}

/** Where each waits for the next and the last for the first, nobody ever starts. */
function checkCycles(nodes: TopologySpec['nodes']): Problem[] {
  const done = new Set<string>();
  for (const start of Object.keys(nodes)) {
    const way: string[] = [];
    const cycle = cycleFrom(start, nodes, way, done);
    if (cycle)
      return [
        {
          path: [...NODES, cycle[0] as string, 'depends_on', cycle[1] as string],
          on: 'key',
          message: `nobody could start first: ${cycle.join(' needs ')}`,
          todo: 'remove one of them',
        },
      ];
  }
  return [];
}

function cycleFrom(
  node: string,
  nodes: TopologySpec['nodes'],
  way: string[],
  done: Set<string>,
): string[] | undefined {
  const before = way.indexOf(node);
  if (before >= 0) return [...way.slice(before), node];
  if (done.has(node)) return undefined;
  way.push(node);
  for (const needed of Object.keys(nodes[node]?.depends_on ?? {})) {
    const cycle = cycleFrom(needed, nodes, way, done);
    if (cycle) return cycle;
  }
  way.pop();
  done.add(node);
  return undefined;
}
