/**
 * One container over all its restarts: a node, or the one of the proxies.
 *
 *     (made) -> attached -> started -> running <-> paused -> gone -> started again ...
 *
 * The engine must have told of its end before it can be started again.
 */

import type Dockerode from 'dockerode';
import { EnvironmentError, messageOf } from '../../errors.js';
import type { Span } from '../../span.js';
import { type ProcessIdentity, stateOf } from '../os-process.js';
import { NodeLog } from '../process/node-log.js';
import type { KillSignal } from '../runtime.js';
import { describeExit, describeSignal, type Exit } from './container-exit.js';
import { type HealthSetting, lackOfHealth } from './container-health.js';
import { ContainerLife } from './container-life.js';
import { attachOutput, type ContainerOutput } from './container-output.js';
import { processOf, sendSignal } from './container-process.js';
import { ContainerStarts } from './container-starts.js';
import { refusalOf, statusOf } from './engine.js';
import { freezerOf, ordered, spanOfFreezer } from './freezer.js';
import type { NetworkTurns } from './network-turns.js';

export interface ContainerSetting extends HealthSetting {
  docker: Dockerode;
  /** When it may join its networks. */
  turns: NetworkTurns;
  /** Where its log is kept. */
  log: string;
  /** Told of the container as soon as the engine has given it its id. */
  onMade(id: string): void;
  onLine(line: string): void;
  onExit(detail: string, at: number): void;
}

/** How long the engine may take to tell of an end that was seen, ms. */
const ENGINE_PATIENCE = 15_000;

export class Container {
  readonly #setting: ContainerSetting;
  readonly #log: NodeLog;
  #container: Dockerode.Container | undefined;
  /** What the container was made from, to know whether it can be used again. */
  #made = '';
  #making: Promise<unknown> | undefined;
  #isOver = false;
  /** An older kernel's freezer holds SIGKILL back until the engine thaws the container. */
  #isFrozen = false;
  readonly #starts: ContainerStarts;
  #life: ContainerLife | undefined;
  /** For what it is told. */
  #stdin: ContainerOutput['stdin'];

  constructor(setting: ContainerSetting) {
    this.#setting = setting;
    this.#log = new NodeLog(setting.log);
    this.#starts = new ContainerStarts(setting);
  }

  /** Makes the container where there is none of these options yet. */
  make(options: Dockerode.ContainerCreateOptions): Promise<Dockerode.Container> {
    if (this.#isOver) return Promise.reject(this.#error('to be made', 'that the run is being taken down'));
    const making = this.#make(options);
    this.#making = making;
    return making;
  }

  /** Nothing is made or started from here on; resolves when what is under way is there, or will not be. */
  async noMore(): Promise<void> {
    this.#isOver = true;
    await this.#making?.catch(() => undefined);
    await this.#starts.noMore();
  }

  async #make(options: Dockerode.ContainerCreateOptions): Promise<Dockerode.Container> {
    const made = JSON.stringify(options);
    if (this.#container && this.#made === made) return this.#container;
    await this.#container?.remove({ force: true, v: true });
    try {
      this.#container = await this.#setting.docker.createContainer(options);
    } catch (error) {
      throw this.#error('its container to be made', refusalOf(error), error);
    }
    this.#made = made;
    this.#starts.made(options);
    this.#setting.onMade(this.#container.id);
    return this.#container;
  }

  /** Has what was made join one more network when it is started. */
  async connect(network: string, endpoint: Dockerode.EndpointSettings): Promise<void> {
    await this.#asked(`let it join ${network}`, this.#starts.connect(this.made, network, endpoint));
  }

  /** Starts what was made; resolves once its process exists. `program` is for the error text. */
  async start(program: string): Promise<void> {
    if (this.#life) {
      if (await this.running()) throw this.#error('no process before its start', 'one that is running');
      await this.ended(ENGINE_PATIENCE);
    }
    const container = this.#container;
    if (!container) throw this.#error('a container', 'none');
    const life = await this.#begin(container);
    this.#life = life;
    this.#isFrozen = false;
    try {
      await this.#starts.start(container);
    } catch (error) {
      this.#life = undefined;
      throw this.#error(`"${program}" to start`, refusalOf(error), error);
    }
    const { State } = await container.inspect();
    life.process = processOf(container.id, State.Pid);
  }

  /** Lets a program go that is held (agent/hold.ts). */
  release(): void {
    this.#stdin?.write('go\n');
  }

  /** Waits until the engine finds it healthy. Rejects, with its last lines, where it does not get so in time. */
  async healthy(patience: number): Promise<void> {
    const found = await lackOfHealth(this.#setting, patience, () => this.#state());
    if (found === undefined) return;
    if (!(await this.running())) await this.#life?.lastOutput();
    const wrote = (await this.tail(8)).join('\n  ');
    throw this.#error('it to become healthy', `${found}; it wrote last:\n  ${wrote}`);
  }

  /**
   * Sends the signal. For SIGKILL, resolves with the instant at which the process was gone; for others, with the one
   * at which it has ended. Rejects where there is no process, and where it has not ended `patience` ms later.
   */
  async kill(signal: KillSignal, patience: number): Promise<number> {
    const { container, life } = await this.#alive();
    const before = this.#setting.clock.now();
    const process = this.#isFrozen ? undefined : life.process;
    const refused = sendSignal(signal, container, process).then(
      () => new Promise<never>(() => {}),
      (error: unknown) => {
        const isGone = statusOf(error) === 409;
        const found = isGone ? 'none' : refusalOf(error);
        throw this.#error(isGone ? 'a running process' : `${signal} to be taken`, found, error);
      },
    );
    if (signal !== 'SIGKILL') return (await Promise.race([this.ended(patience), refused])).at;
    const gone = await Promise.race([life.goneWithin(patience), refused]);
    if (!gone) throw this.#error('its process to be gone', `it ${patience} ms after it was killed`);
    if (life.endedAt === undefined) return before;
    life.tell({ detail: describeSignal('SIGKILL'), at: life.endedAt });
    return life.endedAt;
  }

  /**
   * As `docker stop`: the stop signal of its image, and SIGKILL where it has not ended `grace` ms later. Gives the
   * instant at which it has ended.
   */
  async stop(grace: number, patience: number): Promise<{ at: number; killed: boolean }> {
    const { container, life } = await this.#alive();
    const { Config } = await this.#asked('look at', container.inspect());
    const signal = (Config as { StopSignal?: string }).StopSignal || 'SIGTERM';
    await this.#asked('stop', container.kill({ signal }));
    const killed = !(await life.goneWithin(grace));
    if (killed) {
      await container.kill({ signal: 'SIGKILL' }).catch((error: unknown) => {
        // It ended by itself between the look and the signal.
        if (statusOf(error) !== 409) throw this.#error('SIGKILL to be taken', refusalOf(error), error);
      });
      if (!(await life.goneWithin(patience)))
        throw this.#error('its process to be gone', `it ${patience} ms after it was killed`);
    }
    const { at } = await this.ended(patience);
    return { at: life.endedAt ?? at, killed };
  }

  /** By the freezer. */
  async pause(): Promise<Span> {
    const { clock } = this.#setting;
    const { container } = await this.#alive();
    // On a busy machine an engine gives up on a container whose processes are all being started.
    const passing = this.#isFrozen ? /unable to freeze/ : /unable to freeze|already paused/;
    this.#isFrozen = true;
    const freeze = () =>
      ordered(
        () => container.pause(),
        (refusal) => passing.test(refusal),
        clock,
      );
    return spanOfFreezer('all', this.process, clock, () => this.#asked('pause', freeze()));
  }

  /** Where it is frozen. */
  async resume(): Promise<Span> {
    const { clock } = this.#setting;
    const isPaused = await this.paused();
    const frozen = this.process && freezerOf(this.process);
    const isPassing = (refusal: string) => /not paused/.test(refusal) && frozen?.() === 'all';
    const thaw = () =>
      ordered(() => this.made.unpause(), isPassing, clock).catch(async (error: unknown) => {
        // It ended, or was started again, between the look and this.
        if (await this.paused()) throw error;
      });
    return spanOfFreezer('no', this.process, clock, async () => {
      if (isPaused) await this.#asked('resume', thaw());
      this.#isFrozen = false;
    });
  }

  async paused(): Promise<boolean> {
    const frozen = this.process && freezerOf(this.process);
    if (frozen) return frozen() === 'all' && (await this.running());
    const { Paused, Running } = await this.#state();
    return Paused && Running && (await this.running());
  }

  /** As the engine has it. Rejects where there is none yet. */
  get made(): Dockerode.Container {
    if (!this.#container) throw this.#error('a container', 'none');
    return this.#container;
  }

  /** Its first process; undefined where it has ended, or where this machine does not have it. */
  get process(): ProcessIdentity | undefined {
    const process = this.#life?.process;
    return process && stateOf(process) !== 'gone' ? process : undefined;
  }

  async running(): Promise<boolean> {
    const life = this.#life;
    if (!life || life.told) return false;
    return life.process ? stateOf(life.process) !== 'gone' : (await this.#state()).Running;
  }

  /** The engine tells that the container's process has ended. */
  onDie(code: number, outOfMemory: boolean): void {
    this.#life?.onDie(describeExit(code, outOfMemory));
  }

  tail(count: number): Promise<string[]> {
    return this.#log.tail(count);
  }

  /** Closes the log; the container must be gone. Rejects where the log could not be kept whole. */
  async close(): Promise<void> {
    try {
      await this.#log.close();
    } catch (error) {
      throw this.#error(`its log ${this.#setting.log} to be kept`, messageOf(error), error);
    }
  }

  async #begin(container: Dockerode.Container): Promise<ContainerLife> {
    const { name, clock, onLine, onExit } = this.#setting;
    const listens = JSON.parse(this.#made).OpenStdin === true;
    // Before the start, so that no line is missed.
    const output = await this.#asked(
      'give the output of',
      attachOutput(container, listens, this.#log, onLine),
    );
    this.#stdin = output.stdin;
    return new ContainerLife({ name, clock, outputEnded: output.ended, onExit });
  }

  /** How its process ended, by the engine's word. Rejects where that does not come within `ms`. */
  async ended(ms: number): Promise<Exit> {
    if (!this.#life) throw this.#error('a container that was started', 'none');
    return this.#life.ended(ms).catch((error: unknown) => {
      throw this.#error('its process to end', messageOf(error), error);
    });
  }

  async #alive(): Promise<{ container: Dockerode.Container; life: ContainerLife }> {
    const [container, life] = [this.#container, this.#life];
    if (!container || !life || !(await this.running())) throw this.#error('a running process', 'none');
    return { container, life };
  }

  async #state(): Promise<Pick<Dockerode.ContainerInspectInfo['State'], 'Running' | 'Paused' | 'Health'>> {
    if (!this.#container) return { Running: false, Paused: false };
    return (await this.#asked('look at', this.#container.inspect())).State;
  }

  async #asked<T>(what: string, answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      throw this.#error(`the engine to ${what} it`, refusalOf(error), error);
    }
  }

  #error(expected: string, found: string, cause?: unknown): EnvironmentError {
    return new EnvironmentError({ where: `node ${this.#setting.name}`, expected, found }, { cause });
  }
}
