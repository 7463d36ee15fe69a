/**
 * The names that services go by beside their own: those of their containers and hosts, aliases in networks, and what
 * `links` of others call them.
 */
import type { Path } from '../problem.js';
import { listed } from '../suggest.js';
import { mapOf } from './map.js';

type Note = (path: Path, text: string) => void;

/** The aliases of each of the services that are nodes; `replicaOf` has the service of which one is a replica. */
export function aliasesOf(
  services: Readonly<Record<string, unknown>>,
  replicaOf: ReadonlyMap<string, string>,
  note: Note,
): Record<string, string[]> {
  const names = Object.keys(services);
  const aliases = new Map(
    names.map((name) => [name, new Set(replicaOf.has(name) ? [replicaOf.get(name)!] : [])]),
  );
  for (const [name, service] of Object.entries(services)) {
    const { links, networks } = mapOf(service) ?? {};
    for (const network of Object.values(mapOf(networks) ?? {})) {
      const own = mapOf(network)?.['aliases'];
      for (const alias of Array.isArray(own) ? own : []) aliases.get(name)?.add(String(alias));
    }
    for (const link of Array.isArray(links) ? links : []) {
      const [other = '', alias = other] = String(link).split(':');
      for (const name of names)
        if (other === name || other === replicaOf.get(name)) aliases.get(name)?.add(alias);
    }
  }
  for (const key of ['container_name', 'hostname'])
    for (const [name, service] of Object.entries(services)) {
      const own = mapOf(service)?.[key];
      if (own === undefined || own === null || own === name) continue;
      const others = Object.entries(services).filter(
        ([other, theirs]) => other !== name && (other === own || mapOf(theirs)?.[key] === own),
      );
      if (others.length === 0) aliases.get(name)?.add(String(own));
      else
        note(
          ['services', name, key],
          `\`${key}\` of ${name} is not taken as a name that its peers know: it is one of ${listed(
            others.map(([other]) => other),
            'and',
          )}, too`,
        );
    }
  const taken = ([name, own]: [string, Set<string>]): [string, string[]] => {
    const others = [...own].filter((alias) => alias !== name && names.includes(alias));
    for (const alias of others)
      note(
        ['services', name],
        `the alias ${alias} of ${name} is not taken: it is the name of another service`,
      );
    return [name, [...own].filter((alias) => !names.includes(alias))];
  };
  return Object.fromEntries([...aliases].map(taken));
}
