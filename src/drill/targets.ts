/** Whom a selector may stand for, whoever has which role by then: what must be so of all of them can be checked before. */
import { memberNames, nodeNames, supervisorNames } from '../topology/links.js';
import { parseSelector } from '../topology/selector.js';
import type { Drill } from './schema.js';

/** Nodes and supervisors, in the order of the drill file. */
export function candidates(text: string, { topology }: Pick<Drill, 'topology'>): string[] {
  if (text === 'all') return memberNames(topology);
  const selector = parseSelector(text);
  const nodes = nodeNames(topology);
  const supervisors = supervisorNames(topology);
  switch (selector.kind) {
    case 'error':
      return [];
    case 'name':
      return [selector.name];
    case 'tag':
      return nodes.filter((name) => topology.nodes[name]?.tags?.includes(selector.tag));
    case 'role':
    case 'random':
      return selector.role === 'supervisor' ? supervisors : nodes;
    case 'killed':
    case 'paused':
      return [...nodes, ...supervisors];
  }
}
