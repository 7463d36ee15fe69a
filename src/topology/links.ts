/**
 * Who is there and which directed links lie between them:
 *
 *     a->b, b->a, ...              every node and supervisor to every other
 *     client:app->a, ...           every client group to every node but dependencies, a pinned one to its node alone
 *     a->b:26379, ...              where b exposes several ports, one for each but the first
 *     supervisor-1->power, ...     whoever reads or cuts the power, to the power device
 */
import { isMember, type TopologySpec } from '../drill/topology.js';

/** The power device's name: a pseudo-node that answers who is running and can turn a node off. */
export const POWER = 'power';

/** One directed edge, from who dials to who answers. Each has a proxy of its own. */
export interface Link {
  /** `a->b`. */
  name: string;
  from: string;
  to: string;
  /** Which of the destination's ports, where it is not the first. */
  port?: number;
}

export type MemberKind = 'node' | 'supervisor' | 'client' | 'power';

const SUPERVISOR = /^supervisor-[1-9]\d*$/;

/** What a name stands for. Names are reserved so that the name alone says it. */
export function kindOf(name: string): MemberKind {
  if (name === POWER) return 'power';
  if (name.startsWith('client:')) return 'client';
  return SUPERVISOR.test(name) ? 'supervisor' : 'node';
}

export function nodeNames(topology: TopologySpec): string[] {
  return Object.keys(topology.nodes);
}

/** The nodes that are no dependencies: those with a role, which clients dial. */
export function memberNames({ nodes }: TopologySpec): string[] {
  return Object.entries(nodes).flatMap(([name, node]) => (isMember(node) ? [name] : []));
}

/** `supervisor-1`, `supervisor-2`, ... */
export function supervisorNames({ supervisor }: TopologySpec): string[] {
  const length = supervisor === 'none' ? 0 : supervisor.members;
  return Array.from({ length }, (_, index) => `supervisor-${index + 1}`);
}

/** The name of a client group as selectors, links and grudges have it. */
export function clientName(group: string): string {
  return `client:${group}`;
}

export function linkName(from: string, to: string): string {
  return `${from}->${to}`;
}

/** Whether anyone asks the power device: to fence with it, or to read from it which processes run. */
export function hasPower({ supervisor }: TopologySpec): boolean {
  if (supervisor === 'none') return false;
  return supervisor.fencing !== false || supervisor.detect.process !== undefined;
}

/** Every link of a topology, in a fixed order. */
export function linksOf(
  topology: TopologySpec,
  clients: Readonly<Record<string, { pinned?: string | undefined }>>,
): Link[] {
  const nodes = nodeNames(topology);
  const supervisors = supervisorNames(topology);
  const members = [...nodes, ...supervisors];
  const links: Link[] = [];
  const join = (from: string, to: string) => {
    links.push({ name: linkName(from, to), from, to });
    for (const port of topology.nodes[to]?.expose?.slice(1) ?? [])
      links.push({ name: `${linkName(from, to)}:${port}`, from, to, port });
  };
  for (const from of members) {
    for (const to of members) if (from !== to) join(from, to);
  }
  for (const [group, { pinned }] of Object.entries(clients)) {
    for (const to of pinned === undefined ? memberNames(topology) : [pinned]) join(clientName(group), to);
  }
  if (topology.supervisor !== 'none' && hasPower(topology)) {
    const standbysFence = topology.supervisor.trigger === 'standby';
    for (const from of standbysFence ? members : supervisors) join(from, POWER);
  }
  return links;
}
