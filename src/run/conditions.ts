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
  return tally.lastFault.since === undefined ? 'the last fault was not seen to take effect yet' : undefined;
}

export const CONDITIONS: Readonly<Record<Condition, Lack>> = {
  'in-sync': whole,
  promoted: ({ tally }) => {
    const since = tally.lastFault.since;
    if (since !== undefined && tally.changes.promotedSince(since)) return undefined;
    return 'nobody has become primary since the last fault took effect, or the last switchover was asked for';
  },
  switching: ({ tally }) =>
    tally.changes.switchingTo === undefined ? 'no planned change of primary is under way' : undefined,
  resyncing: ({ present }) =>
    present.behind().some((node) => !present.of(node).caughtUp)
      ? undefined
      : 'no standby runs that has not been in sync since it was started',
  lagging: ({ present }) =>
    present.behind().some((node) => present.of(node).caughtUp)
      ? undefined
      : 'no standby that was in sync is so no more',
  steady: (scene) =>
    whole(scene) ??
    (scene.tally.steady(now(scene), STEADY_FOR)
      ? undefined
      : `not every operation of the last ${STEADY_FOR} ms succeeded`),
  detected: (scene) =>
    unseen(scene) ??
    (scene.tally.lastFault.detected
      ? undefined
      : 'no target of the last fault was declared failed since it took effect'),
  recovered: (scene) =>
    unseen(scene) ??
    (scene.tally.recovered(now(scene))
      ? undefined
      : 'nothing was acknowledged since the last fault took effect after which the success rate held'),
};

/** What else a wait knows. */
interface Waiting {
  /** The drill says what is done where it is not reached. */
  hasElse?: boolean;
  /** Whether a fault was put into the midst of what is waited for: then it is waited for no longer. */
  isDisturbed?(): boolean;
}

/**
 * Waits until `lack` finds nothing lacking, at most `within` milliseconds, and records how it went. Resolves to
 * whether it was reached; rejects only when the run is aborted.
 */
export async function waitUntil(
  scene: Scene,
  name: string,
  lack: Lack,
  within: number,
  { hasElse = false, isDisturbed = () => false }: Waiting = {},
): Promise<boolean> {
  const { clock, recorder, signal } = scene;
  const end = clock.now() + within;
  let lacking = lack(scene);
  while (lacking !== undefined && clock.now() < end && !isDisturbed()) {
    await sleep(clock, LOOK_EVERY, signal);
    lacking = lack(scene);
  }
  const reached = lacking === undefined;
  const why = isDisturbed() ? MIDST : `timed out after ${within / 1000} s`;
  recorder.record({
    type: 'waited',
    for: name,
    reached,
    ...(!reached && (hasElse || isDisturbed()) ? { otherwise: true } : {}),
    ...(reached ? {} : { detail: `${why}: ${lacking}` }),
  });
  return reached;
}

export const MIDST = 'given up, for a fault was put into its midst';
