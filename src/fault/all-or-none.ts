/** Does something to each of several targets, or to none. */
import { allEnded } from '../all-ended.js';

/**
 * Where it fails for one, it is undone for all, since nobody will heal a fault that was not injected; then it rejects
 * with the first reason.
 */
export async function allOrNone<Done>(
  targets: readonly string[],
  work: (target: string) => Promise<Done>,
  undo: (target: string) => Promise<unknown>,
): Promise<Done[]> {
  try {
    return await allEnded(targets.map(work));
  } catch (error) {
    await Promise.allSettled(targets.map(undo));
    throw error;
  }
}
