/**
 * An open-loop schedule: operations begin at a fixed rate, whatever became of the earlier ones, so that a
 * service that stalls cannot slow the clients that measure it down (no coordinated omission; Tene, "How NOT to
 * Measure Latency"). Operation n is due at start + n / rate; when the timer comes late, all that are due by then
 * begin at once, each with the instant at which it should have begun. Where there are more than can be begun in a moment,
 * answers and signals are heard in between.
 */
import type { Clock, Timer } from '../clock.js';

/** A moment, ms. */
const MOMENT = 10;

export interface Schedule {
  stop(): void;
}

/** Calls `begin` with the intended instant (ms, the clock's) of each operation until stopped, or until it gives false. */
export function schedule(
  clock: Clock,
  perSecond: number,
  begin: (intended: number, sequence: number) => boolean,
): Schedule {
  const period = 1000 / perSecond;
  const start = clock.now();
  let sequence = 0;
  let timer: Timer | undefined;
  const wake = () => {
    const now = clock.now();
    for (let due = start + sequence * period; due <= now; due = start + sequence * period) {
      if (!begin(due, sequence++)) return;
      if (clock.now() - now >= MOMENT) break;
    }
    timer = clock.timer(start + sequence * period - clock.now(), wake);
  };
  wake();
  return { stop: () => timer?.cancel() };
}
