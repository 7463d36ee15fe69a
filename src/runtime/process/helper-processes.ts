/** The helpers of a run: programs of the drill's own, as processes of this machine, beside wherever the nodes are. */
import { join } from 'node:path';
import { failuresOf } from '../../all-ended.js';
import { EnvironmentError } from '../../errors.js';
import type { Address } from '../address.js';
import type { Helper, Hosts } from '../links/cluster.js';
import type { Ports } from '../ports.js';
import type { Reaper } from '../reaper/reaper.js';
import type { Holding } from '../reaper/run-folder.js';
import type { Program, Surroundings } from '../runtime.js';
import { membersSeen } from './members.js';
import { NodeProcess } from './node-process.js';

/** How long a helper may take to end after SIGKILL, ms. */
const KILL_PATIENCE = 5000;

export class HelperProcesses implements Hosts {
  readonly #surroundings: Surroundings;
  readonly #reaper: Reaper;
  readonly #ports: Ports;
  readonly #helpers: NodeProcess[] = [];
  #closed = false;
  #started = 0;

  constructor(surroundings: Surroundings, reaper: Reaper, ports: Ports) {
    this.#surroundings = surroundings;
    this.#reaper = reaper;
    this.#ports = ports;
  }

  /** How many were started. */
  get started(): number {
    return this.#started;
  }

  async address(): Promise<Address> {
    const [port] = await this.#ports.take(1);
    return { host: '127.0.0.1', port: port as number };
  }

  async host(name: string, program: Program, onLine: (line: string) => void): Promise<Helper> {
    if (this.#closed) throw new EnvironmentError('the run is being taken down: nothing is started any more');
    const { clock, logs } = this.#surroundings;
    let onExit: (detail: string) => void = () => {};
    const ended = new Promise<string>((resolve) => {
      onExit = resolve;
    });
    const helper = new NodeProcess({
      name: `_${name}`,
      clock,
      log: join(logs, `_${name}.log`),
      folder: this.#reaper.folder.path,
      environment: this.#reaper.environment,
      lifeline: true,
      members: membersSeen(this.#reaper.folder),
      onStart: (process) => {
        this.#started += 1;
        this.#reaper.folder.noteProcess(process);
      },
      onLine,
      onExit,
    });
    this.#helpers.push(helper);
    await helper.start(program);
    return {
      name,
      running: () => helper.state() !== 'gone',
      ended,
      tail: (lines) => helper.tail(lines),
      stop: () => helper.end(KILL_PATIENCE),
    };
  }

  noteHolding(holding: Holding): void {
    this.#reaper.folder.noteHolding(holding);
  }

  /** Ends all of them, and starts no more. Gives what went wrong. */
  async close(): Promise<string[]> {
    this.#closed = true;
    const ended = await failuresOf(this.#helpers.map((one) => one.end(KILL_PATIENCE)));
    return [...ended, ...(await failuresOf(this.#helpers.map((one) => one.close())))];
  }
}
