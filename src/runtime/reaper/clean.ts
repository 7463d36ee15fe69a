/** `drill clean`: takes down by hand what earlier runs left behind and their reapers did not get. */
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import process from 'node:process';
import type { Clock } from '../../clock.js';
import { FOLDER_PREFIX, folderOf, parseRunner, RUN_VARIABLE, RUNNER_VARIABLE } from '../label.js';
import { type ProcessIdentity, processesWith, stateOf } from '../os-process.js';
import { reap } from './reap.js';
import { RunFolder } from './run-folder.js';

export interface Cleaned {
  /** How many processes were killed and how many folders removed. */
  processes: number;
  folders: number;
  /** What could not be removed, one text each. */
  left: string[];
}

/**
 * Removes everything that carries the label of a run whose runner is dead; with `all`, of every run, those that
 * are under way included.
 */
export async function clean({ clock, all = false }: { clock: Clock; all?: boolean }): Promise<Cleaned> {
  const runs = [...findRuns()].filter(([, run]) => all || !isAlive(run.runner));
  const spare = new Set([process.pid]);
  const reaped = await Promise.all(
    runs.map(([label]) => reap(label, new RunFolder(folderOf(label)), clock, spare)),
  );
  return {
    processes: reaped.reduce((sum, { processes }) => sum + processes, 0),
    folders: runs.filter(([, { folder }]) => folder).length,
    left: reaped.flatMap(({ left }) => left),
  };
}

interface FoundRun {
  runner: ProcessIdentity | undefined;
  folder: boolean;
}

/** The runs of which there is a process or a folder, by label. */
function findRuns(): Map<string, FoundRun> {
  const runs = new Map<string, FoundRun>();
  for (const { environment } of processesWith(RUN_VARIABLE)) {
    const label = environment[RUN_VARIABLE] ?? '';
    runs.set(label, { runner: parseRunner(environment[RUNNER_VARIABLE] ?? ''), folder: false });
  }
  for (const name of readdirSync(tmpdir())) {
    if (!name.startsWith(FOLDER_PREFIX)) continue;
    const label = name.slice(FOLDER_PREFIX.length);
    const runner = runs.get(label)?.runner ?? new RunFolder(folderOf(label)).runner();
    runs.set(label, { runner, folder: true });
  }
  return runs;
}

function isAlive(runner: ProcessIdentity | undefined): boolean {
  return runner !== undefined && stateOf(runner) !== 'gone';
}
