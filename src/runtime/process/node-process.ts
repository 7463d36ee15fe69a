/**
 * One node (or helper) as a process and all that it started, over all its restarts:
 *
 *     start -> running <-> stopped (SIGSTOP/SIGCONT) -> gone -> start -> ...
 *
 * Signals go to all of them (members.ts). As in a container, the first process is the node's life: once it has ended,
 * the others are killed, and the node is gone when they are. What state it is in is asked of the operating system.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import process from 'node:process';
import { becomes, type Clock, within } from '../../clock.js';
import { EnvironmentError, messageOf } from '../../errors.js';
import { hasProc, identify, type ProcessIdentity, type ProcessState, stateOf } from '../os-process.js';
import { signalAll } from '../process-tree.js';
import type { Program } from '../runtime.js';
import { Lines } from './lines.js';
import type { Members } from './members.js';
import { NodeLog } from './node-log.js';

export interface NodeProcessSetting {
  name: string;
  clock: Clock;
  /** Where its log is kept. */
  log: string;
  /** The folder that it runs in. */
  folder: string;
  /** Its environment; the program's own is added to it. */
  environment: Readonly<Record<string, string>>;
  /** Whether its standard input is a pipe from us, which it can take for a sign of life. */
  lifeline: boolean;
  /** Who belongs to it besides its first process. */
  members: Members;
  /** Told of each process as soon as it exists; one that this cannot take note of, and throws, is ended. */
  onStart(process: ProcessIdentity): void;
  onLine(line: string): void;
  onExit(detail: string, at: number): void;
}

interface Current {
  identity: ProcessIdentity;
  child: ChildProcess;
  exited: Promise<{ detail: string; at: number }>;
  /** It and all that it started have been seen to be gone. */
  over: boolean;
}

/** How long the output of a process that has ended is waited for, ms. */
const PIPE_PATIENCE = 250;
/** How long one that must not go on may take to end, ms. */
const END_PATIENCE = 5000;

export class NodeProcess {
  readonly #setting: NodeProcessSetting;
  readonly #log: NodeLog;
  #current: Current | undefined;

  constructor(setting: NodeProcessSetting) {
    this.#setting = setting;
    this.#log = new NodeLog(setting.log);
  }

  /** Resolves once the process exists. Rejects with an `EnvironmentError` where it cannot be started. */
  async start(program: Program): Promise<void> {
    const { folder, environment, lifeline, members, onStart } = this.#setting;
    // What an earlier life started may still be on its way out.
    if (this.state() === 'ending') await this.goneWithin(END_PATIENCE);
    if (this.state() !== 'gone') throw this.#error('no process before its start', 'one that is running');
    const own = { ...environment, ...program.environment };
    const start = members.starting(program.command, folder, own);
    const [command = '', ...args] = start.command;
    const child = spawn(command, args, {
      cwd: folder,
      env: { ...start.environment },
      stdio: [lifeline ? 'pipe' : 'ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const identity = child.pid === undefined ? undefined : identify(child.pid);
    const exited = this.#follow(child);
    if (child.pid !== undefined) {
      const first = identity ?? { pid: child.pid, started: '' };
      this.#current = { identity: first, child, exited, over: false };
    }
    try {
      // Before anything is awaited: whoever takes down a run that ends here has to know of it.
      if (identity) onStart(identity);
    } catch (error) {
      await this.end(END_PATIENCE);
      throw this.#error('its process to be noted in the folder of the run', messageOf(error), error);
    }
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      const [name] = program.command;
      child.once('error', (error) => reject(this.#error(`"${name}" to start`, messageOf(error), error)));
    });
  }

  /** Sends the signal; gives the instant at which it was sent. Rejects where there is no process. */
  signal(signal: NodeJS.Signals): number {
    const { identity } = this.#current ?? {};
    if (!identity || this.state() === 'gone') throw this.#error('a running process', 'none');
    // Stamped before the call: the one who is killed goes first, and the runner may be put aside meanwhile.
    const sent = this.#setting.clock.now();
    try {
      // Where processes cannot be seen, those in its process group are all that can be reached.
      if (!hasProc) process.kill(-identity.pid, signal);
      else signalAll(() => [identity, ...this.#setting.members.living(identity)], signal);
    } catch (error) {
      throw this.#error(`${signal} to be taken`, messageOf(error), error);
    }
    return sent;
  }

  /** Sends the signal where there is a process; gives the instant at which that was done. */
  signalIfThere(signal: NodeJS.Signals): number {
    try {
      return this.signal(signal);
    } catch (error) {
      // It may also end by itself between the look and the signal.
      if (this.state() !== 'gone') throw error;
      return this.#setting.clock.now();
    }
  }

  /** Kills what is left of it; rejects when it has not ended `ms` milliseconds later. */
  async end(ms: number): Promise<void> {
    if (!this.#current) return;
    this.signalIfThere('SIGKILL');
    await this.exited(ms);
  }

  /** The instant at which its process has ended, `ms` milliseconds from now at the latest. */
  async exited(ms: number): Promise<number> {
    const { name, clock } = this.#setting;
    const exited = this.#current?.exited;
    if (!exited) throw this.#error('a process', 'none');
    try {
      return (await within(clock, ms, `the end of ${name}`, () => exited)).at;
    } catch (error) {
      throw this.#error('its process to end', messageOf(error), error);
    }
  }

  /** Whether its process ends within `ms` milliseconds. */
  goneWithin(ms: number): Promise<boolean> {
    return becomes(this.#setting.clock, ms, () => this.state() === 'gone');
  }

  /** That of its first process; `ending` where that one is gone, and others of it are not yet. */
  state(): ProcessState {
    const current = this.#current;
    if (!current || current.over) return 'gone';
    const first = stateOf(current.identity);
    if (first !== 'gone') return first;
    if (this.#setting.members.living(current.identity).length > 0) return 'ending';
    current.over = true;
    return 'gone';
  }

  /** Whether all of it is stopped. */
  isStopped(): boolean {
    if (!this.#current || this.state() !== 'stopped') return false;
    return this.#setting.members.living(this.#current.identity).every((one) => stateOf(one) !== 'running');
  }

  /** The last lines of its log; where it has ended, with what it wrote last. */
  async tail(count: number): Promise<string[]> {
    if (this.state() === 'gone') await this.#current?.exited;
    return this.#log.tail(count);
  }

  /** Closes the log. The process must have ended. Rejects where the log could not be kept whole. */
  async close(): Promise<void> {
    try {
      await this.#log.close();
    } catch (error) {
      throw this.#error(`its log ${this.#setting.log} to be kept`, messageOf(error), error);
    }
  }

  #follow(child: ChildProcess): Current['exited'] {
    const { clock, onLine, onExit } = this.#setting;
    const lines = new Lines(onLine);
    child.stdout?.setEncoding('utf8');
    child.stdout?.on('data', (text: string) => {
      this.#log.write(text);
      lines.push(text);
    });
    child.stdout?.on('end', () => lines.end());
    child.stderr?.setEncoding('utf8');
    child.stderr?.on('data', (text: string) => this.#log.write(text));
    child.stdin?.on('error', () => {});
    return new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        const at = clock.now();
        const detail = signal ? `signal ${signal} (${constants.signals[signal]})` : `exit code ${code}`;
        // It may have been started again by now: then nothing was left of this life.
        if (this.#current?.child === child) this.#endRest();
        onExit(detail, at);
        // Its children may hold the pipes open for longer than it lives; but what it wrote itself must be read.
        const patience = clock.timer(PIPE_PATIENCE, () => {
          child.stdout?.destroy();
          child.stderr?.destroy();
        });
        // Comes after the exit, and after the pipes.
        child.once('close', () => {
          patience.cancel();
          resolve({ detail, at });
        });
      });
    });
  }

  /** Its first process has ended. */
  #endRest(): void {
    try {
      this.signalIfThere('SIGKILL');
    } catch {
      // It is still there when the node is taken down, and is named then.
    }
  }

  #error(expected: string, found: string, cause?: unknown): EnvironmentError {
    return new EnvironmentError({ where: `node ${this.#setting.name}`, expected, found }, { cause });
  }
}
