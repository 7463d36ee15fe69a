/** What a keeper does: carries out one job, and stays with what is left of it until it is told to take that down. */
import { systemClock as clock, sleep } from '../../clock.js';
import { decodeDrill } from '../../drill/schema.js';
import { noteFilledIn } from '../../drill/secrets.js';
import type { Addresses } from '../../report/addresses.js';
import { RunFolder } from '../../runtime/reaper/run-folder.js';
import { systemOf } from '../../system/system-of.js';
import type { Catalog } from '../catalog.js';
import { type ExecutionSetting, execute } from '../execution.js';
import type { Stage } from '../stage.js';
import { stand } from '../standing.js';
import type { Job, Told } from './protocol.js';

export interface Talk {
  tell(told: Told): void;
  /** Whether what did not pass may stay. */
  mayStay(): Promise<boolean>;
  /** Aborted when everything is to be taken down, whatever is going on. */
  signal: AbortSignal;
}

/** How often a keeper that has nothing to do wakes up, ms: what waits for a signal alone keeps no process alive. */
const WAKE_EVERY = 60_000;

/** Resolves when all is over and nothing is left standing. Rejects where the job could not be begun. */
export async function keep(job: Job, catalog: Catalog, talk: Talk): Promise<void> {
  const setting = settingOf(job, catalog, talk);
  return job.how === 'up' ? up(job, setting, talk) : run(job, setting, talk);
}

async function up(job: Job, setting: ExecutionSetting, talk: Talk): Promise<void> {
  const standing = await stand(setting);
  note(job, standing.stage, 'up');
  talk.tell({ tell: 'done', stays: standing.addresses });
  await told(talk.signal);
  await standing.down();
}

async function run(job: Job, setting: ExecutionSetting, talk: Talk): Promise<void> {
  let left: Stage | undefined;
  let stays: Addresses | undefined;
  try {
    const { verdict, failure } = await execute({
      ...setting,
      keeping: {
        wanted: () => talk.mayStay(),
        left(stage) {
          left = stage;
          stays = stage.addresses();
          note(job, stage, 'keep');
        },
      },
    });
    if (failure) throw failure;
    talk.tell({ tell: 'done', verdict, ...(stays ? { stays } : {}) });
    if (left) await told(talk.signal);
  } finally {
    await left?.down();
  }
}

function settingOf(job: Job, catalog: Catalog, { tell, signal }: Talk): ExecutionSetting {
  const drill = decodeDrill(job.drill, catalog);
  noteFilledIn(drill, job.filledIn);
  const { seed, execution, file, folder, linksBy, environment } = job;
  return {
    clock,
    drill,
    file,
    catalog,
    runtime: catalog.runtimes[job.runtime],
    system: systemOf(drill.topology, catalog.systems),
    seed,
    execution,
    folder,
    linksBy,
    environment,
    onEvent: (event) => tell({ tell: 'event', event }),
    signal,
  };
}

/** By this note `drill down` finds it, and knows it from a drill that is under way. */
function note({ drill, file, folder, runtime }: Job, stage: Stage, how: 'up' | 'keep'): void {
  const since = clock.wall().toISOString();
  new RunFolder(stage.run).noteKept({ drill: drill.name, file, folder, runtime, how, since });
}

async function told(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) await sleep(clock, WAKE_EVERY, signal).catch(() => undefined);
}
