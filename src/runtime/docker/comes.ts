/** Whether something that is awaited comes within a time. */
import { type Clock, sleep } from '../../clock.js';

export async function comesWithin(clock: Clock, ms: number, awaited: Promise<unknown>): Promise<boolean> {
  const ending = new AbortController();
  const late = sleep(clock, ms, ending.signal).then(
    () => false,
    () => false,
  );
  const first = await Promise.race([awaited.then(() => true), late]);
  ending.abort();
  return first;
}
