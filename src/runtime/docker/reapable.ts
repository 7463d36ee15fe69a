/** What runs have in an engine: removed for a reaper, and found there alone for who cleans up after runner and reaper. */
import type Dockerode from 'dockerode';
import type { Clock } from '../../clock.js';
import { parseRunner } from '../label.js';
import { stateOf, thisMachine } from '../os-process.js';
import type { FoundRun, Leftovers, Reapable } from '../reaper/reapable.js';
import { engineClient, findEngine } from './engine.js';
import { type EngineAddress, mayHaveEngine } from './engine-address.js';
import { MACHINE_LABEL, RUNNER_LABEL } from './labels.js';
import { lookInEngine } from './look.js';
import { removeOwnImages } from './own-images.js';
import { removeRun } from './remove.js';
import { thingsOf } from './things.js';
import { makerOf } from './trial-name.js';

/** How long the things of one run may take to be removed, ms: a slow engine is better than a leak. */
const PATIENCE = 60_000;
/** How long an engine may not even answer while somebody waits, ms. */
const SILENCE = 2000;

/** Noted by the engine's address. */
export const inEngine: Reapable = {
  name: 'the container engine',
  async remove(run: string, engine: EngineAddress, clock, { empty, quiet, isAwaited }) {
    const silence = isAwaited ? SILENCE : PATIENCE;
    return removeRun(await engineClient(engine), run, clock, { empty, quiet, ms: PATIENCE, silence });
  },
  look: async (run: string, engine: EngineAddress) => lookInEngine(await engineClient(engine), run),
  leftovers: runsInEngine,
};

/** Undefined where there is no engine. Rejects with an `EnvironmentError` where there is one that does not answer. */
export async function runsInEngine(
  environment: Readonly<Record<string, string | undefined>>,
  clock: Clock,
): Promise<Leftovers | undefined> {
  if (!mayHaveEngine(environment)) return undefined;
  const engine = await findEngine(environment, clock);
  const docker = await engineClient(engine.address);
  const runs = new Map<string, FoundRun>();
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
