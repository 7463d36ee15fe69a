/** The ports of nodes whose drill names none: those that their images expose, after the one that they are spoken to at. */
import { checkShared } from '../drill/check-shared.js';
import type { ContainerSpec } from '../drill/container.js';
import { hasOwnImage } from '../drill/container.js';
import { drillError } from '../drill/load.js';
import type { Drill } from '../drill/schema.js';
import { spokenToAt } from '../drill/settle.js';
import { isMember } from '../drill/topology.js';
import type { Runtime, Surroundings } from '../runtime/runtime.js';
import { type Plan, planOf } from './plan.js';

type Setting = Pick<Surroundings, 'clock' | 'environment'> & {
  drill: Drill;
  plan: Plan;
  runtime: Runtime;
  signal: AbortSignal;
};

/**
 * The setting with those ports in its drill and its plan. The images are there when it resolves. Rejects with a
 * `UsageError` where one of the ports is not to be had.
 */
export async function withExposedPorts<Given extends Setting>(setting: Given): Promise<Given> {
  const { drill, runtime } = setting;
  const { nodes } = drill.topology;
  const unnamed = (node: ContainerSpec) => hasOwnImage(node) && node.expose === undefined;
  if (!runtime.exposed || !Object.values(nodes).some(unnamed)) return setting;
  const ports = await runtime.exposed(nodes, setting);
  const { system } = drill.topology;
  const spokenTo = typeof system === 'string' ? undefined : system.http.port;
  const named = Object.entries(nodes).map(([name, node]) => {
    const expose = node.expose ?? ports.get(name);
    const known = expose ? { ...node, expose } : node;
    return [name, spokenTo !== undefined && isMember(node) ? spokenToAt(known, spokenTo) : known] as const;
  });
  const known = { ...drill, topology: { ...drill.topology, nodes: Object.fromEntries(named) } };
  const taken = checkShared(known);
  if (taken.length > 0) throw drillError(drill, taken);
  return { ...setting, drill: known, plan: planOf(known) };
}
