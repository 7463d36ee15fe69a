/**
 * The recorder: stamps each event, gives it its place, chains it to the one before and writes it, as it
 * happens. Lines are handed to the operating system in small batches, at most `FLUSH_MS` apart, so that a
 * SIGKILL of the runner leaves the history readable up to the last batch; what must be on record before
 * something is done (a fault before it is applied) is flushed first. What can be had again from its seed is gathered
 * instead, so that nothing has to wait for the operating system meanwhile.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { getHeapStatistics } from 'node:v8';
import type { Clock, Timer } from '../clock.js';
import type { Mask } from '../drill/secrets.js';
import { codeOf, EnvironmentError, messageOf } from '../errors.js';
import { lineEncoder } from '../history/codec.js';
import type { Event, EventBody, Nanoseconds } from '../history/event.js';

const FLUSH_MS = 10;
/** How much a recorder gathers that need not write at once, characters. */
const GATHERED = 1_000_000;

/**
 * How many events all recorders together may hold in memory. An event and what the checkers make of it take 600 bytes;
 * a history that does not fit is told before the heap overflows.
 */
const MOST_HELD = Math.floor(getHeapStatistics().heap_size_limit / 1024);
let held = 0;

/** Instants of the clock, in milliseconds, that go into an event on the run's own scale. */
export interface Instants {
  at?: number | undefined;
  first?: number | undefined;
  last?: number | undefined;
  until?: number | undefined;
  intended?: number | undefined;
}

export interface RecorderSetting {
  clock: Clock;
  /** Hides what is secret in an event. */
  mask?: Mask;
  /** Where the history is written; in memory alone if left out. */
  file?: string | undefined;
  /** Whether it may gather what is recorded, and write it in large pieces. */
  gathers?: boolean | undefined;
  /** How many events may be in memory. */
  most?: number;
  /** Called once when the history can no longer be written, and once when it can no longer be held. */
  onFailure(error: EnvironmentError): void;
}

export class Recorder {
  /** All that was recorded, until it is told to forget. */
  readonly events: Event[] = [];
  #count = 0;
  #forgets = false;
  readonly #clock: Clock;
  readonly #mask: Mask | undefined;
  readonly #origin: number;
  readonly #file: string;
  readonly #handle: FileHandle | undefined;
  readonly #onFailure: (error: EnvironmentError) => void;
  readonly #most: number;
  readonly #gathers: boolean;
  readonly #encode = lineEncoder();
  readonly #listeners: ((event: Event) => void)[] = [];
  #pending = '';
  #writing: Promise<void> = Promise.resolve();
  #timer: Timer | undefined;
  #failed = false;
  #closed = false;
  #isFull = false;

  private constructor(setting: RecorderSetting, handle: FileHandle | undefined) {
    this.#clock = setting.clock;
    this.#mask = setting.mask;
    this.#origin = setting.clock.now();
    this.#file = setting.file ?? 'the history';
    this.#handle = handle;
    this.#onFailure = setting.onFailure;
    this.#most = setting.most ?? MOST_HELD;
    this.#gathers = setting.gathers ?? false;
  }

  /** Creates the history file. Rejects with an EnvironmentError where it is there already, or cannot be created. */
  static async open(setting: RecorderSetting): Promise<Recorder> {
    const { file } = setting;
    if (file === undefined) return new Recorder(setting, undefined);
    try {
      return new Recorder(setting, await open(file, 'wx', 0o600));
    } catch (error) {
      throw cannotWrite(file, error);
    }
  }

  /** Milliseconds since the run began. */
  elapsed(): number {
    return this.#clock.now() - this.#origin;
  }

  /** What happens once the history is closed is no part of it. */
  record(body: EventBody, instants: Instants = {}): Event {
    const told = this.#mask?.event(body) ?? body;
    const event = { index: this.#count, time: this.scale(this.#clock.now()), ...told } as Event;
    for (const name of ['at', 'first', 'last', 'until', 'intended'] as const) {
      const instant = instants[name];
      if (instant !== undefined) Object.assign(event, { [name]: this.scale(instant) });
    }
    if (this.#closed) return event;
    this.#count += 1;
    if (!this.#forgets) this.#hold(event);
    if (this.#handle) this.#write(event);
    for (const listen of this.#listeners) listen(event);
    return event;
  }

  #write(event: Event): void {
    this.#pending += this.#encode(event);
    if (!this.#gathers) this.#timer ??= this.#clock.timer(FLUSH_MS, () => void this.flush());
    else if (this.#pending.length > GATHERED) void this.#flush();
  }

  /** Keeps no events in memory any more; they go to the file as ever. */
  forget(): void {
    this.#forgets = true;
    held -= this.events.length;
    this.events.length = 0;
  }

  #hold(event: Event): void {
    this.events.push(event);
    held += 1;
    if (held <= this.#most || this.#isFull) return;
    this.#isFull = true;
    this.#onFailure(tooLong(this.#file, this.#most));
  }

  subscribe(listen: (event: Event) => void): void {
    this.#listeners.push(listen);
  }

  /** Resolves when all that was recorded so far is with the operating system, where it is not gathered. */
  async flush(): Promise<void> {
    if (!this.#gathers) await this.#flush();
  }

  #flush(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    const text = this.#pending;
    this.#pending = '';
    if (text) this.#writing = this.#writing.then(() => this.#append(text));
    return this.#writing;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#flush();
    await this.#handle?.close();
  }

  /** An instant of the clock, in milliseconds, on the run's own scale. */
  scale(ms: number): Nanoseconds {
    return Math.round((ms - this.#origin) * 1e6);
  }

  async #append(text: string): Promise<void> {
    if (this.#failed) return;
    try {
      await this.#handle?.writeFile(text);
    } catch (error) {
      this.#failed = true;
      this.#onFailure(cannotWrite(this.#file, error));
    }
  }
}

function tooLong(file: string, most: number): EnvironmentError {
  return new EnvironmentError({
    where: file,
    expected: `a history of at most ${most} events, which is what fits in memory`,
    found: 'a longer one',
    todo: 'lower the rate of the clients, run fewer at once, or give Node more (NODE_OPTIONS=--max-old-space-size=8192)',
  });
}

/** That a history is there already, where one was to be begun. */
export function earlierHistory(file: string): EnvironmentError {
  return new EnvironmentError({
    where: file,
    expected: 'no history yet',
    found: 'that of an earlier run',
    todo: 'give another folder with --out, or remove what is there',
  });
}

function cannotWrite(file: string, error: unknown): EnvironmentError {
  if (codeOf(error) === 'EEXIST') return earlierHistory(file);
  return new EnvironmentError(
    {
      where: file,
      message: `the history cannot be written (${messageOf(error)})`,
      todo: 'give a folder that can be written and has room, with --out',
    },
    { cause: error },
  );
}
