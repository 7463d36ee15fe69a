/** Which drills this machine can run, on which runtime, and what they lack on the others: for `drill doctor`. */
import { RUNTIMES, type RuntimeName } from '../catalog.js';
import type { Clock } from '../clock.js';
import { missingNeeds } from '../drill/needs.js';
import { messageOf } from '../errors.js';
import type { Diagnosis } from '../runtime/diagnosis.js';
import { engineClient, findEngine } from '../runtime/docker/engine.js';
import { exists } from '../runtime/image/reference-image.js';
import type { BatchDrill } from './batch.js';

/** What a drill lacks on a runtime, one text each. */
type Lack = (drill: BatchDrill) => Promise<string[]>;

/** A line for each drill; `missing` where no runtime of this machine can run it. */
export async function diagnoseDrills(
  drills: readonly BatchDrill[],
  environment: Readonly<Record<string, string | undefined>>,
  clock: Clock,
): Promise<Diagnosis[]> {
  const lacks: Readonly<Record<RuntimeName, Lack>> = {
    docker: await lackOfContainers(environment, clock),
    process: async () => [],
  };
  return Promise.all(drills.map((drill) => diagnose(drill, lacks)));
}

async function diagnose(entry: BatchDrill, lacks: Readonly<Record<RuntimeName, Lack>>): Promise<Diagnosis> {
  const able: string[] = [];
  const unable: string[] = [];
  for (const name of Object.keys(lacks) as RuntimeName[]) {
    const needs = missingNeeds(entry.drill, [...RUNTIMES[name].capabilities], `the runtime ${name}`);
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

async function lackOfContainers(
  environment: Readonly<Record<string, string | undefined>>,
  clock: Clock,
): Promise<Lack> {
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
