/**
 * Services of which there are several: each replica is a service of its own, and all of them are waited for where one is.
 *
 *     web: { image: web, scale: 2 }     ->     web-1: { image: web }     web-2: { image: web }
 */
import { found, type Problem } from '../problem.js';
import { entriesOf, type Held, mapOfParts, partOf } from './held.js';
import { namedParts } from './merge.js';

const MOST = 25;

export interface Replicas {
  /** The whole project, with them in it. */
  root: Held;
  /** The service of which each of them is one. */
  of: ReadonlyMap<string, string>;
}

interface Telling {
  refuse(at: Held, problem: Omit<Problem, 'path'>): void;
  note(at: Held, text: string): void;
}

export function withReplicas(root: Held, telling: Telling): Replicas {
  const services = entriesOf(partOf(root, 'services'));
  const replicas = new Map([...services].map(([name, service]) => [name, namesOf(name, service, telling)]));
  const several = [...replicas].filter(([name, names]) => names[0] !== name);
  if (several.length === 0) return { root, of: new Map() };
  const all = [...services].flatMap(([name, service]) => {
    const parts = entriesOf(service);
    const needed = parts.get('depends_on');
    if (needed) parts.set('depends_on', eachOf(needed, replicas));
    return replicas.get(name)!.map((one): [string, Held] => [one, mapOfParts(parts, service)]);
  });
  const whole = entriesOf(root).set('services', mapOfParts(new Map(all), partOf(root, 'services')));
  return {
    root: mapOfParts(whole, root),
    of: new Map(several.flatMap(([name, names]) => names.map((one) => [one, name]))),
  };
}

/** The name of a service, or those of its replicas. */
function namesOf(name: string, service: Held, telling: Telling): string[] {
  const scale = partOf(service, 'scale');
  const at = (scale.value ?? undefined) === undefined ? partOf(partOf(service, 'deploy'), 'replicas') : scale;
  const count = Number(at.value ?? 1);
  if (count === 1) return [name];
  const names = Array.from({ length: Math.min(MOST, count || 0) }, (_, index) => `${name}-${index + 1}`);
  if (!Number.isInteger(count) || count < 1 || count > MOST)
    telling.refuse(at, { expected: `a number of replicas, from 1 to ${MOST}`, found: found(at.value) });
  else
    telling.note(
      at,
      `${names[0]} to ${names.at(-1)} are the replicas of ${name}: by that name its peers find all of them, each in an order of its own that stays`,
    );
  return names.length > 0 ? names : [name];
}

function eachOf(needed: Held, replicas: ReadonlyMap<string, readonly string[]>): Held {
  const parts = entriesOf(namedParts(needed, { condition: 'service_started' }));
  const all = [...parts].flatMap(([name, held]) =>
    (replicas.get(name) ?? [name]).map((one): [string, Held] => [one, held]),
  );
  return mapOfParts(new Map(all), needed);
}
