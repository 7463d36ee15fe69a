/** What runs have in an engine, found there alone: for whoever cleans up after a runner and its reaper. */
import type Dockerode from 'dockerode';
import type { Clock } from '../../clock.js';
import { parseRunner } from '../label.js';
import { type ProcessIdentity, stateOf, thisMachine } from '../os-process.js';
import { engineClient, findEngine } from './engine.js';
import { mayHaveEngine } from './engine-address.js';
import { MACHINE_LABEL, RUNNER_LABEL } from './labels.js';
import { type ImageRemoval, removeOwnImages } from './own-images.js';
import { type Removal, removeRun } from './remove.js';
import { thingsOf } from './things.js';
import { makerOf } from './trial-name.js';

interface EngineRun {
  /** Its runner, as each of its things names it. */
  runners: ProcessIdentity[];
  /** Whether its runner would be seen here if it lived. */
  here: boolean;
}

export interface EngineRuns {
  /** By label. */
  runs: ReadonlyMap<string, EngineRun>;
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
  const runs = new Map<string, EngineRun>();
  const { containers, networks, volumes } = await thingsOf(docker);
  for (const { run = '', Labels = {} } of [...containers, ...networks, ...volumes]) {
    const { runners, here } = runs.get(run) ?? { runners: [], here: true };
    const runner = parseRunner(Labels[RUNNER_LABEL] ?? '');
    runs.set(run, {
      runners: [...runners, ...(runner ? [runner] : [])],
      here: here && Labels[MACHINE_LABEL] === thisMachine(),
    });
  }
  await removeTrials(docker);
  return {
    runs,
    remove: (run) => removeRun(docker, run, clock, { empty: 1, ms: PATIENCE, silence: 0 }),
    removeImages: () => removeOwnImages(docker),
  };
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
