/** A process and all that it has started, as the operating system has them now. Linux alone; elsewhere there is none. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import process from 'node:process';
import { type Clock, sleep } from '../clock.js';
import { EnvironmentError } from '../errors.js';
import { type ProcessIdentity, stateOf } from './os-process.js';

export interface TreeProcess extends ProcessIdentity {
  parent: number;
  stopped: boolean;
  /** What it may be called: the kernel's name for it, and the program of its command line. */
  names: string[];
}

/** How many letters of a name the kernel keeps. */
const KERNEL_NAME = 15;
/** Time between two looks, ms. */
const LOOK_EVERY = 2;

/** The process itself first; empty where it has ended. Who was started by others in the same container is not in it. */
export function treeOf(root: ProcessIdentity): TreeProcess[] {
  const all = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (look(Number(name)) ?? []) : []));
  const first = all.find(({ pid, started }) => pid === root.pid && started === root.started);
  const tree = first ? [first] : [];
  // What is found is looked at in its turn.
  for (const { pid } of tree) tree.push(...all.filter(({ parent }) => parent === pid));
  return tree;
}

/** The ones of this name that were not started by another one of it: the one to end where there are workers too. */
export function named(tree: readonly TreeProcess[], name: string): TreeProcess[] {
  const known = [name, name.slice(0, KERNEL_NAME)];
  const found = tree.filter(({ names }) => names.some((one) => known.includes(one)));
  return found.filter(({ parent }) => !found.some(({ pid }) => pid === parent));
}

/** Sends the signal to this very process; false where it has ended, whoever has its number by now. */
export function signalTo(target: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (stateOf(target) === 'gone') return false;
  try {
    return process.kill(target.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

/** Stops or continues all of them, also those that are started meanwhile. Rejects where it takes longer than `ms`. */
export async function signalTree(
  root: ProcessIdentity,
  signal: 'SIGSTOP' | 'SIGCONT',
  clock: Clock,
  ms: number,
): Promise<void> {
  const end = clock.now() + ms;
  for (;;) {
    const others = treeOf(root).filter(({ stopped }) => stopped !== (signal === 'SIGSTOP'));
    if (others.length === 0) return;
    if (clock.now() > end)
      throw new EnvironmentError({
        expected: `${signal} to take effect on all processes`,
        found: `${others.length} on which it did not`,
      });
    for (const one of others) signalTo(one, signal);
    await sleep(clock, LOOK_EVERY);
  }
}

/** Undefined for what is no process, or has ended. */
function look(pid: number): TreeProcess | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name is in parentheses and may itself hold spaces and parentheses.
    const end = stat.lastIndexOf(')');
    const kernelName = stat.slice(stat.indexOf('(') + 1, end);
    const fields = stat.slice(end + 2).split(' ');
    const state = fields[0] ?? '';
    if (/[ZXx]/.test(state)) return undefined;
    const [program = ''] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return {
      pid,
      parent: Number(fields[1]),
      started: fields[19] ?? '',
      stopped: /[Tt]/.test(state),
      // Some write what they do into their command line: `postgres: walwriter`.
      names: [kernelName, basename(program.replace(/[: ].*$/, ''))],
    };
  } catch {
    return undefined;
  }
}
