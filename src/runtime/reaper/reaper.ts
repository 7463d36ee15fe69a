/** The runner's side of the reaper: starts it, and tells it when there is nothing left to reap. */
import { type ChildProcess, spawn } from 'node:child_process';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { failuresOf } from '../../all-ended.js';
import { type Clock, within } from '../../clock.js';
import { EnvironmentError, messageOf } from '../../errors.js';
import { entry } from '../entry.js';
import { labelledEnvironment } from '../label.js';
import { type ProcessIdentity, thisProcess } from '../os-process.js';
import type { PortBlock } from '../ports.js';
import type { Inventory } from '../runtime.js';
import { reap, remaining } from './reap.js';
import { RunFolder } from './run-folder.js';

/** How long the reaper may take to be ready, and to end, ms. */
const PATIENCE = 10_000;

/** What a reaper is told first. */
export interface Task {
  run: string;
  runner: ProcessIdentity;
  /** Whether nodes are processes of this machine. */
  nodes: boolean;
}

export interface Reaper {
  readonly folder: RunFolder;
  /** The ports that are the run's as long as the reaper lives. */
  readonly ports: PortBlock;
  /** The environment for the run's processes: what programs need, and the label. */
  readonly environment: Readonly<Record<string, string>>;
  /** Takes down what is left of the run, and ends the reaper. Gives what is still there, and what could not be seen. */
  finish(): Promise<Pick<Inventory, 'leaked' | 'unseen'>>;
  /** Leaves it to the reaper to take everything down; resolves when it has done so and ended. */
  abandon(): Promise<void>;
}

/** Starts the reaper of a run, whose nodes may be processes of this machine. From here on, nothing of the run outlives the runner by more than 10 s. */
export async function startReaper(
  run: string,
  clock: Clock,
  outer: Readonly<Record<string, string | undefined>>,
  nodes?: 'nodes',
): Promise<Reaper> {
  const runner = thisProcess();
  const environment = labelledEnvironment(run, runner, outer);
  const folder = new RunFolder(run);
  // Detached: in a session of its own, out of reach of the terminal's signals.
  const child = spawn(process.execPath, [entry('runtime/reaper/process.js')], {
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
    env: environment,
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  child.stdin.on('error', () => {});
  // Arguments can be read by everybody, and so could the name of the folder before it is there.
  child.stdin.write(`${JSON.stringify({ run, runner, nodes: nodes !== undefined } satisfies Task)}\n`);
  const ports = await within(clock, PATIENCE, 'starting the reaper', () => ready(child)).catch(
    async (error: unknown) => {
      // It would be a process of the run that nobody ends.
      child.stdin.end('abandon\n');
      if (child.pid !== undefined)
        await within(clock, PATIENCE, 'its end', () => ended).catch(() => child.kill('SIGKILL'));
      throw new EnvironmentError(
        { message: 'the reaper did not start', found: messageOf(error) },
        { cause: error },
      );
    },
  );
  child.stdout.destroy();
  // It must not keep the runner from ending, which is what it waits for.
  child.unref();
  (child.stdin as unknown as { unref(): void }).unref();
  const end = async (word: string) => {
    child.ref();
    child.stdin.end(word);
    await within(clock, PATIENCE, 'the end of the reaper', () => ended);
  };
  return {
    folder,
    ports,
    environment,
    async finish() {
      const { left, unseen } = await reap(folder, clock, new Set([child.pid ?? 0]), 1);
      const wrong = await failuresOf([end('done\n')]);
      const rest = remaining(folder, new Set()).map(({ pid }) => `process ${pid}`);
      return { leaked: [...left, ...wrong, ...rest], ...(unseen.length > 0 ? { unseen } : {}) };
    },
    abandon: () => end('abandon\n'),
  };
}

/** The first line says whether it is ready. Rejects when it ends without a word. */
function ready(child: ChildProcess): Promise<PortBlock> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) =>
      reject(new EnvironmentError(`it ended with ${signal ?? `exit code ${code}`}`)),
    );
    if (!child.stdout) return;
    createInterface({ input: child.stdout }).once('line', (line) => {
      const told = JSON.parse(line) as { event: string; message?: string } & PortBlock;
      if (told.event === 'ready') resolve({ first: told.first, count: told.count });
      else reject(new EnvironmentError(told.message ?? 'no reason'));
    });
  });
}
