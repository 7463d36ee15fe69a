/** Waits until something that is looked at becomes so. */
import { type Clock, sleep } from '../clock.js';

/** Time between two looks, ms. */
const LOOK_EVERY = 5;

/** Looks until it is so, `ms` milliseconds have passed or `until` has come; says whether it was so in the end. */
export async function becomes(
  clock: Clock,
  ms: number,
  isSo: () => Promise<boolean>,
  until = Number.POSITIVE_INFINITY,
): Promise<boolean> {
  const end = Math.min(until, clock.now() + ms);
  while (!(await isSo())) {
    if (clock.now() >= end) return false;
    await sleep(clock, LOOK_EVERY);
  }
  return true;
}
