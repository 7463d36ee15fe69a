/** Does something to each of several targets, or to none. */

/**
 * Where it fails for one, it is undone for all, since nobody will heal a fault that was not injected; then it rejects
 * with the first reason.
 */
export async function allOrNone<Done>(
  targets: readonly string[],
  work: (target: string) => Promise<Done>,
  undo: (target: string) => Promise<unknown>,
): Promise<Done[]> {
  const done = targets.map(work);
  const failed = (await Promise.allSettled(done)).find((one) => one.status === 'rejected');
  if (failed) {
    await Promise.allSettled(targets.map(undo));
    throw failed.reason;
  }
  return Promise.all(done);
}
