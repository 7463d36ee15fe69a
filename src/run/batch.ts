/**
 * A batch: several executions (drills times repeats), some at once, all into one output folder.
 *
 *     DIR/junit.xml  DIR/summary.md  DIR/<drill>/<k>/{drill.yaml,history.jsonl,verdict.json,logs/}
 */
import { join } from 'node:path';
import type { Drill } from '../drill/schema.js';
import type { Event } from '../history/event.js';
import { makeFolder } from '../report/files.js';
import type { ReportedRun } from '../report/run.js';
import type { System } from '../system/system.js';
import { type ExecutionSetting, execute } from './execution.js';

export interface BatchDrill {
  /** The drill file as the user named it. */
  file: string;
  drill: Drill;
}

/** What is told of each execution while it goes on. */
export interface Watcher {
  onEvent(event: Event): void;
  onDone(run: ReportedRun): void;
}

export interface BatchSetting
  extends Omit<ExecutionSetting, 'drill' | 'system' | 'seed' | 'execution' | 'folder' | 'onEvent'> {
  drills: readonly BatchDrill[];
  systemOf(drill: Drill): System;
  out: string;
  repeat: number;
  parallel: number;
  /** The seed of each drill's first execution; the k-th has k - 1 more. */
  seedOf(drill: Drill): number;
  watch(drill: BatchDrill, execution: number): Watcher;
}

/** Runs all executions; stops beginning new ones when the signal is aborted. */
export async function runBatch(setting: BatchSetting): Promise<ReportedRun[]> {
  const queue = setting.drills.flatMap((drill) =>
    Array.from({ length: setting.repeat }, (_, index) => ({ drill, execution: index + 1 })),
  );
  const order = new Map(queue.map((entry, index) => [entry, index]));
  const done: { at: number; run: ReportedRun }[] = [];
  const worker = async () => {
    for (let next = queue.shift(); next && !setting.signal.aborted; next = queue.shift()) {
      done.push({ at: order.get(next) ?? 0, run: await runOne(setting, next.drill, next.execution) });
    }
  };
  await Promise.all(Array.from({ length: setting.parallel }, worker));
  return done.sort((left, right) => left.at - right.at).map(({ run }) => run);
}

async function runOne(setting: BatchSetting, entry: BatchDrill, execution: number): Promise<ReportedRun> {
  const folder = join(setting.out, entry.drill.name, String(execution));
  await makeFolder(join(folder, 'logs'));
  const watcher = setting.watch(entry, execution);
  const verdict = await execute({
    ...setting,
    drill: entry.drill,
    system: setting.systemOf(entry.drill),
    seed: setting.seedOf(entry.drill) + execution - 1,
    execution,
    folder,
    onEvent: (event) => watcher.onEvent(event),
  });
  const run = { file: entry.file, folder, verdict };
  watcher.onDone(run);
  return run;
}
