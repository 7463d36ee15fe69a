/**
 * The reference service under virtual time: the machines that run for real, on a network that loses, delays,
 * repeats and reorders, with clocks that go at their own rates, processes that crash and sleep, and disks that keep
 * only what was synced, each at its own pace. Everything follows from the seed.
 *
 *     schedule of faults (schedule.ts) --> Simulation --> what went wrong: string[]
 */
import type { Random } from '../../src/random.js';
import { integer, pick, seeded } from '../../src/random.js';
import type { Configuration } from '../../src/reference/configuration.js';
import type { DiskRecord, Effect, Happening, LogLine } from '../../src/reference/effect.js';
import type { Message } from '../../src/reference/message.js';
import { NodeMachine } from '../../src/reference/node.js';
import type { Settings } from '../../src/reference/settings.js';
import { SupervisorMachine } from '../../src/reference/supervisor.js';
import { Agenda } from './agenda.js';
import { type Operation, whyNotLinearizable } from './linearizable.js';

export type Variant = Omit<Settings, 'name' | 'nodes' | 'supervisors' | 'primary'> & { members: number };

interface Process {
  name: string;
  machine: NodeMachine | SupervisorMachine | undefined;
  /** Counts starts, so that what was meant for an earlier life is dropped. */
  life: number;
  /** Its clock is ahead of the simulation's by this much, another one in each life. */
  offset: number;
  /** How much of its own time passes in one ms of the simulation's. */
  rate: number;
  /** How long a write to its disk takes at most, most of the time, in ms. */
  slowness: number;
  paused: boolean;
  held: Happening[];
  disk: DiskRecord[];
  unsynced: { sequence: number; records: readonly DiskRecord[] }[];
  wakeAt: number;
  flushing: boolean;
}

interface Client {
  name: string;
  /** The node it always asks; otherwise it follows the hints. */
  pinned: string | undefined;
  target: string;
  pending: number;
}

interface PendingOperation extends Operation {
  key: string;
  client: Client;
  node: string;
}

export const NODES = ['a', 'b', 'c'];
const KEYS = ['x', 'y', 'z'];

export class Simulation {
  readonly random: Random;
  readonly supervisors: string[];
  readonly names: string[];
  readonly violations: string[] = [];
  readonly lines: string[] = [];
  /** Directed links that are cut: `a>b`; `s1>power` too. */
  readonly cut = new Set<string>();
  loss = 0;
  /** Which messages are lost besides, where a test needs just this one to be. */
  loses: (to: string, message: Message) => boolean = () => false;
  /** How long a message takes at least, and how much longer it may take, in ms. */
  latency = { least: 0.05, spread: 1.5 };
  readonly #variant: Variant;
  /** How many messages come very late, of 1; and how late, in ms: 2000 is later than a life may last. */
  lateness: number;
  late = 200;
  /** How many messages come twice, of 1. */
  repetition = 0.02;
  /** How far the rates of clocks may be from true time, of 1. */
  drift = 0;
  readonly #agenda = new Agenda();
  readonly #processes = new Map<string, Process>();
  readonly #clients: Client[] = [];
  readonly #open = new Map<number, PendingOperation>();
  readonly #history: (Operation & { key: string })[] = [];
  readonly #servedBy = new Map<number, string>();
  #request = 0;
  #value = 0;
  #acknowledged = 0;

  constructor(seed: number, variant: Variant) {
    this.random = seeded(seed);
    this.#variant = variant;
    this.lateness = pick(this.random, [0, 0.01, 0.05]);
    const slowness = pick(this.random, [1.5, 1.5, 15]);
    this.supervisors = Array.from({ length: variant.members }, (_, index) => `s${index + 1}`);
    this.names = [...NODES, ...this.supervisors];
    for (const name of this.names) {
      this.#processes.set(name, {
        name,
        machine: undefined,
        life: 0,
        offset: 0,
        rate: 1,
        slowness,
        paused: false,
        held: [],
        disk: [],
        unsynced: [],
        wakeAt: Infinity,
        flushing: false,
      });
      this.#agenda.at(this.random.next() * 20, () => this.start(name));
    }
    for (const pinned of [undefined, undefined, ...NODES]) {
      const client = {
        name: `client-${pinned ?? this.#clients.length}`,
        pinned,
        target: pinned ?? 'a',
        pending: 0,
      };
      this.#clients.push(client);
      this.#agenda.at(this.random.next() * 30, () => this.#operate(client));
    }
  }

  get now(): number {
    return this.#agenda.now;
  }

  get acknowledged(): number {
    return this.#acknowledged;
  }

  at(time: number, action: () => void): void {
    this.#agenda.at(time, action);
  }

  /** Runs until `end`, or until something went wrong. */
  run(end: number): void {
    this.#agenda.run(end, () => this.violations.length > 0);
  }

  /** The node that serves, if there is one. */
  primary(): string | undefined {
    return NODES.find((name) => this.#entitled(this.#process(name)));
  }

  isUp(name: string): boolean {
    return this.#process(name).machine !== undefined;
  }

  start(name: string): void {
    const process = this.#process(name);
    if (process.machine) return;
    process.life++;
    process.offset = integer(this.random, 0, 100_000);
    process.rate = 1 + (this.drift > 0 ? (this.random.next() * 2 - 1) * this.drift : 0);
    const { members: _, ...shared } = this.#variant;
    const settings = { ...shared, name, nodes: NODES, supervisors: this.supervisors, primary: 'a' };
    const Machine = NODES.includes(name) ? NodeMachine : SupervisorMachine;
    const random = this.random.fork(`${name}/${process.life}`);
    process.machine = new Machine(settings, process.disk, random, this.#clock(process));
    this.tell(`${name} started`);
    this.#handle(process, { type: 'wake' });
  }

  /** SIGKILL or a power cut: what was not synced may be lost, from some record on. */
  crash(name: string): void {
    const process = this.#process(name);
    if (!process.machine) return;
    const records = process.unsynced.flatMap((write) => write.records);
    process.disk.push(...records.slice(0, integer(this.random, 0, records.length)));
    Object.assign(process, { machine: undefined, unsynced: [], held: [], paused: false, flushing: false });
    process.life++;
    process.wakeAt = Infinity;
    this.tell(`${name} crashed`);
  }

  /** How many records are on its disk. */
  recordsOf(name: string): number {
    return this.#process(name).disk.length;
  }

  /** Its disk is another one, empty, or an older copy, with so many records. It must not be running. */
  loseDisk(name: string, records: number): void {
    this.#process(name).disk.length = records;
    this.tell(`${name} has ${records} records left on its disk`);
  }

  /** Lets the disk of `name` take up to so many ms for a write, most of the time. */
  setPace(name: string, slowness: number): void {
    this.#process(name).slowness = slowness;
  }

  /** The latest configuration that a supervisor that runs knows to be decided. */
  decided(): Configuration | undefined {
    const known = this.supervisors.flatMap((name) => {
      const { machine } = this.#process(name);
      return machine instanceof SupervisorMachine ? [machine.known] : [];
    });
    return known.sort((one, other) => other.version - one.version)[0];
  }

  /** Who is in sync for sure: by what is decided, and by what may come of the rounds that are under way. */
  surelyInSync(): string[] {
    const decided = this.decided();
    const accepted = this.supervisors.flatMap((name) => {
      const { disk, unsynced } = this.#process(name);
      const records = [...disk, ...unsynced.flatMap((write) => write.records)];
      const last = records.findLast((record) => record.kind === 'acceptor');
      return last && last.value.version > (decided?.version ?? 0) ? [last.value] : [];
    });
    return NODES.filter((node) =>
      [decided, ...accepted].every((each) => each?.inSync.includes(node) ?? true),
    );
  }

  pause(name: string): void {
    const process = this.#process(name);
    if (process.machine) process.paused = true;
    this.tell(`${name} paused`);
  }

  resume(name: string): void {
    const process = this.#process(name);
    if (!process.paused) return;
    process.paused = false;
    this.tell(`${name} resumed`);
    const held = process.held;
    process.held = [];
    // Whether the timers or the sockets come first is the operating system's choice.
    if (this.random.next() < 0.5) held.unshift({ type: 'wake' });
    else held.push({ type: 'wake' });
    for (const happening of held) this.#handle(process, happening);
  }

  /** Hands it a message that has been on its way for however long. */
  deliver(to: string, message: Message): void {
    this.#handle(this.#process(to), { type: 'message', message });
  }

  switchover(to: string): void {
    this.tell(`switchover to ${to} asked`);
    this.#handle(this.#process(pick(this.random, this.supervisors)), { type: 'switchover', request: 0, to });
  }

  /** Every replica's log, for comparing: its length, and how much of it is committed. */
  replicas(): { name: string; index: number; commit: number; inSync: boolean }[] {
    return NODES.map((name) => {
      const process = this.#process(name);
      const status = (process.machine as NodeMachine).status(this.#clock(process));
      return { name, index: status.index, commit: status.commit, inSync: status.in_sync };
    });
  }

  /** Reads every key at the primary, and judges the history. */
  judge(): void {
    const primary = this.primary();
    if (primary) for (const key of KEYS) this.#finalRead(primary, key);
    for (const { key, kind, value, start } of this.#open.values())
      if (kind === 'write') this.#history.push({ key, kind, value, start, end: Infinity });
    for (const key of KEYS) {
      const why = whyNotLinearizable(this.#history.filter((operation) => operation.key === key));
      if (why) this.violations.push(`key ${key} is not linearizable: ${why}`);
    }
  }

  tell(text: string): void {
    this.lines.push(`${this.now.toFixed(2)} ${text}`);
  }

  #clock(process: Process): number {
    return this.now * process.rate + process.offset;
  }

  #process(name: string): Process {
    return this.#processes.get(name) as Process;
  }

  #entitled(process: Process): boolean {
    const { machine } = process;
    return machine instanceof NodeMachine && machine.entitled(this.#clock(process));
  }

  #handle(process: Process, happening: Happening): void {
    const { machine } = process;
    if (!machine) return;
    if (process.paused) {
      if (happening.type !== 'wake' && happening.type !== 'flush') process.held.push(happening);
      return;
    }
    const now = this.#clock(process);
    for (const effect of machine.handle(happening, now)) this.#perform(process, effect);
    if (machine instanceof NodeMachine) {
      if (machine.dirty && !process.flushing) {
        process.flushing = true;
        this.#later(process, this.random.next(), () => {
          process.flushing = false;
          this.#handle(process, { type: 'flush' });
        });
      }
      if (machine.entitled(now)) this.#checkEntitled(process, machine);
    }
    const due = (machine.wakeAt() - process.offset) / process.rate;
    // By rounding it could be a moment too soon, again and again.
    const wakeAt = Math.max(this.now, process.rate === 1 ? due : due + 1e-6);
    if (wakeAt >= process.wakeAt) return;
    process.wakeAt = wakeAt;
    this.#later(process, wakeAt - this.now, () => {
      if (process.wakeAt !== wakeAt) return;
      process.wakeAt = Infinity;
      this.#handle(process, { type: 'wake' });
    });
  }

  #checkEntitled(process: Process, { term }: NodeMachine): void {
    for (const other of NODES)
      if (other !== process.name && this.#entitled(this.#process(other)))
        this.violations.push(`${process.name} (term ${term}) and ${other} are both entitled to serve`);
    const before = this.#servedBy.get(term);
    if (before !== undefined && before !== process.name)
      this.violations.push(`${before} and ${process.name} both served in term ${term}`);
    this.#servedBy.set(term, process.name);
  }

  /** Does `action` after `delay`, unless the process has died by then. */
  #later(process: Process, delay: number, action: () => void): void {
    const { life } = process;
    this.#agenda.at(this.now + delay, () => {
      if (process.life === life) action();
    });
  }

  #perform(process: Process, effect: Effect): void {
    if (effect.type === 'send') {
      const { to, message } = effect;
      if (this.loses(to, message)) return;
      this.#carry(process.name, to, () => this.#handle(this.#process(to), { type: 'message', message }));
    } else if (effect.type === 'write') {
      process.unsynced.push(effect);
      const slow = this.random.next() < 0.02 ? 40 : process.slowness;
      this.#later(process, this.random.next() * slow, () => this.#sync(process, effect.sequence));
    } else if (effect.type === 'answer') {
      const { request, answer } = effect;
      const operation = this.#open.get(request);
      if (!operation) return;
      const body = answer.body as { value?: number | null; primary?: string };
      this.#carry(process.name, operation.client.name, () => this.#answered(request, answer.status, body));
    } else if (effect.type === 'fence') this.#fence(process, effect.id, effect.target);
    else if (effect.type === 'list') this.#list(process, effect.id);
    else this.#log(process, effect.line);
  }

  #log(process: Process, { at, ...line }: LogLine): void {
    this.tell(
      `${process.name} ${JSON.stringify(line)} (${((at - process.offset) / process.rate).toFixed(2)})`,
    );
  }

  #sync(process: Process, sequence: number): void {
    while (process.unsynced.length > 0 && (process.unsynced[0]?.sequence ?? 0) <= sequence)
      process.disk.push(...(process.unsynced.shift()?.records ?? []));
    this.#handle(process, { type: 'synced', sequence });
  }

  /** One message over one link: it may be lost, late, or come twice. */
  #carry(from: string, to: string, deliver: () => void): void {
    const link = `${from}>${to}`;
    const copies = this.random.next() < this.repetition ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      if (this.random.next() < this.loss) continue;
      const { least, spread } = this.latency;
      const late = this.random.next() < this.lateness ? this.late : spread;
      this.#agenda.at(this.now + least + this.random.next() * late, () => {
        if (!this.cut.has(link)) deliver();
      });
    }
  }

  #fence(process: Process, id: number, target: string): void {
    const { fencing } = this.#variant;
    let done = false;
    const end = (ok: boolean) => {
      if (done) return;
      done = true;
      this.#handle(process, { type: 'fenced', id, ok });
    };
    this.#carry(process.name, 'power', () =>
      this.#agenda.at(this.now + (fencing ? fencing.delay : 0), () => {
        this.crash(target);
        this.#carry('power', process.name, () => this.#later(process, 0, () => end(true)));
      }),
    );
    this.#later(process, this.#variant.detect.timeout + (fencing ? fencing.delay : 0), () => end(false));
  }

  #list(process: Process, id: number): void {
    this.#carry(process.name, 'power', () => {
      const running = this.names.filter((name) => this.isUp(name));
      this.#carry('power', process.name, () =>
        this.#later(process, 0, () => this.#handle(process, { type: 'listed', id, running })),
      );
    });
  }

  #operate(client: Client): void {
    const request = ++this.#request;
    const key = pick(this.random, KEYS);
    const write = this.random.next() < 0.6;
    const node = client.pinned ?? client.target;
    const kind = write ? 'write' : 'read';
    const value = write ? ++this.#value : null;
    client.pending = request;
    this.#open.set(request, { kind, value, key, start: this.now, end: Infinity, client, node });
    const happening: Happening = write
      ? { type: 'write', request, key, value }
      : { type: 'read', request, key };
    // Unlike a peer's message, a request comes at most once, and dies with its connection when it is late.
    if (!this.cut.has(`${client.name}>${node}`) && this.random.next() >= this.loss)
      this.#agenda.at(this.now + 0.05 + this.random.next(), () =>
        this.#handle(this.#process(node), happening),
      );
    this.#agenda.at(this.now + 60, () => this.#answered(request, 0, {}));
  }

  #answered(request: number, status: number, body: { value?: number | null; primary?: string }): void {
    const operation = this.#open.get(request);
    if (!operation || operation.client.pending !== request) return;
    const { client, kind, key, start } = operation;
    client.pending = 0;
    if (status === 200) {
      const value = kind === 'read' ? (body.value ?? null) : operation.value;
      this.#history.push({ kind, key, value, start, end: this.now });
      if (kind === 'write') this.#acknowledged++;
    }
    // A write without an answer may still happen: it stays open, and is judged as in doubt.
    if (status === 200 || status === 421 || status === 503 || kind === 'read') this.#open.delete(request);
    if (status !== 200) client.target = body.primary ?? pick(this.random, NODES);
    const rest = status === 200 ? 10 : 14;
    this.#agenda.at(this.now + this.random.next() * rest, () => this.#operate(client));
  }

  #finalRead(node: string, key: string): void {
    const process = this.#process(node);
    const machine = process.machine as NodeMachine;
    for (const effect of machine.handle({ type: 'read', request: -1, key }, this.#clock(process))) {
      if (effect.type !== 'answer' || effect.answer.status !== 200) continue;
      const { value } = effect.answer.body as { value: number | null };
      this.#history.push({ kind: 'read', key, value, start: this.now, end: this.now });
    }
  }
}

export function drawVariant(random: Random, base: Partial<Variant>): Variant {
  const kind = random.next() < 0.8 ? 'heartbeat' : 'process';
  const lease = pick(random, [40, 90, 90, 160, 400]);
  const protections = pick(random, [
    { fencing: { delay: 0, confirm: true }, lease },
    { fencing: { delay: 0, confirm: true }, lease },
    { fencing: { delay: 30, confirm: true }, lease },
    { fencing: false, lease },
    { fencing: { delay: 5, confirm: true }, lease: false },
    { fencing: { delay: 30, confirm: true }, lease: false },
  ] as const);
  return {
    members: 3,
    automaticFailback: random.next() < 0.3,
    replication: 'sync',
    trigger: 'supervisor',
    detect: { kind, interval: 20, timeout: 60, every: 20 },
    quorum: true,
    grace: 300,
    ...protections,
    ...base,
  };
}
