/**
 * A container engine of a test's own, for what must not be done to the one that the machine has. It lives in a
 * network of its own, so that the two do not share bridges, addresses or packet filters:
 *
 *     ip netns add X; nsenter --net=/run/netns/X dockerd --data-root ... --host unix://...
 *
 * It needs root and dockerd.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { systemClock as clock, sleep } from '../../../src/clock.js';
import { findEngine } from '../../../src/runtime/docker/engine.js';

/** How long an engine may take to answer, ms. */
const PATIENCE = 60_000;

/** Why there can be none here; undefined where there can. */
export function noSecondEngine(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root can start one';
  const lacking = ['dockerd', 'ip', 'nsenter', 'unshare'].filter(
    (program) => spawnSync(program, ['--version']).error,
  );
  if (lacking.length > 0) return `there is no ${lacking.join(', ')}`;
  return spawnSync('unshare', ['--net', 'true']).status === 0 ? undefined : 'there can be no other network';
}

export class SecondEngine {
  /** For DOCKER_HOST. */
  readonly host: string;
  /** What runs a program in the engine's network. */
  readonly within: readonly string[];
  readonly #folder: string;
  readonly #name: string;
  #daemon: ChildProcess | undefined;

  private constructor(folder: string) {
    this.#folder = folder;
    this.#name = `drill-test-${process.pid}`;
    this.host = `unix://${folder}/engine.sock`;
    this.within = ['nsenter', `--net=/run/netns/${this.#name}`];
  }

  static async open(): Promise<SecondEngine> {
    const engine = new SecondEngine(await mkdtemp(join(tmpdir(), 'drill-test-engine-')));
    try {
      execFileSync('ip', ['netns', 'add', engine.#name]);
      execFileSync('nsenter', [`--net=/run/netns/${engine.#name}`, 'ip', 'link', 'set', 'lo', 'up']);
      await engine.start();
    } catch (error) {
      await engine.close();
      throw error;
    }
    return engine;
  }

  /** Starts it (again); resolves when it answers. */
  async start(): Promise<void> {
    const folder = this.#folder;
    const log = openSync(join(folder, 'log'), 'a');
    const [program = '', ...before] = this.within;
    const daemon = spawn(
      program,
      [
        ...[...before, 'dockerd', '--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec')],
        ...['--pidfile', join(folder, 'pid'), '--host', this.host, '--shutdown-timeout', '3'],
        // Where the machine has a containerd, it is shared.
        ...['--containerd-namespace', this.#name, '--containerd-plugins-namespace', `${this.#name}-plugins`],
      ],
      { stdio: ['ignore', log, log] },
    );
    this.#daemon = daemon;
    const end = clock.now() + PATIENCE;
    while (!(await findEngine({ DOCKER_HOST: this.host }, clock).catch(() => undefined))) {
      if (daemon.exitCode !== null || clock.now() > end) {
        const wrote = readFileSync(join(folder, 'log'), 'utf8').slice(-1000);
        throw new Error(`the second engine did not start:\n${wrote}`);
      }
      await sleep(clock, 50);
    }
  }

  /** As when the machine's engine is killed: its containers live on, without it. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async close(): Promise<void> {
    await this.#end('SIGTERM');
    // What outlives an engine that was killed: the containers and their shims, which its own folder is in the way of.
    for (const pid of this.#left()) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended.
      }
    }
    for (const mount of this.#mounts().reverse()) spawnSync('umount', ['--lazy', mount]);
    spawnSync('ip', ['netns', 'delete', this.#name]);
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }

  async #end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const daemon = this.#daemon;
    this.#daemon = undefined;
    if (!daemon || daemon.exitCode !== null || daemon.signalCode !== null) return;
    const ended = new Promise((done) => daemon.once('exit', done));
    daemon.kill(signal);
    await ended;
  }

  /** Processes that name the engine's folder on their command line. */
  #left(): number[] {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
      .filter((pid) => {
        try {
          return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(this.#folder);
        } catch {
          return false;
        }
      })
      .map(Number);
  }

  #mounts(): string[] {
    return readFileSync('/proc/self/mounts', 'utf8')
      .split('\n')
      .flatMap((line) => line.split(' ')[1] ?? [])
      .filter((path) => path.startsWith(`${this.#folder}/`));
  }
}
