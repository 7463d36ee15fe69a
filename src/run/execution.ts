/**
 * One execution of a drill: opens what it needs, has the phases carried out, takes everything down again
 * whatever happened, and judges the history that is left.
 *
 *     history -> world -> nodes -> phases -> down -> inventory -> end -> verdict
 *
 * Where it is asked for, the topology of a drill that did not pass is left as it is in place of `down`.
 */
import { setMaxListeners } from 'node:events';
import { join } from 'node:path';
import { type Judged, judgedWith } from '../checker/judge.js';
import type { Verdict } from '../checker/verdict.js';
import { type Clock, unlessAborted } from '../clock.js';
import type { Drill } from '../drill/schema.js';
import { EnvironmentError, linesOf, messageOf } from '../errors.js';
import type { EndEvent, Event, EventBody, Nanoseconds } from '../history/event.js';
import { historyOf } from '../history/history.js';
import { type Random, seeded } from '../random.js';
import { logEnds, writeExecution } from '../report/files.js';
import { executionPage } from '../report/html/page.js';
import type { Inventory, Runtime } from '../runtime/runtime.js';
import type { System } from '../system/system.js';
import { beginHistory } from './begin-history.js';
import type { Catalog } from './catalog.js';
import { conduct } from './phases.js';
import type { Plan } from './plan.js';
import type { Recorder } from './recorder.js';
import { Stage } from './stage.js';

/** Whoever looks after what is left as it is. */
export interface Keeping {
  /** Whether what did not pass is to be left. Asked once, and only where there is something to leave. */
  wanted(): Promise<boolean>;
  /** Told what is left: from here on, taking it down is their business. */
  left(stage: Stage): void;
}

export interface ExecutionSetting {
  clock: Clock;
  drill: Drill;
  runtime: Runtime;
  system: System;
  catalog: Catalog;
  seed: number;
  /** From 1 to --repeat. */
  execution: number;
  /** The drill file as the user named it; left out where there is none. */
  file?: string;
  /** An empty folder with an empty folder `logs` in it. Nothing is written if left out, which is for simulated worlds. */
  folder?: string | undefined;
  /** What is to carry the links, as the user has said it; the runtime's business. */
  linksBy?: string | undefined;
  /** The runner's environment, for PATH and the like. */
  environment: Readonly<Record<string, string | undefined>>;
  /** Told of every event as it is recorded. */
  onEvent(event: Event): void;
  signal: AbortSignal;
  /** Without it, everything is taken down. */
  keeping?: Keeping | undefined;
}

/** What came of an execution. */
export interface Executed {
  verdict: Verdict;
  /** Why its history, or a file beside it, could not be written. Nobody could check the verdict: it is no pass. */
  failure?: EnvironmentError;
}

/** Executes a drill. Rejects only where not even a history could be begun. */
export async function execute(asked: ExecutionSetting): Promise<Executed> {
  const time = asked.runtime.time?.();
  const setting = time ? { ...asked, clock: time.clock } : asked;
  const { folder, file, catalog } = setting;
  const ending = new AbortController();
  // Everything under way listens to it, and that may be a lot at once.
  setMaxListeners(0, ending.signal);
  let failure: EnvironmentError | undefined;
  const fail = (error: EnvironmentError) => {
    failure ??= error;
    ending.abort(error);
  };
  const { recorder, plan, text } = await beginHistory({ ...setting, gathers: time !== undefined }, fail);
  const abort = () => ending.abort(setting.signal.reason);
  if (setting.signal.aborted) abort();
  setting.signal.addEventListener('abort', abort, { once: true });
  if (folder !== undefined) await writeExecution(folder, { drill: text }).catch(fail);
  const played = () => play(setting, plan, recorder, ending.signal);
  const reason = failure !== undefined ? 'failed' : await (time ? time.pass(played) : played());
  recorder.record({ type: 'end', reason });
  await recorder.close();
  setting.signal.removeEventListener('abort', abort);
  const { history, ...written } = judged(recorder.events, failure, catalog);
  if (folder !== undefined) {
    const page = await pageOf(folder, file, { ...written, history }).catch(fail);
    const files = { ...(page === undefined ? {} : { page }), verdict: written.verdict };
    await writeExecution(folder, files).catch(fail);
  }
  const { verdict } = failure === undefined ? written : judged(recorder.events, failure, catalog);
  recorder.forget();
  return failure === undefined ? { verdict } : { verdict, failure };
}

/** The page of an execution. Rejects with an EnvironmentError where it cannot be made: the verdict is worth more than it. */
async function pageOf(folder: string, file = join(folder, 'drill.yaml'), judged: Judged): Promise<string> {
  try {
    return executionPage({ ...judged, logs: await logEnds(folder) }, file);
  } catch (error) {
    const message = `the page cannot be made (${messageOf(error)})`;
    throw new EnvironmentError(
      { where: folder, message, todo: 'report it, with the history' },
      { cause: error },
    );
  }
}

/** The verdict on what was recorded; what could not be written is a problem of the run, whatever else came of it. */
function judged(events: readonly Event[], failure: EnvironmentError | undefined, catalog: Catalog): Judged {
  if (failure === undefined) return judgedWith(historyOf(events), catalog);
  const before = events.filter(({ type }) => type !== 'end');
  const rest: EventBody[] = [
    { type: 'problem', message: linesOf(failure) },
    { type: 'end', reason: 'failed' },
  ];
  return judgedWith(historyOf([...before, ...stamped(before, rest)]), catalog);
}

/** What could come next in a history. */
function stamped(events: readonly Event[], bodies: readonly EventBody[]): Event[] {
  const time = events.at(-1)?.time ?? 0;
  return bodies.map((body, at) => ({ index: events.length + at, time, ...body }));
}

/** Up, the phases, down. Says how it ended; what kept the drill from being carried out is on record. */
async function play(
  setting: ExecutionSetting,
  plan: Plan,
  recorder: Recorder,
  signal: AbortSignal,
): Promise<EndEvent['reason']> {
  const random: Random = seeded(setting.seed);
  const ground = new AbortController();
  const either = AbortSignal.any([signal, ground.signal]);
  setMaxListeners(0, ground.signal, either);
  let lost: Nanoseconds | undefined;
  const stage = new Stage({
    ...setting,
    plan,
    recorder,
    random,
    signal: either,
    onLost(error, since) {
      lost = recorder.scale(since);
      ground.abort(error);
    },
  });
  let reason: EndEvent['reason'] = 'done';
  try {
    recorder.record({ type: 'phase', phase: 'up' });
    await conduct(await stage.up()).finally(() => groundHolds(stage, signal, ground.signal));
  } catch (error) {
    reason = signal.aborted ? 'interrupted' : 'failed';
    // Whatever failed first: that the ground is gone is the reason.
    const cause = ground.signal.aborted ? ground.signal.reason : error;
    const since = lost === undefined ? {} : { lost };
    if (!signal.aborted) recorder.record({ type: 'problem', message: linesOf(cause), ...since });
  }
  recorder.record({ type: 'phase', phase: 'down' });
  recorder.record({ type: 'inventory', ...(await leave(stage, setting, recorder, reason)) });
  return reason;
}

/** What is gone at the end may have been gone a while: it is looked at once more. Rejects where it is. */
async function groundHolds(stage: Stage, signal: AbortSignal, ground: AbortSignal): Promise<void> {
  if (!signal.aborted) await unlessAborted(signal, stage.confirm());
  ground.throwIfAborted();
}

/** Takes the stage down, or leaves it as it is where that is wanted and the drill did not pass. */
async function leave(
  stage: Stage,
  { keeping, catalog }: ExecutionSetting,
  recorder: Recorder,
  reason: EndEvent['reason'],
): Promise<Inventory> {
  if (!keeping || reason === 'interrupted' || !stage.stands || passes(recorder.events, reason, catalog)) {
    return stage.down();
  }
  if (!(await keeping.wanted())) return stage.down();
  const inventory = await stage.keep();
  keeping.left(stage);
  return inventory;
}

/** The verdict as it will be, if nothing is left behind. */
function passes(events: readonly Event[], reason: EndEvent['reason'], catalog: Catalog): boolean {
  const rest: EventBody[] = [
    { type: 'inventory', created: { processes: 0, proxies: 0, folders: 0 }, leaked: [] },
    { type: 'end', reason },
  ];
  return judgedWith(historyOf([...events, ...stamped(events, rest)]), catalog).verdict.verdict === 'pass';
}
