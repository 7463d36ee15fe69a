/** A simulated world: nodes, links and a power device in this process, under virtual time. */
import { join } from 'node:path';
import { type Clock, sleep } from '../../clock.js';
import { EnvironmentError, InternalError } from '../../errors.js';
import { append } from '../../own-file.js';
import { type Part, type Span, spanOf } from '../../span.js';
import { POWER } from '../../topology/links.js';
import type { Address } from '../address.js';
import type {
  Inventory,
  KillSignal,
  Layout,
  LinkSurroundings,
  Nodes,
  Places,
  Program,
  Surroundings,
  World,
} from '../runtime.js';
import { type Host, SimWay } from './connection.js';
import { SimLink } from './link.js';
import type { Nature } from './nature.js';
import { SimLinks } from './sim-links.js';
import { SimNode } from './sim-node.js';
import { SimPower } from './sim-power.js';

/** How long a stopped process that was asked to end may take to go on, and the time between two looks, ms. */
const TERM_PATIENCE = 10_000;
const LOOK_EVERY = 5;

export class SimWorld implements World, Nodes, Places {
  readonly clock: Clock;
  readonly nodes: Nodes = this;
  readonly places: Places = this;
  readonly links: SimLinks;
  readonly proxies = [];
  readonly ground = { isLost: false, async confirm() {}, stop() {} };
  readonly #around: Surroundings & LinkSurroundings;
  readonly #nature: Nature;
  readonly #nodes: ReadonlyMap<string, SimNode>;
  readonly #destinations: ReadonlyMap<string, string>;
  /** Where the runner reaches nodes beside the links that faults know. */
  readonly #beside: ReadonlyMap<string, SimLink>;
  readonly #power: SimPower;
  readonly #logs = new Map<string, string[]>();
  #isClosed = false;

  constructor(layout: Layout, around: Surroundings & LinkSurroundings, nature: Nature) {
    const { clock, power } = around;
    this.clock = clock;
    this.#around = around;
    this.#nature = nature;
    const random = around.random.fork('sim');
    this.#destinations = new Map(layout.links.map(({ name, to }) => [name, to]));
    const link = (name: string) => new SimLink(name, clock, random.fork(`link ${name}`), nature.links);
    this.links = new SimLinks(clock, new Map(layout.links.map(({ name }) => [name, link(name)])));
    this.#power = new SimPower({
      clock,
      nodes: power?.nodes ?? [],
      delay: power?.delay ?? 0,
      isRunning: (node) => this.#node(node).isRunning,
      turnOff: (node) => {
        this.#node(node).signal('SIGKILL');
        power?.onOff?.(node);
      },
    });
    this.#nodes = new Map(
      layout.nodes.map((name) => {
        this.#logs.set(name, []);
        const node = new SimNode({
          name,
          clock,
          nature,
          random: random.fork(`node ${name}`),
          way: (peer, within) => this.#way(`${name}->${peer}`, within),
          onLine: (line) => this.#onLine(name, line),
          onExit: (detail, at) => around.onExit(name, detail, at),
        });
        return [name, node];
      }),
    );
    this.#beside = new Map(layout.nodes.map((name) => [name, link(`beside ${name}`)]));
  }

  async up(): Promise<void> {}

  async start(node: string, program: Program): Promise<void> {
    if (this.#isClosed)
      throw new EnvironmentError('the run is being taken down: nothing is started any more');
    this.#node(node).start(program);
  }

  async kill(node: string, signal: KillSignal): Promise<{ at: number }> {
    const at = this.clock.now();
    this.#node(node).signal(signal);
    if (await this.#goneWithin(node, TERM_PATIENCE))
      return { at: signal === 'SIGKILL' ? at : this.clock.now() };
    throw new EnvironmentError({
      where: `node ${node}`,
      expected: 'it to end',
      found: `its process ${TERM_PATIENCE} ms after ${signal}`,
    });
  }

  readonly losePower = async (nodes: readonly string[]): Promise<Span> => {
    for (const node of nodes) this.#node(node).losePower();
    return spanOf(this.clock, []);
  };

  readonly lackOfLoss = async (node: string): Promise<string | undefined> => {
    const { unsynced } = this.#node(node);
    return unsynced > 0 ? `${unsynced} records that were not synced` : undefined;
  };

  /**
   * Gives a node that does not run another disk, with the oldest `share` of 1 of what was on its own. No drill can ask for
   * that: it is for the search.
   */
  replaceDisk(node: string, share: number): void {
    this.#node(node).replaceDisk(share);
  }

  async running(node: string): Promise<boolean> {
    return this.#node(node).isRunning;
  }

  async stop(node: string, grace: number): Promise<{ at: number; killed: boolean }> {
    this.#node(node).signal('SIGTERM');
    const killed = !(await this.#goneWithin(node, grace));
    if (killed) this.#node(node).signal('SIGKILL');
    return { at: this.clock.now(), killed };
  }

  async pause(node: string): Promise<Part> {
    this.#node(node).stop();
    return { at: this.clock.now() };
  }

  async resume(node: string): Promise<Part> {
    const at = this.clock.now();
    this.#node(node).goOn();
    return { at };
  }

  async paused(node: string): Promise<boolean> {
    return this.#node(node).isStopped;
  }

  async tail(node: string, lines: number): Promise<string[]> {
    return (this.#logs.get(node) ?? []).slice(-lines);
  }

  listen(node: string): Address {
    return { host: node, port: 0 };
  }

  observe(node: string): Address {
    const [link, host] = [this.#beside.get(node)!, this.#node(node)];
    return { host: node, port: 0, http: () => new SimWay(link, host) };
  }

  link(name: string): { dial: Address } {
    this.links.link(name);
    return { dial: { host: name, port: 0, http: () => this.#way(name) } };
  }

  data(node: string): string {
    return `/${node}`;
  }

  async close(): Promise<Inventory> {
    if (!this.#isClosed) {
      this.#isClosed = true;
      this.#power.close();
      for (const node of this.#nodes.values()) node.end('signal SIGKILL (9)');
      for (const [name, lines] of this.#nature.keepsLogs ? this.#logs : [])
        append(join(this.#around.logs, `${name}.log`), lines.map((line) => `${line}\n`).join(''));
    }
    return { created: { processes: 0, proxies: 0, folders: 0 }, leaked: [] };
  }

  #way(link: string, within?: (work: () => void) => void): SimWay {
    const to = this.#destinations.get(link) ?? '';
    const host: Host = to === POWER ? this.#power : this.#node(to);
    return new SimWay(this.links.link(link), host, within);
  }

  #onLine(node: string, line: string): void {
    this.#logs.get(node)?.push(line);
    this.#around.onLine(node, line);
  }

  async #goneWithin(name: string, ms: number): Promise<boolean> {
    const node = this.#node(name);
    for (const end = this.clock.now() + ms; node.isRunning; await sleep(this.clock, LOOK_EVERY))
      if (this.clock.now() >= end) return false;
    return true;
  }

  #node(name: string): SimNode {
    const node = this.#nodes.get(name);
    const known = [...this.#nodes.keys()].join(', ');
    if (!node) throw new InternalError({ expected: `one of ${known}`, found: `"${name}"` });
    return node;
  }
}
