/**
 * What nodes are made of where they are containers: a system's own image where the drill names none, and the ports that
 * an image exposes where the drill names none, after the one that the node is spoken to at.
 */
import { checkShared } from '../drill/check-shared.js';
import { hasOwnImage } from '../drill/container.js';
import { drillError } from '../drill/load.js';
import { named } from '../drill/parts.js';
import type { Drill } from '../drill/schema.js';
import { spokenToAt } from '../drill/settle.js';
import { isMember, type NodeDeclaration } from '../drill/topology.js';
import type { Runtime, Surroundings } from '../runtime/runtime.js';
import type { Catalog } from './catalog.js';
import { type Plan, planOf } from './plan.js';

type Setting = Pick<Surroundings, 'clock' | 'environment' | 'onProgress'> & {
  drill: Drill;
  catalog: Catalog;
  plan: Plan;
  runtime: Runtime;
  signal: AbortSignal;
};

/**
 * The setting with those in its drill and its plan. The images are there when it resolves. Rejects with a `UsageError`
 * where one of the ports is not to be had.
 */
export async function withContainers<Given extends Setting>(setting: Given): Promise<Given> {
  const { drill, runtime } = setting;
  if (!runtime.exposed) return setting;
  const nodes = eachNode(drill.topology.nodes, (node) => ofItsSystem(node, setting));
  const unnamed = (node: NodeDeclaration) => hasOwnImage(node) && node.expose === undefined;
  const ports = Object.values(nodes).some(unnamed) ? await runtime.exposed(nodes, setting) : undefined;
  const { system } = drill.topology;
  const spokenTo = typeof system === 'string' ? undefined : system.http.port;
  const named = eachNode(nodes, (node, name) => {
    const expose = node.expose ?? ports?.get(name);
    const known = expose ? { ...node, expose } : node;
    return spokenTo !== undefined && isMember(node) ? spokenToAt(known, node.port ?? spokenTo) : known;
  });
  const known = { ...drill, topology: { ...drill.topology, nodes: named } };
  const taken = checkShared(known);
  if (taken.length > 0) throw drillError(drill, taken);
  return { ...setting, drill: known, plan: planOf(known) };
}

type Nodes = Readonly<Record<string, NodeDeclaration>>;

function eachNode(nodes: Nodes, change: (node: NodeDeclaration, name: string) => NodeDeclaration) {
  return Object.fromEntries(Object.entries(nodes).map(([name, node]) => [name, change(node, name)]));
}

function ofItsSystem(node: NodeDeclaration, { drill, catalog }: Setting): NodeDeclaration {
  const { system } = drill.topology;
  const container = typeof system === 'string' ? named(catalog.systems, system)?.container : undefined;
  return container && !hasOwnImage(node) ? { ...container, ...node } : node;
}
