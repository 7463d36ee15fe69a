/**
 * One life of a simulated process: what happens to it happens at once while it runs, waits while it is stopped, and does
 * not happen any more once it has ended.
 */
import type { Clock, Timer } from '../../clock.js';

export class Life implements Clock {
  readonly #clock: Clock;
  readonly #onCrash: (error: unknown) => void;
  #isAlive = true;
  #isStopped = false;
  /** What has come while it was stopped. */
  #waiting: (() => void)[] = [];

  /** `onCrash` is told what its program threw, which ends a process. */
  constructor(clock: Clock, onCrash: (error: unknown) => void) {
    this.#clock = clock;
    this.#onCrash = onCrash;
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  now(): number {
    return this.#clock.now();
  }

  wall(): Date {
    return this.#clock.wall();
  }

  timer(ms: number, fire: () => void): Timer {
    let isWanted = true;
    const work = () => {
      if (isWanted) fire();
    };
    const timer = this.#clock.timer(ms, () => this.run(work));
    return {
      cancel() {
        isWanted = false;
        timer.cancel();
      },
    };
  }

  run(work: () => void): void {
    if (!this.#isAlive) return;
    if (this.#isStopped) {
      this.#waiting.push(work);
      return;
    }
    try {
      work();
    } catch (error) {
      this.#onCrash(error);
    }
  }

  stop(): void {
    this.#isStopped = true;
  }

  goOn(): void {
    this.#isStopped = false;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const work of waiting) this.run(work);
  }

  end(): void {
    this.#isAlive = false;
    this.#waiting = [];
  }
}
