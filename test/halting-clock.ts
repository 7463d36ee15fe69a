import type { Clock } from '../src/clock.js';

/** A clock whose loop can stand still: timers that fall due meanwhile fire late, all at the end. */
export class HaltingClock implements Clock {
  #now = 1000;
  #slept = 0;
  readonly #timers = new Set<{ at: number; fire: () => void }>();

  now = () => this.#now;
  wall = () => new Date(this.#now + this.#slept);

  timer(ms: number, fire: () => void) {
    const entry = { at: this.#now + ms, fire };
    this.#timers.add(entry);
    return { cancel: () => void this.#timers.delete(entry) };
  }

  /** Runs for `ms`, everything on time. */
  go(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const [next] = [...this.#timers].filter(({ at }) => at <= end).sort((one, other) => one.at - other.at);
      if (!next) break;
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.fire();
    }
    this.#now = end;
  }

  /** Stands still for `ms`. */
  stand(ms: number): void {
    this.#now += ms;
  }

  /** The machine sleeps for `ms`, and its monotonic clock with it. */
  sleep(ms: number): void {
    this.#slept += ms;
  }
}
