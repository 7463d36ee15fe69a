/** What a drill can wait for, and the waiting. */
import { sleep } from '../clock.js';
import type { Condition } from '../drill/steps.js';
import type { Scene } from './scene.js';

/** How often a condition is looked at, ms. */
const LOOK_EVERY = 10;
/** How long all operations must have succeeded for the workload to count as steady, ms. */
const STEADY_FOR = 500;

/** Why a condition does not hold yet; undefined when it does. */
type Lack = (scene: Scene) => string | undefined;

function whole(scene: Scene): string | undefined {
  const lacking = scene.present.lacking();
  return lacking.length > 0 ? lacking.join(', ') : undefined;
}

const now = (scene: Scene) => scene.recorder.elapsed() * 1e6;

/** What counts from the effect of a fault waits for it to be seen. */
function unseen({ tally }: Scene): string | undefined {
  return tally.lastFault.since === undefined
    ? 'nobody has seen yet whether the last fault took effect'
    : undefined;
}

export const CONDITIONS: Readonly<Record<Condition, Lack>> = {
  'in-sync': whole,
  steady: (scene) =>
    whole(scene) ??
    (scene.tally.steady(now(scene), STEADY_FOR)
      ? undefined
      : `not every operation of the last ${STEADY_FOR} ms succeeded`),
  detected: (scene) =>
    unseen(scene) ??
    (scene.tally.detected
      ? undefined
      : 'no target of the last fault was declared failed since it took effect'),
  recovered: (scene) =>
    unseen(scene) ??
    (scene.tally.recovered(now(scene))
      ? undefined
      : 'the service has not been there for its clients for as long as it has to hold, since the last fault took effect'),
};

/**
 * Waits until `lack` finds nothing lacking, at most `within` milliseconds, and records how it went. Resolves to
 * whether it was reached; rejects only when the run is aborted.
 */
export async function waitUntil(scene: Scene, name: string, lack: Lack, within: number): Promise<boolean> {
  const { clock, recorder, signal } = scene;
  const end = clock.now() + within;
  let lacking = lack(scene);
  while (lacking !== undefined && clock.now() < end) {
    await sleep(clock, LOOK_EVERY, signal);
    lacking = lack(scene);
  }
  recorder.record({
    type: 'waited',
    for: name,
    reached: lacking === undefined,
    ...(lacking === undefined ? {} : { detail: `${lacking}, after ${within} ms` }),
  });
  return lacking === undefined;
}
