/** Which drills this machine can run, on which runtime, and what they lack on the others: for `drill doctor`. */
import type { Clock } from '../clock.js';
import { missingNeeds, needsOf } from '../drill/needs.js';
import type { Ability } from '../runtime/ability.js';
import type { Runtime, RuntimeName } from '../runtime/runtime.js';
import type { BatchDrill } from './batch.js';
import type { Catalog } from './catalog.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** What a drill lacks on a runtime, one text each. */
type Lack = (drill: BatchDrill) => Promise<string[]>;

/** A line for each drill; `missing` where no runtime of this machine can run it. */
export async function diagnoseDrills(
  drills: readonly BatchDrill[],
  catalog: Catalog,
  environment: Environment,
  clock: Clock,
): Promise<Ability[]> {
  const lack = (name: RuntimeName) => lackOfMachine(catalog.runtimes[name], catalog, environment, clock);
  const lacks = { docker: lack('docker'), process: lack('process'), sim: lack('sim') };
  return Promise.all(drills.map((drill) => diagnose(drill, catalog, lacks)));
}

async function diagnose(
  entry: BatchDrill,
  catalog: Catalog,
  lacks: Readonly<Record<RuntimeName, Lack>>,
): Promise<Ability> {
  const parts = entry.catalog ?? catalog;
  const able: string[] = [];
  const unable: string[] = [];
  for (const name of Object.keys(lacks) as RuntimeName[]) {
    const needs = missingNeeds(
      entry.drill,
      parts,
      [...catalog.runtimes[name].capabilities],
      `the runtime ${name}`,
    );
    const lacking = [
      ...new Set(needs.map(({ path, expected }) => `${path.join('.')} needs ${expected}`)),
      ...(needs.length === 0 ? await lacks[name](entry) : []),
    ];
    if (lacking.length === 0) able.push(name);
    else unable.push(`not on ${name}: ${lacking.join(', ')}`);
  }
  const found = [...(able.length > 0 ? [`runs on ${together(able)}`] : []), ...unable].join('; ');
  return { subject: entry.file, state: able.length > 0 ? 'ok' : 'missing', found };
}

/** `docker, process and sim` */
function together(names: readonly string[]): string {
  return [names.slice(0, -1).join(', '), ...names.slice(-1)].filter(Boolean).join(' and ');
}

/** What a runtime offers, but not on this machine. */
function lackOfMachine(runtime: Runtime, catalog: Catalog, environment: Environment, clock: Clock): Lack {
  return async ({ drill, catalog: parts = catalog }) => {
    const asked = needsOf(drill, parts);
    const containers = drill.topology.nodes;
    const around = { environment, clock };
    const images = (await runtime.missingImages?.(containers, around)) ?? [];
    const needs = [...asked.keys()].map(async (need) => {
      const lack = await runtime.lack?.(need, around, { containers, needs: asked });
      return lack === undefined ? [] : [`${need}: ${lack}`];
    });
    return [...images, ...(await Promise.all(needs)).flat()];
  };
}
