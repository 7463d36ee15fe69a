/** A process and all that it has started, as the operating system has them now. Linux alone; elsewhere there is none. */
import { basename } from 'node:path';
import process from 'node:process';
import { type Clock, sleep } from '../clock.js';
import { EnvironmentError } from '../errors.js';
import { allProcesses, commandOf, type ProcessIdentity, type RelatedProcess, stateOf } from './os-process.js';

export interface TreeProcess extends RelatedProcess {
  /** What it may be called: the kernel's name for it, and the program of its command line. */
  names: string[];
}

/** How many letters of a name the kernel keeps. */
const KERNEL_NAME = 15;
/** Time between two looks, ms. */
const LOOK_EVERY = 2;

/** The process itself first; empty where it has ended. Who was started by others in the same container is not in it. */
export function treeOf(root: ProcessIdentity): TreeProcess[] {
  const all = allProcesses();
  const first = all.find((one) => isSame(one, root));
  const tree = first ? [first] : [];
  // What is found is looked at in its turn.
  for (const { pid } of tree) tree.push(...all.filter(({ parent }) => parent === pid));
  return tree.map((one) => ({ ...one, names: namesOf(one) }));
}

/**
 * Those of the known processes that live, and who descends from them as far as that shows: their children, and who is
 * in a session that one of them has begun. Nobody can join a session from outside, so that who is in it descends from
 * its first process, whichever parents have ended; known ones may have ended, too, for they may have begun a session in
 * which others live on. A session that none of them has begun is somebody else's, whoever of them is in it.
 */
export function familyOf(known: readonly ProcessIdentity[], all = allProcesses()): ProcessIdentity[] {
  const family = all.filter((one) => known.some((other) => isSame(one, other)));
  const found = new Set(family.map(({ pid }) => pid));
  // Its number is not given away as long as somebody lives in it.
  const begun = new Set(known.map(({ pid }) => pid));
  // What is found is looked at in its turn.
  for (const { pid, session } of family)
    for (const one of all)
      if (!found.has(one.pid) && (one.parent === pid || (one.session === session && begun.has(session)))) {
        found.add(one.pid);
        begun.add(one.pid);
        family.push(one);
      }
  return family.map(({ pid, started }) => ({ pid, started }));
}

function isSame(one: ProcessIdentity, other: ProcessIdentity): boolean {
  return one.pid === other.pid && one.started === other.started;
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

/** How often more of them may have come into being while they were being signalled. */
const PASSES = 100;

/**
 * Sends the signal to each of them once, also to those that were started meanwhile: one that has a signal to take
 * starts no other one first, so that the last pass, which finds nobody new, has found all.
 */
export function signalAll(list: () => readonly ProcessIdentity[], signal: NodeJS.Signals): void {
  const sent = new Set<string>();
  for (let pass = 0; pass < PASSES; pass++) {
    const before = sent.size;
    for (const one of list()) {
      const name = `${one.pid}.${one.started}`;
      if (sent.has(name)) continue;
      sent.add(name);
      signalTo(one, signal);
    }
    if (sent.size === before) return;
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

function namesOf({ pid, name }: RelatedProcess): string[] {
  // Some write what they do into their command line: `postgres: walwriter`.
  return [name, basename(commandOf(pid).replace(/[: ].*$/, ''))];
}
