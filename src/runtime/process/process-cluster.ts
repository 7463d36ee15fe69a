/** A cluster of child processes on loopback, opened for one execution. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { EnvironmentError, InternalError, messageOf } from '../../errors.js';
import { reap, remaining } from '../reaper/reap.js';
import type { Reaper } from '../reaper/reaper.js';
import type {
  Address,
  Cluster,
  Helper,
  Hosts,
  Inventory,
  Kills,
  Layout,
  Pauses,
  Places,
  Program,
  Surroundings,
  Tails,
} from '../runtime.js';
import { NodeProcess } from './node-process.js';
import type { Ports } from './ports.js';

/** How long a process may take to end after SIGKILL, and after SIGTERM, ms. */
const KILL_PATIENCE = 5000;
const TERM_PATIENCE = 10_000;

/** What a process cluster can do. */
export type ProcessClusterAbilities = Cluster & Kills & Pauses & Tails & Hosts;

export class ProcessCluster implements ProcessClusterAbilities {
  readonly places: Places;
  readonly #surroundings: Surroundings;
  readonly #reaper: Reaper;
  readonly #ports: Ports;
  readonly #nodes: ReadonlyMap<string, NodeProcess>;
  readonly #helpers: NodeProcess[] = [];
  #created = 1; // The reaper.
  #closed: Promise<Inventory> | undefined;

  constructor(layout: Layout, places: Places, surroundings: Surroundings, reaper: Reaper, ports: Ports) {
    this.places = places;
    this.#surroundings = surroundings;
    this.#reaper = reaper;
    this.#ports = ports;
    mkdirSync(surroundings.logs, { recursive: true });
    this.#nodes = new Map(
      layout.nodes.map((name) => [
        name,
        this.#process(name, {
          folder: places.data(name),
          lifeline: false,
          onLine: (line) => surroundings.onLine(name, line),
          onExit: (detail, at) => surroundings.onExit(name, detail, at),
        }),
      ]),
    );
  }

  async start(node: string, program: Program): Promise<void> {
    this.#assertOpen();
    await this.#node(node).start(program);
  }

  async kill(node: string, signal: 'SIGKILL' | 'SIGTERM'): Promise<{ at: number }> {
    const target = this.#node(node);
    const sent = target.signal(signal);
    return { at: signal === 'SIGKILL' ? sent : await target.exited(TERM_PATIENCE) };
  }

  async running(node: string): Promise<boolean> {
    return this.#node(node).state() !== 'gone';
  }

  async pause(node: string): Promise<{ at: number }> {
    return { at: this.#node(node).signal('SIGSTOP') };
  }

  async resume(node: string): Promise<{ at: number }> {
    return { at: this.#node(node).signal('SIGCONT') };
  }

  async paused(node: string): Promise<boolean> {
    return this.#node(node).state() === 'stopped';
  }

  tail(node: string, lines: number): Promise<string[]> {
    return this.#node(node).tail(lines);
  }

  async address(): Promise<Address> {
    const [port] = await this.#ports.take(1);
    return { host: '127.0.0.1', port: port as number };
  }

  async host(name: string, program: Program, onLine: (line: string) => void): Promise<Helper> {
    this.#assertOpen();
    const helper = this.#process(`_${name}`, {
      folder: this.#reaper.folder.path,
      lifeline: true,
      onLine,
      onExit: () => {},
    });
    this.#helpers.push(helper);
    await helper.start(program);
    return {
      name,
      running: () => helper.state() !== 'gone',
      tail: (lines) => helper.tail(lines),
      stop: () => helper.end(KILL_PATIENCE),
    };
  }

  noteToxiproxy(url: string): void {
    this.#reaper.folder.noteToxiproxy(url);
  }

  close(): Promise<Inventory> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<Inventory> {
    const { run, clock } = this.#surroundings;
    const all = [...this.#nodes.values(), ...this.#helpers];
    const ended = await Promise.allSettled(all.map((one) => one.end(KILL_PATIENCE)));
    const leaked = ended.flatMap((one) => (one.status === 'rejected' ? [messageOf(one.reason)] : []));
    const logged = await Promise.allSettled(all.map((one) => one.close()));
    leaked.push(...logged.flatMap((one) => (one.status === 'rejected' ? [messageOf(one.reason)] : [])));
    const reaped = await reap(run, this.#reaper.folder, clock, new Set([this.#reaper.pid]), 1);
    leaked.push(...reaped.left);
    await this.#reaper.done().catch((error: unknown) => leaked.push(messageOf(error)));
    const left = remaining(run, this.#reaper.folder, new Set()).map(({ pid }) => `process ${pid}`);
    return {
      created: { processes: this.#created, proxies: 0, folders: 1 },
      leaked: [...new Set([...leaked, ...left])],
    };
  }

  #process(
    name: string,
    setting: {
      folder: string;
      lifeline: boolean;
      onLine(line: string): void;
      onExit(detail: string, at: number): void;
    },
  ): NodeProcess {
    const { clock, logs } = this.#surroundings;
    return new NodeProcess({
      ...setting,
      name,
      clock,
      log: join(logs, `${name}.log`),
      environment: this.#reaper.environment,
      onStart: (process) => {
        this.#created += 1;
        this.#reaper.folder.noteProcess(process);
      },
    });
  }

  /** What is started while all is taken down would be left over. */
  #assertOpen(): void {
    if (this.#closed) throw new EnvironmentError('the run is being taken down: nothing is started any more');
  }

  #node(name: string): NodeProcess {
    const node = this.#nodes.get(name);
    if (!node)
      throw new InternalError({
        expected: `one of ${[...this.#nodes.keys()].join(', ')}`,
        found: `"${name}"`,
      });
    return node;
  }
}
