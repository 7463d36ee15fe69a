/** Where the parts of a topology that stands are reached from this machine. */
import type { Drill } from '../drill/schema.js';
import type { Addresses } from '../report/addresses.js';
import type { Address } from '../runtime/address.js';
import { proxyName } from '../runtime/links/proxies/toxiproxy-links.js';
import type { Places, Runtime } from '../runtime/runtime.js';
import { kindOf } from '../topology/links.js';
import type { Plan } from './plan.js';

export interface AddressesSetting {
  run: string;
  drill: Drill;
  plan: Plan;
  runtime: Runtime;
  places: Places;
  /** The folder of the execution. */
  folder: string;
  /** The URL of the Toxiproxy server that carries a link. */
  serverOf(link: string): string | undefined;
}

export function addressesOf(setting: AddressesSetting): Addresses {
  const { run, drill, plan, runtime, places, folder, serverOf } = setting;
  const role = (name: string) =>
    plan.supervisors.includes(name) ? 'supervisor' : (drill.topology.nodes[name]?.role ?? 'standby');
  const servers = new Map<string, { link: string; proxy: string }[]>();
  for (const { name: link } of plan.links) {
    const url = serverOf(link);
    if (url === undefined) continue;
    servers.set(url, [...(servers.get(url) ?? []), { link, proxy: proxyName(run, link) }]);
  }
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
      .filter(({ from }) => kindOf(from) === 'client')
      .map(({ name }) => ({ link: name, address: format(places.link(name).dial) })),
    toxiproxies: [...servers].map(([url, links]) => ({ url, links })),
    folder,
  };
}

function format({ host, port }: Address): string {
  return `${host}:${port}`;
}
