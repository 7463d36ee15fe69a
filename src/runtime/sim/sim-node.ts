/**
 * A simulated node over all its lives: the reference service's own shell and machines, on virtual ports. What it keeps over
 * its lives is its disk.
 */
import { constants } from 'node:os';
import process from 'node:process';
import type { Clock } from '../../clock.js';
import { EnvironmentError } from '../../errors.js';
import type { Random } from '../../random.js';
import type { HttpWay } from '../../reference/client.js';
import { type Around, type Ports, Shell, type ShellConfig } from '../../reference/shell.js';
import { Peer, Power, patienceOf } from '../../reference/transport.js';
import { POWER } from '../../topology/links.js';
import { entry } from '../entry.js';
import type { KillSignal, Program } from '../runtime.js';
import type { Asked, Connection, Host } from './connection.js';
import { Life, type Pace } from './life.js';
import type { Nature } from './nature.js';
import { SimDisk } from './sim-disk.js';

/** How long a process takes from its start to its program's first line, ms. */
const FASTEST_BOOT = 40;
const SLOWEST_BOOT = 80;

export interface SimNodeSetting {
  name: string;
  clock: Clock;
  nature: Nature;
  random: Random;
  /** The way to a peer, over the link to it; what comes back is run `within`. */
  way(peer: string, within: (work: () => void) => void): HttpWay;
  onLine(line: string): void;
  onExit(detail: string, at: number): void;
}

interface Current {
  life: Life;
  /** Undefined while it boots. */
  shell: Shell | undefined;
  ways: HttpWay[];
}

export class SimNode implements Host {
  readonly #setting: SimNodeSetting;
  readonly #disk: SimDisk;
  readonly #connections = new Set<Connection>();
  #current: Current | undefined;
  /** What ends it once it goes on: a signal that came while it was stopped. */
  #pending: string | undefined;
  #isDark = false;

  constructor(setting: SimNodeSetting) {
    this.#setting = setting;
    this.#disk = new SimDisk(setting.clock, setting.random.fork('disk'), setting.nature.disks);
  }

  get isRunning(): boolean {
    return this.#current !== undefined;
  }

  get isStopped(): boolean {
    return this.#current?.life.isStopped ?? false;
  }

  get isDark(): boolean {
    return this.#isDark;
  }

  start(program: Program): void {
    this.#isDark = false;
    if (this.#current) throw this.#error('no process before its start', 'one that is running');
    const config = this.#configOf(program);
    const { clock, random } = this.#setting;
    const crash = (error: unknown) => {
      this.#setting.onLine(`${this.#setting.name}: ${String(error)}`);
      this.end('exit code 1');
    };
    const life = new Life(clock, crash, this.#pace());
    const current: Current = { life, shell: undefined, ways: [] };
    this.#current = current;
    life.timer(FASTEST_BOOT + random.next() * (SLOWEST_BOOT - FASTEST_BOOT), () => {
      current.shell = new Shell(config, this.#portsOf(config, current));
      current.shell.start();
    });
  }

  /** The signal is there at once; a program that is stopped takes none but SIGKILL before it goes on. */
  signal(signal: KillSignal): void {
    const { life } = this.#living();
    const asked = signal === 'SIGTERM' || signal === 'SIGINT';
    const detail = asked ? 'exit code 0' : `signal ${signal} (${constants.signals[signal]})`;
    if (life.isStopped && signal !== 'SIGKILL') this.#pending = detail;
    else this.end(detail);
  }

  /** How much of its disk would be lost with the power, records. */
  get unsynced(): number {
    return this.#disk.unsynced;
  }

  losePower(): void {
    this.#isDark = true;
    this.signal('SIGKILL');
    this.#disk.losePower();
  }

  replaceDisk(share: number): void {
    if (this.#current) throw this.#error('no process when its disk is replaced', 'one that is running');
    this.#disk.replace(share);
  }

  stop(): void {
    this.#living().life.stop();
  }

  goOn(): void {
    if (this.#pending !== undefined) this.end(this.#pending);
    this.#current?.life.goOn();
  }

  end(detail: string): void {
    const current = this.#current;
    if (!current) return;
    this.#current = undefined;
    this.#pending = undefined;
    current.life.end();
    for (const way of current.ways) way.close();
    for (const connection of [...this.#connections]) connection.end('the connection was closed');
    this.#setting.onExit(detail, this.#setting.clock.now());
  }

  take({ method, path, body }: Asked, connection: Connection, reply: (status: number, text: string) => void) {
    const { life, shell } = this.#current ?? {};
    if (!life || !shell) {
      connection.end('the connection was closed');
      return;
    }
    this.#connections.add(connection);
    const answer = (status: number, text: string) => {
      if (life.isAlive) reply(status, path === '/role' ? this.#inTrueTime(life, text) : text);
    };
    const fate = method === 'POST' && path === '/peer' ? this.#fate() : 'comes';
    if (fate === 'late' || fate === 'repeated') this.#later(body, connection);
    if (fate === 'comes' || fate === 'repeated') life.run(() => shell.serve(method, path, body, answer));
    else life.run(() => answer(200, ''));
  }

  #fate(): 'comes' | 'repeated' | 'late' | 'lost' {
    const { repeated, late, lost } = this.#setting.nature.messages;
    if (repeated + late + lost === 0) return 'comes';
    const draw = this.#setting.random.next();
    if (draw < repeated) return 'repeated';
    if (draw < repeated + late) return 'late';
    return draw < repeated + late + lost ? 'lost' : 'comes';
  }

  /** Messages come later, to whatever life there is by then; whoever sent them may be gone. */
  #later(body: string, connection: Connection): void {
    const { clock, random, nature } = this.#setting;
    clock.timer(random.next() * nature.messages.latest, () => {
      const { life, shell } = this.#current ?? {};
      if (life && shell && connection.passes) life.run(() => shell.serve('POST', '/peer', body, () => {}));
    });
  }

  #pace(): Pace | undefined {
    const { random, nature } = this.#setting;
    const { apart, drift } = nature.clocks;
    if (apart === 0 && drift === 0) return undefined;
    return { ahead: random.next() * apart, rate: 1 + (2 * random.next() - 1) * drift };
  }

  /** What its clock showed, in a line or an answer of its, as whoever looks at the world has it. */
  #inTrueTime(life: Life, text: string): string {
    const { apart, drift } = this.#setting.nature.clocks;
    if ((apart === 0 && drift === 0) || !text.startsWith('{')) return text;
    const told = JSON.parse(text) as { at?: number; until?: number };
    for (const key of ['at', 'until'] as const)
      if (told[key] !== undefined) told[key] = life.trueTime(told[key]);
    return JSON.stringify(told);
  }

  left(connection: Connection): void {
    this.#connections.delete(connection);
  }

  #living(): Current {
    if (!this.#current) throw this.#error('a running process', 'none');
    return this.#current;
  }

  #portsOf(config: ShellConfig, { life, ways }: Current): Ports {
    const { way, onLine } = this.#setting;
    const within = (work: () => void) => life.run(work);
    const open = (peer: string) => {
      const opened = way(peer, within);
      ways.push(opened);
      return opened;
    };
    return {
      clock: life,
      soon: (fire) => void life.timer(0, fire),
      print: (line) => {
        if (life.isAlive) onLine(this.#inTrueTime(life, line));
      },
      disk: (synced) => this.#disk.open(life, synced, config.fsync),
      ways({ settings }: Around) {
        return (peer) => new Peer(open(peer), life, patienceOf(settings));
      },
      power: (patience) => (config.peers[POWER] ? new Power(open(POWER), life, patience) : undefined),
    };
  }

  /** A simulation has the machines of the reference service, and no programs of others. */
  #configOf({ command }: Program): ShellConfig {
    const [node, file, config, ...more] = command;
    if (node === process.execPath && file === entry('reference/process.js') && config && more.length === 0)
      return JSON.parse(config) as ShellConfig;
    throw this.#error(
      'the reference service, which is all that can be simulated',
      `the program "${command.slice(0, 2).join(' ')}"`,
    );
  }

  #error(expected: string, found: string): EnvironmentError {
    return new EnvironmentError({ where: `node ${this.#setting.name}`, expected, found });
  }
}
