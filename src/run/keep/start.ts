/** The command's side of a keeper: starts it, passes on what it tells, and leaves it to itself where something stays. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import type { Verdict } from '../../checker/verdict.js';
import { EnvironmentError, InternalError, messageOf, UsageError } from '../../errors.js';
import type { Event } from '../../history/event.js';
import { openToAppend } from '../../own-file.js';
import type { Addresses } from '../../report/addresses.js';
import { entry } from '../../runtime/entry.js';
import type { Job, Order, Told } from './protocol.js';

export interface KeeperSetting {
  onEvent(event: Event): void;
  /** Whether what did not pass may stay. */
  mayStay(): boolean;
  signal: AbortSignal;
}

export interface Done {
  /** Of a drill that was carried out. */
  verdict?: Verdict;
  /** What stays, until `drill down` removes it. */
  stays?: Addresses;
}

const ERRORS = { usage: UsageError, environment: EnvironmentError, internal: InternalError } as const;

/**
 * Has a job done by a keeper of its own. Resolves when it is done and the keeper has either ended or been left to
 * itself; rejects with what the keeper could not do.
 */
export async function inKeeper(job: Job, setting: KeeperSetting): Promise<Done> {
  const log = join(job.folder, 'logs', '_keeper.log');
  const fd = openToAppend(log);
  // Detached: in a session of its own, so that the terminal's signals and its end reach only the command.
  const child = spawn(process.execPath, [entry('run/keep/process.js')], {
    detached: true,
    stdio: ['ignore', fd, fd, 'ipc'],
    env: { ...job.environment },
  });
  closeSync(fd);
  const order = (what: Job | Order) => {
    if (child.connected) child.send(what, () => {});
  };
  const interrupt = () => order('interrupt');
  setting.signal.addEventListener('abort', interrupt, { once: true });
  try {
    order(job);
    if (setting.signal.aborted) interrupt();
    const { verdict, stays } = await listen(child, setting, order, log);
    // Whoever interrupts wants nothing to stay; the keeper has heard it, too.
    if (stays && !setting.signal.aborted) {
      await new Promise((resolve) => child.send('leave' satisfies Order, resolve));
      child.disconnect();
      child.unref();
      return { ...(verdict ? { verdict } : {}), stays };
    }
    await ended(child);
    return verdict ? { verdict } : {};
  } finally {
    setting.signal.removeEventListener('abort', interrupt);
  }
}

/** Resolves when it says that it is done. */
function listen(
  child: ChildProcess,
  { onEvent, mayStay }: KeeperSetting,
  order: (what: Order) => void,
  log: string,
): Promise<Done> {
  return new Promise((resolve, reject) => {
    child.on('message', (message) => {
      const told = message as Told;
      if (told.tell === 'event') onEvent(told.event);
      if (told.tell === 'may-stay') order(mayStay() ? 'stay' : 'down');
      if (told.tell === 'done') resolve(told);
      if (told.tell === 'failed') {
        const { message: text, kind } = told;
        void ended(child).then(() => reject(new ERRORS[kind](text)));
      }
    });
    child.once('error', (error) => reject(lost(messageOf(error), log)));
    // Later than its end, and than everything that it told.
    child.once('disconnect', async () => {
      await ended(child);
      reject(lost(`that it ended with ${child.signalCode ?? `exit code ${child.exitCode}`}`, log));
    });
  });
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once('exit', () => resolve());
  });
}

function lost(found: string, log: string): EnvironmentError {
  let wrote = '';
  try {
    wrote = readFileSync(log, 'utf8').trim();
  } catch {
    // It never came to write anything.
  }
  return new EnvironmentError({
    where: 'the keeper',
    expected: 'it to carry the drill out',
    found: `${found}${wrote ? `; it wrote: ${wrote.slice(-2000)}` : ''}`,
    todo: 'what it had is being removed; run it again',
  });
}
