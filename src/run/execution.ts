/**
 * One execution of a drill: opens what it needs, has the phases carried out, takes everything down again
 * whatever happened, and judges the history that is left.
 *
 *     history -> runtime -> Toxiproxy -> links -> power -> nodes -> phases -> down -> inventory -> end -> verdict
 *
 * Where it is asked for, the topology of a drill that did not pass is left as it is in place of `down`.
 */
import { setMaxListeners } from 'node:events';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { judge } from '../checker/judge.js';
import type { Verdict } from '../checker/verdict.js';
import type { Clock } from '../clock.js';
import { type Drill, encodeDrill } from '../drill/schema.js';
import { type EnvironmentError, linesOf } from '../errors.js';
import { type EndEvent, type Event, type EventBody, HISTORY_FORMAT } from '../history/event.js';
import { historyOf } from '../history/history.js';
import type { ToxiproxyChoice } from '../link/toxiproxy-choice.js';
import { type Random, seeded } from '../random.js';
import { writeExecution } from '../report/files.js';
import type { Inventory, Runtime } from '../runtime/runtime.js';
import type { System } from '../system/system.js';
import { VERSION } from '../version.js';
import type { FaultKinds } from './fault-kinds.js';
import { conduct } from './phases.js';
import { type Plan, planOf } from './plan.js';
import { Recorder } from './recorder.js';
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
  faults: FaultKinds;
  seed: number;
  /** From 1 to --repeat. */
  execution: number;
  /** An empty folder with an empty folder `logs` in it. */
  folder: string;
  /** Which Toxiproxy carries the links. */
  toxiproxy: ToxiproxyChoice;
  /** The runner's environment, for PATH and the like. */
  environment: Readonly<Record<string, string | undefined>>;
  /** Told of every event as it is recorded. */
  onEvent(event: Event): void;
  signal: AbortSignal;
  /** Without it, everything is taken down. */
  keeping?: Keeping | undefined;
}

/** Executes a drill. Rejects only where not even a history could be begun. */
export async function execute(setting: ExecutionSetting): Promise<Verdict> {
  const { drill, folder, clock } = setting;
  const ending = new AbortController();
  // Everything under way listens to it, and that may be a lot at once.
  setMaxListeners(0, ending.signal);
  const abort = () => ending.abort(setting.signal.reason);
  if (setting.signal.aborted) abort();
  setting.signal.addEventListener('abort', abort, { once: true });
  const recorder = await Recorder.open({
    clock,
    file: join(folder, 'history.jsonl'),
    onFailure: (error: EnvironmentError) => ending.abort(error),
  });
  recorder.subscribe(setting.onEvent);
  const plan = planOf(drill);
  recordRun(recorder, setting, plan);
  await writeExecution(folder, { drill: stringify(encodeDrill({ ...drill, seed: setting.seed })) });
  const reason = await play(setting, plan, recorder, ending.signal);
  recorder.record({ type: 'end', reason });
  await recorder.close();
  setting.signal.removeEventListener('abort', abort);
  const verdict = judge(historyOf(recorder.events));
  await writeExecution(folder, { verdict });
  if (ending.signal.aborted && !setting.signal.aborted) throw ending.signal.reason;
  return verdict;
}

/** The first line of a history. */
export function recordRun(
  recorder: Recorder,
  setting: Pick<ExecutionSetting, 'drill' | 'runtime' | 'seed' | 'execution' | 'clock'>,
  plan: Plan,
): void {
  const { drill, runtime, seed, execution, clock } = setting;
  recorder.record({
    type: 'run',
    format: HISTORY_FORMAT,
    tool: VERSION,
    drill: encodeDrill({ ...drill, seed }),
    runtime: runtime.name,
    seed,
    execution,
    started: clock.wall().toISOString(),
    nodes: [
      ...plan.nodes.map((name) => {
        const { role, tags = [] } = drill.topology.nodes[name]!;
        return { name, kind: 'node' as const, ...(role === 'dependency' ? {} : { role }), tags };
      }),
      ...plan.supervisors.map((name) => ({ name, kind: 'supervisor' as const, tags: [] })),
    ],
  });
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
  setMaxListeners(0, ground.signal);
  const stage = new Stage({
    ...setting,
    plan,
    recorder,
    random,
    signal: AbortSignal.any([signal, ground.signal]),
    onLost: (error) => ground.abort(error),
  });
  let reason: EndEvent['reason'] = 'done';
  try {
    recorder.record({ type: 'phase', phase: 'up' });
    await conduct(await stage.up());
  } catch (error) {
    reason = signal.aborted ? 'interrupted' : 'failed';
    // Whatever failed first: that the nodes' ground is gone is the reason.
    const cause = ground.signal.aborted ? ground.signal.reason : error;
    if (!signal.aborted) recorder.record({ type: 'problem', message: linesOf(cause) });
  }
  recorder.record({ type: 'phase', phase: 'down' });
  recorder.record({ type: 'inventory', ...(await leave(stage, setting.keeping, recorder, reason)) });
  return reason;
}

/** Takes the stage down, or leaves it as it is where that is wanted and the drill did not pass. */
async function leave(
  stage: Stage,
  keeping: Keeping | undefined,
  recorder: Recorder,
  reason: EndEvent['reason'],
): Promise<Inventory> {
  if (!keeping || reason === 'interrupted' || !stage.stands || passes(recorder.events, reason)) {
    return stage.down();
  }
  if (!(await keeping.wanted())) return stage.down();
  const inventory = await stage.keep();
  keeping.left(stage);
  return inventory;
}

/** The verdict as it will be, if nothing is left behind. */
function passes(events: readonly Event[], reason: EndEvent['reason']): boolean {
  const last = events.at(-1);
  const rest: EventBody[] = [
    { type: 'inventory', created: { processes: 0, proxies: 0, folders: 0 }, leaked: [] },
    { type: 'end', reason },
  ];
  const stamped = rest.map((body, at) => ({
    index: events.length + at,
    time: last?.time ?? 0,
    ...body,
  }));
  return judge(historyOf([...events, ...stamped])).verdict === 'pass';
}
