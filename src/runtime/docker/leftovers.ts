/** What runs have in an engine, found by its labels alone: for whoever cleans up after a runner and its reaper. */
import type Dockerode from 'dockerode';
import type { Clock } from '../../clock.js';
import { parseRunner } from '../label.js';
import { type ProcessIdentity, stateOf, thisMachine } from '../os-process.js';
import { engineClient, findEngine } from './engine.js';
import { mayHaveEngine } from './engine-address.js';
import { MACHINE_LABEL, RUN_LABEL, RUNNER_LABEL } from './labels.js';
import { type ImageRemoval, removeOwnImages } from './own-images.js';
import { type Removal, removeRun } from './remove.js';
import { makerOf } from './trial-name.js';

export interface EngineRuns {
  /** By label: the runner, where it was one of this machine. */
  runs: ReadonlyMap<string, { runner: ProcessIdentity | undefined; here: boolean }>;
  remove(run: string): Promise<Removal>;
  /** Removes the images that we made, but for those in use. */
  removeImages(): Promise<ImageRemoval>;
}

/** How long the things of one run may take to be removed, ms. */
const PATIENCE = 60_000;

/** Undefined where there is no engine. Rejects with an `EnvironmentError` where there is one that does not answer. */
export async function runsInEngine(
  environment: Readonly<Record<string, string | undefined>>,
  clock: Clock,
): Promise<EngineRuns | undefined> {
  if (!mayHaveEngine(environment)) return undefined;
  const engine = await findEngine(environment, clock);
  const docker = await engineClient(engine.address);
  const runs = new Map<string, { runner: ProcessIdentity | undefined; here: boolean }>();
  for (const labels of await allLabels(docker)) {
    const runner = parseRunner(labels[RUNNER_LABEL] ?? '');
    runs.set(labels[RUN_LABEL] ?? '', { runner, here: labels[MACHINE_LABEL] === thisMachine() });
  }
  await removeTrials(docker);
  return {
    runs,
    remove: (run) => removeRun(docker, run, clock, { empty: 1, ms: PATIENCE, silence: 0 }),
    removeImages: () => removeOwnImages(docker),
  };
}

async function allLabels(docker: Dockerode): Promise<Record<string, string>[]> {
  const filters = { label: [RUN_LABEL] };
  const [containers, networks, { Volumes: volumes }] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
    docker.listVolumes({ filters }),
  ]);
  return [...containers, ...networks, ...(volumes ?? [])].map(({ Labels }) => Labels ?? {});
}

/** Containers that an image was being made or tried in when their runner died. */
async function removeTrials(docker: Dockerode): Promise<void> {
  const containers = await docker.listContainers({ all: true });
  const left = containers.filter(({ Names }) =>
    // The engine tells them with a slash before.
    Names.some((name) => {
      const maker = makerOf(name.slice(1));
      return maker !== undefined && stateOf(maker) === 'gone';
    }),
  );
  await Promise.allSettled(left.map(({ Id }) => docker.getContainer(Id).remove({ force: true })));
}
