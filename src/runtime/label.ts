/** The run's label: how everything that a run creates can be told from everything else on the machine. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InternalError } from '../errors.js';
import { freshId } from '../random.js';
import type { ProcessIdentity } from './os-process.js';

/** In the environment of each process of a run: the run's label. */
export const RUN_VARIABLE = 'FAILOVER_DRILL_RUN';
/** In the same environment: which process is the runner, `<pid>.<start>`. */
export const RUNNER_VARIABLE = 'FAILOVER_DRILL_RUNNER';
/** What the names of the runs' folders begin with. */
export const FOLDER_PREFIX = 'failover-drill-';

/** The one form of labels. What has another one was not made here: no path or name is made from it. */
const FORM = /^[0-9a-f]{10}$/;

/** The label of a new run. */
export function freshRun(): string {
  return freshId();
}

/** Whether a text that was found somewhere can be the label of a run. */
export function isRun(text: string | undefined): text is string {
  return text !== undefined && FORM.test(text);
}

/** The folder for all that a run puts on disk and that goes away with it. */
export function folderOf(run: string): string {
  if (!isRun(run)) throw new InternalError({ expected: 'the label of a run', found: JSON.stringify(run) });
  return join(tmpdir(), `${FOLDER_PREFIX}${run}`);
}

/** What the names of the run's proxies begin with. A dot ends it: no label holds one. */
export function proxyPrefix(run: string): string {
  return `${run}.`;
}

export function formatRunner(runner: ProcessIdentity): string {
  return `${runner.pid}.${runner.started}`;
}

export function parseRunner(text: string): ProcessIdentity | undefined {
  const match = /^(\d+)\.(.*)$/.exec(text);
  return match ? { pid: Number(match[1]), started: match[2] ?? '' } : undefined;
}

/** Variables of the runner that a child process may see; nothing else is handed on. */
const HANDED_ON = ['PATH', 'HOME', 'LANG'];

/** The environment of a process of a run: the few variables that programs need, where the run's folder is, and the label. */
export function labelledEnvironment(
  run: string,
  runner: ProcessIdentity,
  outer: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const kept = HANDED_ON.flatMap((name) => (outer[name] === undefined ? [] : [[name, outer[name]]]));
  return {
    ...Object.fromEntries(kept),
    TMPDIR: tmpdir(),
    [RUN_VARIABLE]: run,
    [RUNNER_VARIABLE]: formatRunner(runner),
  };
}
