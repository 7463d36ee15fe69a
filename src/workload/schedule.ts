/**
 * An open-loop schedule: operations begin at a fixed rate, whatever became of the earlier ones, so that a
 * service that stalls cannot slow the clients that measure it down (no coordinated omission; Tene, "How NOT to
 * Measure Latency"). Operation n is due at start + n / rate; when the timer comes late, all that are due by then
 * begin at once, each with the instant at which it should have begun.
 */
import type { Clock, Timer } from '../clock.js';

export interface Schedule {
  stop(): void;
}

/** Calls `begin` with the intended instant (ms, the clock's) of each operation until stopped. */
export function schedule(
  clock: Clock,
  perSecond: number,
  begin: (intended: number, sequence: number) => void,
): Schedule {
  const period = 1000 / perSecond;
  const start = clock.now();
  let sequence = 0;
  let timer: Timer | undefined;
  const wake = () => {
    const now = clock.now();
    for (let due = start + sequence * period; due <= now; due = start + sequence * period)
      begin(due, sequence++);
    timer = clock.timer(start + sequence * period - clock.now(), wake);
  };
  wake();
  return { stop: () => timer?.cancel() };
}
