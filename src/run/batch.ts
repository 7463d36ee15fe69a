/**
 * A batch: several executions (drills times repeats), some at once, all into one output folder.
 *
 *     DIR/junit.xml  DIR/summary.md  DIR/<drill>/<k>/{drill.yaml,history.jsonl,verdict.json,logs/}
 */
import { setMaxListeners } from 'node:events';
import { lstat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Drill, encodeDrill, MOST_SEED } from '../drill/schema.js';
import { filledInOf } from '../drill/secrets.js';
import { InternalError } from '../errors.js';
import type { Event } from '../history/event.js';
import type { Addresses } from '../report/addresses.js';
import { makeFolder } from '../report/files.js';
import type { ReportedRun } from '../report/run.js';
import type { RuntimeName } from '../runtime/runtime.js';
import { systemOf } from '../system/system-of.js';
import type { Catalog } from './catalog.js';
import { type Executed, type ExecutionSetting, execute } from './execution.js';
import { inKeeper } from './keep/start.js';
import { earlierHistory } from './recorder.js';

export interface BatchDrill {
  /** The drill file as the user named it. */
  file: string;
  drill: Drill;
  /** By which it was loaded, where it has plug-ins of its own. */
  catalog?: Catalog;
}

/** What is told of each execution while it goes on. */
export interface Watcher {
  onEvent(event: Event): void;
  onDone(run: ReportedRun): void;
}

export interface BatchSetting
  extends Omit<
    ExecutionSetting,
    'drill' | 'catalog' | 'system' | 'seed' | 'execution' | 'folder' | 'onEvent' | 'keeping'
  > {
  drills: readonly BatchDrill[];
  catalogOf(drill: BatchDrill): Catalog;
  out: string;
  repeat: number;
  parallel: number;
  /** Whether none is to be begun after the first that does not pass. */
  bail?: boolean | undefined;
  /** Whether the first execution that does not pass is to be left as it is; none is begun after it. */
  keep?: boolean | undefined;
  /** Signs what an execution has left in its folder. */
  sign?: ((folder: string) => Promise<void>) | undefined;
  /** The seed of each drill's first execution; the k-th has k - 1 more, and after the largest comes 0. */
  seedOf(drill: Drill): number;
  watch(drill: BatchDrill, execution: number): Watcher;
}

/** What came of a batch. */
export interface Batch {
  /** What was executed, in the order in which it was asked for: also what was interrupted because another one failed. */
  runs: ReportedRun[];
  /** What kept executions from being carried out or written, in the order in which it came up. */
  failures: unknown[];
}

/**
 * Runs all executions; stops beginning new ones when the signal is aborted, and when one is kept. Where one fails (a full
 * disk, say, which is not its own alone), the others are interrupted and taken down before this resolves. Rejects, before
 * anything starts, where a folder holds the history of an earlier call.
 */
export async function runBatch(setting: BatchSetting): Promise<Batch> {
  const queue = setting.drills.flatMap((drill) =>
    Array.from({ length: setting.repeat }, (_, index) => ({ drill, execution: index + 1 })),
  );
  for (const { drill, execution } of queue) await refuseEarlierHistory(folderOf(setting, drill, execution));
  const order = new Map(queue.map((entry, index) => [entry, index]));
  const done: { at: number; run: ReportedRun }[] = [];
  const failures: unknown[] = [];
  const ending = new AbortController();
  const signal = AbortSignal.any([setting.signal, ending.signal]);
  // Each execution at work listens to it.
  setMaxListeners(0, signal);
  const fail = (error: unknown) => {
    failures.push(error);
    ending.abort(error);
  };
  let kept = false;
  let bailed = false;
  const mayStay = () => {
    const first = !kept;
    kept = true;
    return first;
  };
  const worker = async () => {
    for (let next = queue.shift(); next && !signal.aborted && !kept && !bailed; next = queue.shift()) {
      try {
        const { run, failure } = await runOne({ ...setting, signal }, next.drill, next.execution, mayStay);
        done.push({ at: order.get(next) ?? 0, run });
        bailed ||= setting.bail === true && run.verdict.verdict !== 'pass';
        if (failure) fail(failure);
      } catch (error) {
        fail(error);
      }
    }
  };
  await Promise.all(Array.from({ length: setting.parallel }, worker));
  return { runs: done.sort((left, right) => left.at - right.at).map(({ run }) => run), failures };
}

function folderOf({ out }: BatchSetting, { drill }: BatchDrill, execution: number): string {
  return join(out, drill.name, String(execution));
}

async function refuseEarlierHistory(folder: string): Promise<void> {
  const file = join(folder, 'history.jsonl');
  const isThere = await lstat(file).then(
    () => true,
    () => false,
  );
  if (isThere) throw earlierHistory(file);
}

async function runOne(
  setting: BatchSetting,
  entry: BatchDrill,
  execution: number,
  mayStay: () => boolean,
): Promise<{ run: ReportedRun; failure?: Error }> {
  const folder = folderOf(setting, entry, execution);
  await makeFolder(setting.out, entry.drill.name, String(execution), 'logs');
  const watcher = setting.watch(entry, execution);
  let started: string | undefined;
  const onEvent = (event: Event) => {
    if (event.type === 'run') started = event.started;
    watcher.onEvent(event);
  };
  const seed = seedAfter(setting.seedOf(entry.drill), execution - 1);
  const one = { entry, execution, folder, seed, onEvent };
  const { failure: unfinished, ...done }: Done = setting.keep
    ? await executeInKeeper(setting, one, mayStay)
    : await executeHere(setting, one);
  let failure: Error | undefined = unfinished;
  // Of what is not whole nothing is signed.
  if (setting.sign && !failure)
    await setting.sign(folder).catch((error: Error) => {
      failure = error;
    });
  const run = { file: entry.file, folder, ...done, ...(started === undefined ? {} : { started }) };
  watcher.onDone(run);
  return { run, ...(failure ? { failure } : {}) };
}

/** In whole numbers all the way: beyond the largest seed they are not told apart. */
function seedAfter(first: number, more: number): number {
  return first > MOST_SEED - more ? first - (MOST_SEED - more) - 1 : first + more;
}

interface Done extends Executed {
  kept?: Addresses;
}

interface One {
  entry: BatchDrill;
  execution: number;
  folder: string;
  seed: number;
  onEvent(event: Event): void;
}

function executeHere(setting: BatchSetting, { entry, ...one }: One): Promise<Done> {
  const { drill } = entry;
  const catalog = setting.catalogOf(entry);
  const { file } = entry;
  return execute({
    ...setting,
    ...one,
    drill,
    file,
    catalog,
    system: systemOf(drill.topology, catalog.systems),
  });
}

/** What may outlive us must not be ours: an execution that may be kept is a process of its own from the beginning. */
async function executeInKeeper(
  { catalogOf, runtime, linksBy, environment, signal }: BatchSetting,
  { entry, execution, folder, seed, onEvent }: One,
  mayStay: () => boolean,
): Promise<Done> {
  const { verdict, stays } = await inKeeper(
    {
      how: 'run',
      drill: encodeDrill(entry.drill, catalogOf(entry)),
      filledIn: filledInOf(entry.drill),
      file: resolve(entry.file),
      plugins: catalogOf(entry).files,
      runtime: runtime.name as RuntimeName,
      seed,
      execution,
      folder: resolve(folder),
      linksBy,
      environment,
    },
    { onEvent, mayStay, signal },
  );
  if (!verdict) throw new InternalError({ expected: 'a verdict', found: 'none' });
  return { verdict, ...(stays ? { kept: stays } : {}) };
}
