/**
 * The shell of a machine: tells it what happens, does what it says, wakes it when it wants. Everything that
 * decides is in the machine; everything that touches the world is in storage, transport and http.
 *
 *     http, timers, disk, peers --Happening--> machine --Effect--> http, disk, peers, standard output
 */
import { type Clock, systemClock, type Timer } from '../clock.js';
import { seeded } from '../random.js';
import type { Endpoint } from './client.js';
import type { Effect, Happening, LogLine, Machine } from './effect.js';
import { Face } from './http.js';
import type { Message } from './message.js';
import { NodeMachine } from './node.js';
import type { Detection, Replication, Settings } from './settings.js';
import { Storage } from './storage.js';
import { SupervisorMachine } from './supervisor.js';
import { Peer, Power } from './transport.js';

/** The configuration that a process is started with, as JSON. */
export interface ShellConfig {
  kind: 'node' | 'supervisor';
  name: string;
  listen: Endpoint;
  /** The folder that keeps the data over restarts. */
  data: string;
  nodes: string[];
  supervisors: string[];
  /** Where each peer is dialled; `power` is the power device. */
  peers: Record<string, Endpoint>;
  primary: string;
  automaticFailback: boolean;
  replication: Replication;
  trigger: 'supervisor' | 'standby';
  detect: { heartbeat?: { interval: number; timeout: number }; process?: { every: number } };
  quorum: boolean;
  fencing: false | { delay: number; confirm: boolean };
  lease: false | number;
  seed: number | string;
  /** Ends with its standard input, so that it cannot outlive its parent. */
  lifeline: boolean;
}

/** The variable that holds what the power device answers to: others can read a process's arguments. */
export const POWER_KEY = 'FAILOVER_DRILL_POWER_KEY';

/** The way to a peer. What is sent may get lost, and nobody is told. */
export interface Way {
  send(message: Message): void;
}

/** Gives the ways to peers that do not speak as nodes and supervisors of ours do; undefined for those that do. */
export type Ways = (around: {
  settings: Settings;
  clock: Clock;
  dispatch(happening: Happening): void;
}) => (peer: string, address: Endpoint) => Way | undefined;

/** The shortest time between two batches of writes, in ms: each costs a sync and a request to each standby. */
const PACE = 3;

export class Shell {
  readonly #clock: Clock;
  readonly #config: ShellConfig;
  readonly #print: (line: string) => void;
  readonly #machine: Machine;
  readonly #node: NodeMachine | undefined;
  readonly #storage: Storage;
  readonly #face: Face;
  readonly #peers = new Map<string, Way>();
  readonly #power: Power | undefined;
  #timer: Timer | undefined;
  #due = Number.POSITIVE_INFINITY;
  #flushing = false;
  #flushedAt = Number.NEGATIVE_INFINITY;

  /** `powerKey` is what the power device answers to. */
  constructor(
    config: ShellConfig,
    powerKey: string,
    print: (line: string) => void,
    { ways = () => () => undefined, clock = systemClock }: { ways?: Ways; clock?: Clock } = {},
  ) {
    this.#config = config;
    this.#clock = clock;
    this.#print = print;
    this.#log({ at: clock.now(), event: 'started' });
    const settings = settingsOf(config);
    this.#storage = new Storage(config.data, (sequence) => this.dispatch({ type: 'synced', sequence }));
    const random = seeded(`${config.seed}/${config.name}/${clock.now()}`);
    const { records } = this.#storage;
    if (config.kind === 'node') {
      this.#node = new NodeMachine(settings, records, random, clock.now());
      this.#machine = this.#node;
    } else this.#machine = new SupervisorMachine(settings, records, random, clock.now());
    const patience = Math.min(1000, Math.max(150, settings.detect.timeout));
    const wayTo = ways({ settings, clock, dispatch: (happening) => this.dispatch(happening) });
    for (const [name, address] of Object.entries(config.peers))
      if (name !== 'power') this.#peers.set(name, wayTo(name, address) ?? new Peer(address, clock, patience));
    const slow = settings.fencing ? settings.fencing.delay : 0;
    const { power } = config.peers;
    if (power) this.#power = new Power(power, powerKey, clock, slow + settings.detect.timeout);
    this.#face = new Face({
      dispatch: (happening) => this.dispatch(happening),
      describe: () => this.#describe(),
      ready: () => this.#ready(),
      greeted: (token) => this.#print(JSON.stringify({ at: clock.now(), event: 'greeted', token })),
    });
  }

  /** Listens, and begins. */
  async start(): Promise<void> {
    const { host, port } = this.#config.listen;
    await this.#face.listen(host, port);
    this.#log({ at: this.#clock.now(), event: 'running' });
    this.#log({ at: this.#clock.now(), event: 'loaded', detail: `${this.#storage.records.length} records` });
    this.dispatch({ type: 'wake' });
  }

  dispatch(happening: Happening): void {
    for (const effect of this.#machine.handle(happening, this.#clock.now())) this.#perform(effect);
    if (this.#node?.dirty && !this.#flushing) this.#flushSoon();
    this.#schedule();
  }

  /** At once where it is quiet; under load what comes within `PACE` goes out together. */
  #flushSoon(): void {
    this.#flushing = true;
    const flush = () => {
      this.#flushing = false;
      this.#flushedAt = this.#clock.now();
      this.dispatch({ type: 'flush' });
    };
    const rest = this.#flushedAt + PACE - this.#clock.now();
    if (rest <= 0) setImmediate(flush);
    else this.#clock.timer(rest, flush);
  }

  #schedule(): void {
    const due = this.#machine.wakeAt() ?? Number.POSITIVE_INFINITY;
    if (due >= this.#due) return;
    this.#timer?.cancel();
    this.#due = due;
    this.#timer = this.#clock.timer(due - this.#clock.now(), () => {
      this.#due = Number.POSITIVE_INFINITY;
      this.dispatch({ type: 'wake' });
    });
  }

  #perform(effect: Effect): void {
    if (effect.type === 'send') this.#peers.get(effect.to)?.send(effect.message);
    else if (effect.type === 'write') this.#storage.append(effect.sequence, effect.records);
    else if (effect.type === 'answer') this.#face.answer(effect.request, effect.answer);
    else if (effect.type === 'log') this.#log(effect.line);
    else if (effect.type === 'fence') void this.#fence(effect.id, effect.target);
    else void this.#list(effect.id);
  }

  async #fence(id: number, target: string): Promise<void> {
    const ok = (await this.#power?.off(target)) ?? false;
    this.dispatch({ type: 'fenced', id, ok });
  }

  async #list(id: number): Promise<void> {
    const running = await this.#power?.list();
    this.dispatch({ type: 'listed', id, running });
  }

  #log(line: LogLine): void {
    this.#print(JSON.stringify(line));
  }

  #describe(): object {
    const now = this.#clock.now();
    return this.#machine instanceof SupervisorMachine
      ? this.#machine.state(now)
      : { ...this.#node?.status(now), supervisors: this.#config.supervisors };
  }

  #ready(): boolean {
    return this.#node ? this.#node.status(this.#clock.now()).in_sync : true;
  }
}

function settingsOf(config: ShellConfig): Settings {
  const { name, nodes, supervisors, primary, automaticFailback, replication } = config;
  const { trigger, quorum, fencing, lease } = config;
  const detect = detectionOf(config.detect);
  return {
    name,
    nodes: [...nodes].sort(),
    supervisors: [...supervisors].sort(),
    primary,
    automaticFailback,
    replication,
    trigger,
    detect,
    quorum,
    fencing,
    lease,
    grace: Math.max(3000, 5 * detect.timeout),
  };
}

function detectionOf({ heartbeat, process }: ShellConfig['detect']): Detection {
  if (process) {
    const { every } = process;
    return { kind: 'process', interval: every / 2, timeout: every * 2, every };
  }
  const { interval, timeout } = heartbeat ?? { interval: 100, timeout: 400 };
  return { kind: 'heartbeat', interval, timeout, every: interval };
}
