/** Whether and when a node whose program has ended is started again by itself: Compose's words, the engine's rules. */

/** The words: `no`, `always`, `unless-stopped`, `on-failure`, or `on-failure:3` for at most three in a row. */
export const RESTART_POLICY = /^(?:no|always|unless-stopped|on-failure(?::[1-9]\d{0,3})?)$/;

/** How the end of a program without an error is told. */
export const WELL_ENDED = 'exit code 0';

/** After so long a life, ms, the next delay is the first one again. */
const LONG_LIFE = 10_000;
const FIRST_DELAY = 100;
const LONGEST_DELAY = 60_000;

/** What a policy has to go by. */
export interface Ends {
  /** How many failures there were in a row. */
  failures: number;
  /** How long it was waited for the last start, ms. */
  delay: number;
}

export const NO_ENDS: Ends = { failures: 0, delay: 0 };

/** The same after one more end, `life` ms after its start. `detail` says how: `exit code 1`, `signal SIGKILL`. */
export function oneMoreEnd(ends: Ends, detail: string, life: number): Ends {
  const isFirst = ends.delay === 0 || life > LONG_LIFE;
  return {
    failures: detail === WELL_ENDED ? 0 : ends.failures + 1,
    delay: isFirst ? FIRST_DELAY : Math.min(2 * ends.delay, LONGEST_DELAY),
  };
}

/** Whether a node is started again after the last of these ends. */
export function restartsAfter(policy: string | undefined, { failures }: Ends): boolean {
  if (policy === undefined || policy === 'no') return false;
  const [word, most = Number.POSITIVE_INFINITY] = policy.split(':');
  return word !== 'on-failure' || (failures > 0 && failures <= Number(most));
}
