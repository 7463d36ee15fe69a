/** Where the parts of a topology that stands are reached from this machine. */
import type { Drill } from '../drill/schema.js';
import type { Addresses } from '../report/addresses.js';
import type { Address } from '../runtime/address.js';
import type { Runtime, World } from '../runtime/runtime.js';
import { clientName } from '../topology/links.js';
import type { Plan } from './plan.js';

export interface AddressesSetting {
  run: string;
  drill: Drill;
  plan: Plan;
  runtime: Runtime;
  world: World;
  /** The folder of the execution. */
  folder: string;
}

export function addressesOf(setting: AddressesSetting): Addresses {
  const { run, drill, plan, runtime, world, folder } = setting;
  const { places } = world;
  const groups = new Set(Object.keys(drill.clients).map(clientName));
  const role = (name: string) =>
    plan.supervisors.includes(name) ? 'supervisor' : (drill.topology.nodes[name]?.role ?? 'standby');
  return {
    run,
    drill: drill.name,
    runtime: runtime.name,
    nodes: [...plan.nodes, ...plan.supervisors].map((name) => ({
      name,
      role: role(name),
      addresses: [...(places.published?.(name).values() ?? [places.observe(name)])].map(format),
    })),
    clients: plan.links
      .filter(({ from }) => groups.has(from))
      .map(({ name }) => ({ link: name, address: format(places.link(name).dial) })),
    toxiproxies: [...world.proxies],
    folder,
  };
}

function format({ host, port }: Address): string {
  return `${host}:${port}`;
}
