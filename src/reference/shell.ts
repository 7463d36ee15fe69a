/**
 * The shell of a machine: tells it what happens, does what it says, wakes it when it wants. Everything that
 * decides is in the machine; everything that touches the world are the ports.
 *
 *     desk, timers, disk, peers --Happening--> machine --Effect--> desk, disk, peers, standard output
 */
import type { Clock, Timer } from '../clock.js';
import { seeded } from '../random.js';
import type { Endpoint } from './client.js';
import { Desk, type Reply } from './desk.js';
import type { DiskRecord, Effect, Happening, LogLine, Machine } from './effect.js';
import type { Message } from './message.js';
import { NodeMachine } from './node.js';
import type { Detection, Replication, Settings } from './settings.js';
import { SupervisorMachine } from './supervisor.js';

/** The configuration that a process is started with, as JSON. */
export interface ShellConfig {
  kind: 'node' | 'supervisor';
  name: string;
  listen: Endpoint;
  /** The folder that keeps the data over restarts. */
  data: string;
  /** false: what is written counts as kept before it is on the disk. */
  fsync: boolean;
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

/** What a machine keeps over its restarts. */
export interface Disk {
  readonly records: readonly DiskRecord[];
  /** Whoever gave the disk is told of each write that has reached it, by its sequence. */
  append(sequence: number, records: readonly DiskRecord[]): void;
}

/** The power device: switches nodes off and tells which processes run. */
export interface PowerDevice {
  /** Resolves with whether the device has confirmed that `target` is off. */
  off(target: string): Promise<boolean>;
  /** The names of the running processes; undefined where the device does not answer. */
  list(): Promise<readonly string[] | undefined>;
}

/** What a shell is given of itself. */
export interface Around {
  settings: Settings;
  clock: Clock;
  dispatch(happening: Happening): void;
}

/** Gives the ways to peers that do not speak as nodes and supervisors of ours do; undefined for those that do. */
export type WaysOf = (
  config: ShellConfig,
  around: Around,
) => (peer: string, address: Endpoint) => Way | undefined;

/** What a shell works on: the real ones (process.ts), or those of a simulation. */
export interface Ports {
  readonly clock: Clock;
  /** Calls `fire` once what is under way is done and what has come in was taken. */
  soon(fire: () => void): void;
  print(line: string): void;
  /** `synced` is to be told of each write that has reached the disk. */
  disk(synced: (sequence: number) => void): Disk;
  /** The way to each peer, but for the power device. */
  ways(around: Around): (peer: string) => Way;
  /** Undefined where nothing leads to one; `patience` in ms. */
  power(patience: number): PowerDevice | undefined;
}

/** The shortest time between two batches of writes, in ms: each costs a sync and a request to each standby. */
const PACE = 3;

export class Shell {
  readonly #clock: Clock;
  readonly #config: ShellConfig;
  readonly #soon: (fire: () => void) => void;
  readonly #print: (line: string) => void;
  readonly #machine: Machine;
  readonly #node: NodeMachine | undefined;
  readonly #disk: Disk;
  readonly #desk: Desk;
  readonly #peers: ReadonlyMap<string, Way>;
  readonly #power: PowerDevice | undefined;
  #timer: Timer | undefined;
  #due = Number.POSITIVE_INFINITY;
  #flushing = false;
  #flushedAt = Number.NEGATIVE_INFINITY;

  constructor(config: ShellConfig, { clock, soon, print, disk, ways, power }: Ports) {
    this.#config = config;
    this.#clock = clock;
    this.#soon = soon;
    this.#print = print;
    this.#log({ at: clock.now(), event: 'started' });
    const settings = settingsOf(config);
    const dispatch = (happening: Happening) => this.dispatch(happening);
    this.#disk = disk((sequence) => dispatch({ type: 'synced', sequence }));
    const random = seeded(`${config.seed}/${config.name}/${clock.now()}`);
    const { records } = this.#disk;
    if (config.kind === 'node') {
      this.#node = new NodeMachine(settings, records, random, clock.now());
      this.#machine = this.#node;
    } else this.#machine = new SupervisorMachine(settings, records, random, clock.now());
    const wayTo = ways({ settings, clock, dispatch });
    const peers = Object.keys(config.peers).filter((peer) => peer !== 'power');
    this.#peers = new Map(peers.map((peer) => [peer, wayTo(peer)]));
    const slow = settings.fencing ? settings.fencing.delay : 0;
    this.#power = power(slow + settings.detect.timeout);
    this.#desk = new Desk({
      dispatch,
      describe: () => this.#describe(),
      ready: () => this.#ready(),
      greeted: (token) => this.#print(JSON.stringify({ at: clock.now(), event: 'greeted', token })),
    });
  }

  /** Begins. From then on it is to be asked. */
  start(): void {
    this.#log({ at: this.#clock.now(), event: 'running' });
    this.#log({ at: this.#clock.now(), event: 'loaded', detail: `${this.#disk.records.length} records` });
    this.dispatch({ type: 'wake' });
  }

  serve(method: string, url: string, body: string, reply: Reply): void {
    this.#desk.serve(method, url, body, reply);
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
    if (rest <= 0) this.#soon(flush);
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
    else if (effect.type === 'write') this.#disk.append(effect.sequence, effect.records);
    else if (effect.type === 'answer') this.#desk.answer(effect.request, effect.answer);
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
