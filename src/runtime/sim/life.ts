/**
 * One life of a simulated process: what happens to it happens at once while it runs, waits while it is stopped, and does
 * not happen any more once it has ended. Its clock may be ahead of true time, and go at a rate of its own.
 */
import type { Clock, Timer } from '../../clock.js';

/** What a clock shows: `ahead` ms more than true time times `rate`. */
export interface Pace {
  ahead: number;
  rate: number;
}

/** By rounding, a timer could be a moment too soon, again and again, ms. */
const ROUNDING = 1e-6;

export class Life implements Clock {
  readonly #clock: Clock;
  readonly #pace: Pace | undefined;
  readonly #onCrash: (error: unknown) => void;
  #isAlive = true;
  #isStopped = false;
  /** What has come while it was stopped. */
  #waiting: (() => void)[] = [];

  /** `onCrash` is told what its program threw, which ends a process. Without a pace, its clock shows true time. */
  constructor(clock: Clock, onCrash: (error: unknown) => void, pace?: Pace) {
    this.#clock = clock;
    this.#onCrash = onCrash;
    this.#pace = pace;
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  now(): number {
    const now = this.#clock.now();
    return this.#pace ? now * this.#pace.rate + this.#pace.ahead : now;
  }

  /** The true time at which its clock shows `ms`. */
  trueTime(ms: number): number {
    return this.#pace ? (ms - this.#pace.ahead) / this.#pace.rate : ms;
  }

  wall(): Date {
    return this.#clock.wall();
  }

  timer(ms: number, fire: () => void): Timer {
    let isWanted = true;
    const work = () => {
      if (isWanted) fire();
    };
    const due = this.#pace ? ms / this.#pace.rate + ROUNDING : ms;
    const timer = this.#clock.timer(due, () => this.run(work));
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
