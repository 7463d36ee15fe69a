/** What a keeper does: carries out one job, and stays with what is left of it until it is told to take that down. */
import { FAULTS, RUNTIMES, SYSTEMS, systemOf } from '../../catalog.js';
import { systemClock as clock, sleep } from '../../clock.js';
import { decodeDrill } from '../../drill/schema.js';
import { noteFilledIn } from '../../drill/secrets.js';
import { InternalError } from '../../errors.js';
import type { Addresses } from '../../report/addresses.js';
import { RunFolder } from '../../runtime/reaper/run-folder.js';
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
export async function keep(job: Job, talk: Talk): Promise<void> {
  return job.how === 'up' ? up(job, talk) : run(job, talk);
}

async function up(job: Job, talk: Talk): Promise<void> {
  const standing = await stand(settingOf(job, talk));
  note(job, standing.stage, 'up');
  talk.tell({ tell: 'done', stays: standing.addresses });
  await told(talk.signal);
  await standing.down();
}

async function run(job: Job, talk: Talk): Promise<void> {
  let left: Stage | undefined;
  let stays: Addresses | undefined;
  try {
    const { verdict, failure } = await execute({
      ...settingOf(job, talk),
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

function settingOf(job: Job, { tell, signal }: Talk): ExecutionSetting {
  const drill = decodeDrill(job.drill);
  noteFilledIn(drill, job.filledIn);
  const system = systemOf(drill.topology, SYSTEMS);
  if (!system) throw new InternalError({ expected: 'a system', found: `"${drill.topology.system}"` });
  const { seed, execution, folder, toxiproxy, environment } = job;
  return {
    clock,
    drill,
    runtime: RUNTIMES[job.runtime],
    system,
    faults: FAULTS,
    seed,
    execution,
    folder,
    toxiproxy,
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
