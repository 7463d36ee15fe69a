/**
 * One life of a container: from its start to the end of its first process.
 *
 * Where the engine runs on this machine, whether that process lives is read from the process list, which knows at
 * once; the engine tells a good while later.
 */
import { type Clock, sleep, within } from '../../clock.js';
import { type ProcessIdentity, stateOf } from '../os-process.js';
import { comesWithin } from './comes.js';
import type { Exit } from './container-exit.js';

export interface ContainerLifeSetting {
  /** For error texts. */
  name: string;
  clock: Clock;
  /** Resolves when there is no more output. */
  outputEnded: Promise<void>;
  onExit(detail: string, at: number): void;
}

/** How long the last output is waited for, ms. */
const OUTPUT_PATIENCE = 250;
/** Time between two looks for the end of its process, ms. */
const LOOK_EVERY = 1;

export class ContainerLife {
  /** Its first process; undefined where this machine does not have it. */
  process: ProcessIdentity | undefined;
  readonly #setting: ContainerLifeSetting;
  readonly #exited: Promise<Exit>;
  #onDie: (exit: Exit) => void = () => {};
  #endedAt: number | undefined;
  #told = false;

  constructor(setting: ContainerLifeSetting) {
    this.#setting = setting;
    const died = new Promise<Exit>((resolve) => {
      this.#onDie = resolve;
    });
    this.#exited = died.then(async (exit) => {
      // What it wrote last is read before its end is told.
      await this.lastOutput();
      this.tell(exit);
      return exit;
    });
  }

  /** When its process was seen to end; undefined where it was not looked for, or cannot be seen. */
  get endedAt(): number | undefined {
    return this.#endedAt;
  }

  /** Whether its end was told. */
  get told(): boolean {
    return this.#told;
  }

  /** The engine tells that its process has ended. */
  onDie(detail: string): void {
    const at = this.#endedAt ?? this.#setting.clock.now();
    // Whoever looks for it from now on finds it at the same instant.
    if (this.process) this.#endedAt = at;
    this.#onDie({ detail, at });
  }

  /** Resolves when what it wrote last has been read, after a short while at the latest: others may hold it open. */
  async lastOutput(): Promise<void> {
    await comesWithin(this.#setting.clock, OUTPUT_PATIENCE, this.#setting.outputEnded);
  }

  /** Tells of its end, once. */
  tell({ detail, at }: Exit): void {
    if (this.#told) return;
    this.#told = true;
    this.#setting.onExit(detail, at);
  }

  /** The engine's word that its process has ended. Rejects where it does not come within `ms`. */
  ended(ms: number): Promise<Exit> {
    return within(this.#setting.clock, ms, `the end of ${this.#setting.name}`, () => this.#exited);
  }

  /** Looks until the process is gone; where it cannot be seen, waits for the engine to tell. */
  async goneWithin(ms: number): Promise<boolean> {
    const { clock } = this.#setting;
    const { process } = this;
    if (!process) return comesWithin(clock, ms, this.#exited);
    let alive = clock.now();
    const end = alive + ms;
    for (;;) {
      const state = stateOf(process);
      // A big process is taken down for some time after it ran last. It ended somewhere between two looks, which lie
      // further apart where this process was held up.
      if (state === 'ending' || state === 'gone') this.#endedAt ??= (alive + clock.now()) / 2;
      if (state === 'gone') return true;
      alive = clock.now();
      if (alive > end) return false;
      await sleep(clock, LOOK_EVERY);
    }
  }
}
