/** A cluster of child processes on loopback, opened for one execution. */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { failuresOf } from '../../all-ended.js';
import { EnvironmentError, unknown } from '../../errors.js';
import type { Part, Span } from '../../span.js';
import { makeSubgroup } from '../control-group.js';
import type { NodeDisks } from '../disk/node-disks.js';
import type { Cluster, ClusterPlaces } from '../links/cluster.js';
import type { Ports } from '../ports.js';
import type { Reaper } from '../reaper/reaper.js';
import type { Inventory, KillSignal, Layout, Program, Surroundings } from '../runtime.js';
import { HelperProcesses } from './helper-processes.js';
import { type Members, membersIn, membersSeen } from './members.js';
import { NodeProcess } from './node-process.js';

/** How long a process may take to end after SIGKILL, and after SIGTERM, ms. */
const KILL_PATIENCE = 5000;
const TERM_PATIENCE = 10_000;

export class ProcessCluster implements Cluster {
  readonly places: ClusterPlaces;
  readonly hosts: HelperProcesses;
  readonly #surroundings: Surroundings;
  readonly #reaper: Reaper;
  readonly #nodes: ReadonlyMap<string, NodeProcess>;
  readonly #disks: NodeDisks;
  #created = 1; // The reaper.
  #closed: Promise<Inventory> | undefined;

  constructor(
    layout: Layout,
    places: ClusterPlaces,
    surroundings: Surroundings,
    reaper: Reaper,
    ports: Ports,
    disks: NodeDisks,
  ) {
    this.places = places;
    this.#surroundings = surroundings;
    this.#reaper = reaper;
    this.hosts = new HelperProcesses(surroundings, reaper, ports);
    mkdirSync(surroundings.logs, { recursive: true });
    this.#disks = disks;
    this.#nodes = new Map(layout.nodes.map((name) => [name, this.#process(name)]));
  }

  readonly losePower = (nodes: readonly string[]): Promise<Span> => {
    const end = async (node: string): Promise<Part> => {
      const at = this.#node(node).signal('SIGKILL');
      await this.#node(node).end(KILL_PATIENCE);
      await this.#node(node).goneWithin(KILL_PATIENCE);
      return { at };
    };
    return this.#disks.losePower(nodes, end, this.#surroundings.clock);
  };

  readonly lackOfLoss = async (node: string): Promise<string | undefined> => this.#disks.lack(node);

  async start(node: string, program: Program): Promise<void> {
    this.#assertOpen();
    await this.#node(node).start(program);
  }

  async kill(node: string, signal: KillSignal): Promise<{ at: number }> {
    const target = this.#node(node);
    const sent = target.signal(signal);
    return { at: signal === 'SIGKILL' ? sent : await target.exited(TERM_PATIENCE) };
  }

  async stop(node: string, grace: number): Promise<{ at: number; killed: boolean }> {
    const target = this.#node(node);
    target.signal('SIGTERM');
    const killed = !(await target.goneWithin(grace));
    if (killed) await target.end(KILL_PATIENCE);
    return { at: await target.exited(KILL_PATIENCE), killed };
  }

  async running(node: string): Promise<boolean> {
    return this.#node(node).state() !== 'gone';
  }

  async pause(node: string): Promise<{ at: number }> {
    return { at: this.#node(node).signal('SIGSTOP') };
  }

  async resume(node: string): Promise<{ at: number }> {
    // Whatever it seems to do: a stop may have been sent that it has not followed yet.
    return { at: this.#node(node).signalIfThere('SIGCONT') };
  }

  async paused(node: string): Promise<boolean> {
    return this.#node(node).isStopped();
  }

  tail(node: string, lines: number): Promise<string[]> {
    return this.#node(node).tail(lines);
  }

  close(): Promise<Inventory> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<Inventory> {
    const all = [...this.#nodes.values()];
    const ended = await failuresOf(all.map((one) => one.end(KILL_PATIENCE)));
    const logged = await failuresOf(all.map((one) => one.close()));
    const helped = await this.hosts.close();
    const { leaked, ...unseen } = await this.#reaper.finish();
    return {
      created: { processes: this.#created + this.hosts.started, proxies: 0, folders: 1 },
      leaked: [...new Set([...ended, ...logged, ...helped, ...leaked])],
      ...unseen,
    };
  }

  #process(name: string): NodeProcess {
    const surroundings = this.#surroundings;
    const { clock, logs } = surroundings;
    return new NodeProcess({
      name,
      clock,
      log: join(logs, `${name}.log`),
      folder: this.places.data(name),
      environment: this.#reaper.environment,
      lifeline: false,
      members: this.#members(name),
      onStart: (process) => {
        this.#assertOpen();
        this.#created += 1;
        this.#reaper.folder.noteProcess(process);
      },
      onLine: (line) => surroundings.onLine(name, line),
      onExit: (detail, at) => surroundings.onExit(name, detail, at),
    });
  }

  #members(name: string): Members {
    const { folder } = this.#reaper;
    const group = folder.group();
    return group === undefined ? membersSeen(folder) : membersIn(makeSubgroup(group, `node-${name}`));
  }

  /** What is started while all is taken down would be left over. */
  #assertOpen(): void {
    if (this.#closed) throw new EnvironmentError('the run is being taken down: nothing is started any more');
  }

  #node(name: string): NodeProcess {
    return this.#nodes.get(name) ?? unknown(`one of ${[...this.#nodes.keys()].join(', ')}`, name);
  }
}
