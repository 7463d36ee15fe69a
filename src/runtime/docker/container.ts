/**
 * One container over all its restarts: a node, or the one of the proxies.
 *
 *     (made) -> attached -> started -> running <-> paused -> gone -> started again ...
 *
 * Where the engine runs on this machine, whether its process lives is read from the process list, which knows at
 * once; the engine tells a good while later, and must have done so before the container can be started again.
 */
import { constants } from 'node:os';
import { PassThrough } from 'node:stream';
import type Dockerode from 'dockerode';
import { type Clock, sleep, within } from '../../clock.js';
import { EnvironmentError, messageOf } from '../../errors.js';
import { type ProcessIdentity, stateOf } from '../os-process.js';
import { Lines } from '../process/lines.js';
import { NodeLog } from '../process/node-log.js';
import { processOf } from './container-process.js';
import { refusalOf, statusOf } from './engine.js';

export interface ContainerSetting {
  /** For its log and for error texts. */
  name: string;
  clock: Clock;
  docker: Dockerode;
  /** Where its log is kept. */
  log: string;
  /** Told of the container as soon as the engine has given it its id. */
  onMade(id: string): void;
  onLine(line: string): void;
  onExit(detail: string, at: number): void;
}

/** How one life of the container ended, by what the engine told. */
export interface Exit {
  detail: string;
  at: number;
}

interface Life {
  /** Its first process; undefined where this machine does not have it. */
  process: ProcessIdentity | undefined;
  /** When it was seen to be gone, where we looked. */
  goneAt: number | undefined;
  told: boolean;
  exited: Promise<Exit>;
  onDie(exit: Exit): void;
  output: Promise<void>;
}

/** The signals that a drill sends. */
export type ContainerSignal = 'SIGKILL' | 'SIGTERM';

/** How long the engine may take to tell of an end that was seen, and for the last output to come, ms. */
const ENGINE_PATIENCE = 15_000;
const OUTPUT_PATIENCE = 250;
/** Time between two looks for the end of a process that was killed, ms. */
const LOOK_EVERY = 1;
/** The same for its health. */
const HEALTH_EVERY = 50;

export class Container {
  readonly #setting: ContainerSetting;
  readonly #log: NodeLog;
  #container: Dockerode.Container | undefined;
  /** What the container was made from, to know whether it can be used again. */
  #made = '';
  #life: Life | undefined;
  /** The connection to its streams, for what it is told. */
  #streams: NodeJS.ReadWriteStream | undefined;

  constructor(setting: ContainerSetting) {
    this.#setting = setting;
    this.#log = new NodeLog(setting.log);
  }

  /** Makes the container where there is none of these options yet. */
  async make(options: Dockerode.ContainerCreateOptions): Promise<Dockerode.Container> {
    const made = JSON.stringify(options);
    if (this.#container && this.#made === made) return this.#container;
    await this.#container?.remove({ force: true });
    try {
      this.#container = await this.#setting.docker.createContainer(options);
    } catch (error) {
      throw this.#error('its container to be made', refusalOf(error), error);
    }
    this.#made = made;
    this.#setting.onMade(this.#container.id);
    return this.#container;
  }

  /** Starts what was made; resolves once its process exists. `program` is for the error text. */
  async start(program: string): Promise<void> {
    if (this.#life) {
      if (await this.running()) throw this.#error('no process before its start', 'one that is running');
      await this.#ended(this.#life);
    }
    const container = this.#container;
    if (!container) throw this.#error('a container', 'none');
    const life = await this.#begin(container);
    this.#life = life;
    try {
      await container.start();
    } catch (error) {
      this.#life = undefined;
      throw this.#error(`"${program}" to start`, refusalOf(error), error);
    }
    const { State } = await container.inspect();
    life.process = processOf(container.id, State.Pid);
  }

  /** Lets a program go that is held (agent/hold.ts). */
  release(): void {
    this.#streams?.write('go\n');
  }

  /** Waits until the engine finds it healthy. Rejects, with its last lines, where it does not get so in time. */
  async healthy(patience: number): Promise<void> {
    const { clock } = this.#setting;
    const end = clock.now() + patience;
    for (;;) {
      const { Health, Running } = await this.#state();
      if (Health?.Status === 'healthy') return;
      const late = clock.now() > end;
      const none = Health === undefined || Health.Status === 'none';
      if (late || !Running || none || Health?.Status === 'unhealthy') {
        const checked = Health?.Log?.at(-1)?.Output?.trim();
        const found = Running
          ? `${Health?.Status ?? 'no health check'}${late ? ` after ${patience} ms` : ''}`
          : 'that it ended';
        const wrote = (await this.tail(8)).join('\n  ');
        throw this.#error(
          'it to become healthy',
          `${found}${checked ? `; its check said: ${checked}` : ''}; it wrote last:\n  ${wrote}`,
        );
      }
      await sleep(clock, HEALTH_EVERY);
    }
  }

  /**
   * Sends the signal. For SIGKILL, resolves with the instant at which the process was gone; for SIGTERM, with the
   * one at which it has ended. Rejects where there is no process.
   */
  async kill(signal: ContainerSignal, patience: number): Promise<number> {
    const { clock } = this.#setting;
    const { container, life } = await this.#alive();
    const before = clock.now();
    const sent = container.kill({ signal });
    const refused = sent.then(
      () => new Promise<never>(() => {}),
      (error: unknown) => {
        throw this.#error(
          statusOf(error) === 409 ? 'a running process' : `${signal} to be taken`,
          statusOf(error) === 409 ? 'none' : refusalOf(error),
          error,
        );
      },
    );
    const look = signal === 'SIGKILL' ? this.#seenGone(life, patience) : undefined;
    const end = look ?? within(clock, patience, `the end of ${this.#setting.name}`, () => life.exited);
    const ended = await Promise.race([end, refused]).catch((error: unknown) => {
      throw error instanceof EnvironmentError
        ? error
        : this.#error('its process to end', messageOf(error), error);
    });
    if (signal === 'SIGTERM') return (ended as Exit).at;
    if (life.goneAt === undefined) return before;
    this.#tell(life, { detail: describeSignal('SIGKILL'), at: life.goneAt });
    return life.goneAt;
  }

  async pause(): Promise<number> {
    const { container } = await this.#alive();
    await this.#asked('pause', container.pause());
    return this.#setting.clock.now();
  }

  async resume(): Promise<number> {
    const { container } = await this.#alive();
    await this.#asked('resume', container.unpause());
    return this.#setting.clock.now();
  }

  async paused(): Promise<boolean> {
    const { Paused, Running } = await this.#state();
    return Paused && Running && (await this.running());
  }

  async running(): Promise<boolean> {
    const life = this.#life;
    if (!life || life.told) return false;
    return life.process ? stateOf(life.process) !== 'gone' : (await this.#state()).Running;
  }

  /** The engine tells that the container's process has ended. */
  onDie(code: number, outOfMemory: boolean): void {
    const life = this.#life;
    if (!life) return;
    const detail = outOfMemory ? `${describeExit(code)}, out of memory` : describeExit(code);
    life.onDie({ detail, at: life.goneAt ?? this.#setting.clock.now() });
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

  async #begin(container: Dockerode.Container): Promise<Life> {
    let onDie: Life['onDie'] = () => {};
    const exited = new Promise<Exit>((resolve) => {
      onDie = resolve;
    });
    const life: Life = {
      process: undefined,
      goneAt: undefined,
      told: false,
      exited,
      onDie,
      output: (await this.#attach(container)).ended,
    };
    void exited.then(async (exit) => {
      // What it wrote last is read before its end is told.
      await firstOf(this.#setting.clock, OUTPUT_PATIENCE, life.output);
      this.#tell(life, exit);
    });
    return life;
  }

  /** Before the start, so that no line is missed. Gives the end of the output. */
  async #attach(container: Dockerode.Container): Promise<{ ended: Promise<void> }> {
    const { onLine } = this.#setting;
    const stdin = JSON.parse(this.#made).OpenStdin === true;
    const options = { stream: true, stdout: true, stderr: true, stdin, hijack: stdin };
    const stream = await container.attach(options).catch((error: unknown) => {
      throw this.#error('its output', refusalOf(error), error);
    });
    this.#streams = stdin ? stream : undefined;
    const lines = new Lines(onLine);
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    stdout.setEncoding('utf8');
    stderr.setEncoding('utf8');
    stdout.on('data', (text: string) => {
      this.#log.write(text);
      lines.push(text);
    });
    stderr.on('data', (text: string) => this.#log.write(text));
    container.modem.demuxStream(stream, stdout, stderr);
    const ended = new Promise<void>((resolve) => {
      const end = () => {
        lines.end();
        resolve();
      };
      stream.once('end', end);
      stream.once('close', end);
      stream.once('error', end);
    });
    return { ended };
  }

  /** Looks until the process is gone; where it cannot be seen, waits for the engine to tell. */
  async #seenGone(life: Life, patience: number): Promise<void> {
    const { clock, name } = this.#setting;
    if (!life.process) {
      await within(clock, patience, `the end of ${name}`, () => life.exited);
      return;
    }
    const end = clock.now() + patience;
    while (stateOf(life.process) !== 'gone') {
      if (clock.now() > end)
        throw this.#error('its process to be gone', `it ${patience} ms after it was killed`);
      await sleep(clock, LOOK_EVERY);
    }
    life.goneAt ??= clock.now();
  }

  #tell(life: Life, { detail, at }: Exit): void {
    if (life.told) return;
    life.told = true;
    this.#setting.onExit(detail, at);
  }

  async #ended(life: Life): Promise<void> {
    const { clock, name } = this.#setting;
    await within(clock, ENGINE_PATIENCE, `the engine's word that ${name} has ended`, () => life.exited).catch(
      (error: unknown) => {
        throw this.#error('its last process to end', messageOf(error), error);
      },
    );
  }

  async #alive(): Promise<{ container: Dockerode.Container; life: Life }> {
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

/** An exit code above 128 is a signal's number, as shells and engines have it. */
function describeExit(code: number): string {
  const signal = Object.entries(constants.signals).find(([, number]) => number === code - 128)?.[0];
  return signal ? describeSignal(signal as NodeJS.Signals) : `exit code ${code}`;
}

function describeSignal(signal: NodeJS.Signals): string {
  return `signal ${signal} (${constants.signals[signal]})`;
}

async function firstOf(clock: Clock, ms: number, awaited: Promise<void>): Promise<void> {
  const ending = new AbortController();
  await Promise.race([awaited, sleep(clock, ms, ending.signal).catch(() => undefined)]);
  ending.abort();
}
