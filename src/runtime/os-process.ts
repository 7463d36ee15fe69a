/**
 * What the operating system says of processes: asked now, never remembered. A process is known by its number
 * together with the mark of its start, so that a number that was given away again is not taken for it. Linux counts the
 * time of a start from the boot on: there the mark names the boot too, since notes of processes outlive it.
 *
 * On Linux this is read from /proc; elsewhere `ps` is asked, and other processes' environments cannot be seen.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import process from 'node:process';

export interface ProcessIdentity {
  pid: number;
  /** When it was started, in the operating system's own terms; only ever compared. On Linux `<ticks>@<boot>`. */
  started: string;
}

/**
 * `ending`: the system is taking it down; it runs no code of its own any more, but its memory and its ports are not
 * free yet. Told on Linux only. `gone` includes a process that has ended and was not yet waited for.
 */
export type ProcessState = 'running' | 'stopped' | 'ending' | 'gone';

/** The kernel's PF_EXITING, among the flags of a process. */
const EXITING = 0x4;

/** Whether the system shows all processes with their parents and sessions: on Linux. */
export const hasProc = existsSync('/proc/self/stat');

/** Which boot of the machine this is; another one each time. Empty where the system does not tell. */
const BOOT = textOf('/proc/sys/kernel/random/boot_id').trim();

/** The process with this number as it is now, or undefined where there is none that lives. */
export function identify(pid: number): ProcessIdentity | undefined {
  const seen = look(pid);
  return seen && seen.state !== 'gone' ? { pid, started: seen.started } : undefined;
}

/** The process that this code runs in. */
export function thisProcess(): ProcessIdentity {
  const { pid } = process;
  return identify(pid) ?? { pid, started: '' };
}

/**
 * The machine, or the part of it, in which processes have the numbers that they have here: its name, and the namespace
 * of process numbers, which a container has of its own.
 */
export function thisMachine(): string {
  return [hostname(), numberSpaceOf('self')].filter(Boolean).join('.');
}

/** Undefined where there is no such thing, or it cannot be seen. */
function numberSpaceOf(pid: number | 'self'): string | undefined {
  try {
    return /\d+/.exec(readlinkSync(`/proc/${pid}/ns/pid`))?.[0];
  } catch {
    return undefined;
  }
}

interface Seen {
  state: ProcessState;
  started: string;
}

/** A living process with its place among the others. */
export interface RelatedProcess extends ProcessIdentity {
  parent: number;
  /** The session that it is in: the number of the process that began it. Nobody can join one that is there. */
  session: number;
  stopped: boolean;
  /** The kernel's name for it. */
  name: string;
}

/** Every living process; empty where the system does not show them (other than Linux). */
export function allProcesses(): RelatedProcess[] {
  if (!hasProc) return [];
  return readdirSync('/proc').flatMap((name) => {
    const stat = /^\d+$/.test(name) ? statOf(Number(name)) : undefined;
    return stat === undefined || stat.state === 'gone' ? [] : [stat];
  });
}

/** Where it works; undefined where it has ended, or is another user's. */
export function workingFolderOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined;
  }
}

/** Its command line, for people; empty where there is none to see. */
export function commandOf(pid: number): string {
  return textOf(`/proc/${pid}/cmdline`).split('\0').join(' ').trim();
}

/** Whether one was started in the same boot as the other, and not before it. Linux alone: elsewhere it never is. */
export function isSince(one: ProcessIdentity, other: ProcessIdentity): boolean {
  const [ticks, boot] = one.started.split('@');
  const [first, firstBoot] = other.started.split('@');
  return boot === firstBoot && Number(ticks) >= Number(first);
}

/** What the process is doing. A number that belongs to another process by now counts as `gone`. */
export function stateOf(process: ProcessIdentity): ProcessState {
  const seen = look(process.pid);
  return seen && seen.started === process.started ? seen.state : 'gone';
}

/** A living process whose environment could be read. */
export interface SeenProcess extends ProcessIdentity {
  environment: Readonly<Record<string, string>>;
}

/**
 * Every living process of this user in whose environment there is the variable; empty where environments cannot be
 * seen. Root sees everybody's, but what others write into theirs is not to be believed. What runs in a container knows
 * its runner by another number than is seen here: it is left out.
 */
export function processesWith(variable: string): SeenProcess[] {
  if (!hasProc) return [];
  const own = numberSpaceOf('self');
  const found: SeenProcess[] = [];
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const environment = environmentOf(pid);
    if (environment?.[variable] === undefined || !isOfThisUser(pid) || numberSpaceOf(pid) !== own) continue;
    const identity = identify(pid);
    if (identity) found.push({ ...identity, environment });
  }
  return found;
}

/** In all of its roles: one that another user has started with the rights of this one has that user's environment. */
function isOfThisUser(pid: number): boolean {
  const [, ...users] = /^Uid:\s+(\d+)\s+(\d+)\s+(\d+)\s+(\d+)$/m.exec(textOf(`/proc/${pid}/status`)) ?? [];
  return users.length > 0 && users.every((user) => Number(user) === process.getuid?.());
}

function environmentOf(pid: number): Record<string, string> | undefined {
  try {
    const pairs = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
    return Object.fromEntries(
      pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
    );
  } catch {
    // It ended meanwhile, or it is another user's: in both cases none of ours.
    return undefined;
  }
}

function look(pid: number): Seen | undefined {
  return hasProc ? statOf(pid) : askPs(pid);
}

/** Undefined where no process has this number. */
function statOf(pid: number): (RelatedProcess & Seen) | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return undefined;
  }
  // The second field is the name in parentheses, which may itself hold spaces and parentheses.
  const end = stat.lastIndexOf(')');
  const fields = stat.slice(end + 2).split(' ');
  const state = stateFrom(fields[0] ?? '');
  // Its first thread may have ended while others go on: what it holds open is so until the last one has.
  const exiting = state === 'gone' ? Number(fields[17]) > 1 : (Number(fields[6]) & EXITING) !== 0;
  return {
    pid,
    started: `${fields[19]}@${BOOT}`,
    parent: Number(fields[1]),
    session: Number(fields[3]),
    state: exiting ? 'ending' : state,
    stopped: state === 'stopped',
    name: stat.slice(stat.indexOf('(') + 1, end),
  };
}

/** Empty where it cannot be read. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Elsewhere than on Linux a start is a time of day, which tells boots apart. */
function askPs(pid: number): Seen | undefined {
  try {
    const line = execFileSync('ps', ['-o', 'state=,lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    const [state = '', ...started] = line.split(/\s+/);
    return { state: stateFrom(state), started: started.join(' ') };
  } catch {
    return undefined;
  }
}

function stateFrom(letter: string): ProcessState {
  if (/^[ZXx]/.test(letter) || letter === '') return 'gone';
  return /^[Tt]/.test(letter) ? 'stopped' : 'running';
}
