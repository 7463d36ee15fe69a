/** Which drills this machine can run, on which runtime, and what they lack on the others: for `drill doctor`. */
import type { Clock } from '../clock.js';
import { missingNeeds, needsOf } from '../drill/needs.js';
import { messageOf } from '../errors.js';
import type { Ability } from '../runtime/ability.js';
import { engineClient, findEngine } from '../runtime/docker/engine.js';
import { exists } from '../runtime/image/reference-image.js';
import type { RuntimeName } from '../runtime/runtime.js';
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
  const images = await lackOfImages(environment, clock);
  const machine = (name: RuntimeName) => lackOfMachine(name, catalog, environment, clock);
  const lacks: Readonly<Record<RuntimeName, Lack>> = {
    docker: async (drill) => [...(await images(drill)), ...(await machine('docker')(drill))],
    process: machine('process'),
  };
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
  const found = [...(able.length > 0 ? [`runs on ${able.join(' and ')}`] : []), ...unable].join('; ');
  return { subject: entry.file, state: able.length > 0 ? 'ok' : 'missing', found };
}

/** What a runtime offers, but not on this machine. */
function lackOfMachine(runtime: RuntimeName, catalog: Catalog, environment: Environment, clock: Clock): Lack {
  return async ({ drill, catalog: parts = catalog }) => {
    const asked = needsOf(drill, parts);
    const nodes = { containers: drill.topology.nodes, needs: asked };
    const needs = [...asked.keys()].map(async (need) => {
      const lack = await catalog.runtimes[runtime].lack?.(need, { environment, clock }, nodes);
      return lack === undefined ? [] : [`${need}: ${lack}`];
    });
    return (await Promise.all(needs)).flat();
  };
}

async function lackOfImages(environment: Environment, clock: Clock): Promise<Lack> {
  try {
    const docker = await engineClient((await findEngine(environment, clock)).address);
    return async ({ drill }) => {
      const images = new Set(Object.values(drill.topology.nodes).flatMap(({ image }) => image ?? []));
      const there = await Promise.all(
        [...images].map(async (image) => [image, await exists(docker, image)] as const),
      );
      return there.flatMap(([image, isThere]) =>
        isThere ? [] : [`image ${image} is missing (a run tries to pull it; \`docker pull ${image}\`)`],
      );
    };
  } catch (error) {
    return async () => [messageOf(error)];
  }
}
