/** Works that are waited for to their end, also where one fails: what comes into being later would be nobody's. */
import { messageOf } from './errors.js';

/** As `Promise.all`, but rejects only once none of them is under way. */
export async function allEnded<const Works extends readonly Promise<unknown>[]>(
  works: Works,
): Promise<{ -readonly [At in keyof Works]: Awaited<Works[At]> }> {
  await Promise.allSettled(works);
  return Promise.all(works);
}

/** Why those failed that did, one text each. */
export async function failuresOf(works: readonly Promise<unknown>[]): Promise<string[]> {
  const ended = await Promise.allSettled(works);
  return ended.flatMap((one) => (one.status === 'rejected' ? [messageOf(one.reason)] : []));
}
