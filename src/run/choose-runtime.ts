/** Where drills run: as asked, or with `auto` in containers where that can be had, else as processes. */
import { RUNTIMES, type RuntimeName } from '../catalog.js';
import type { Clock } from '../clock.js';
import { messageOf, UsageError } from '../errors.js';
import { tryDocker } from '../runtime/docker/trial.js';

export type AskedRuntime = RuntimeName | 'auto';

export interface ChosenRuntime {
  name: RuntimeName;
  /** Why, on one line. */
  reason: string;
}

export interface RuntimeChoice {
  asked: AskedRuntime;
  /** The user's own Toxiproxy, which containers' networks are out of reach of. */
  toxiproxy?: string | undefined;
  environment: Readonly<Record<string, string | undefined>>;
  clock: Clock;
}

/** The runtimes that can be asked for. */
export const RUNTIME_NAMES = ['auto', ...(Object.keys(RUNTIMES) as RuntimeName[])] as const;

/**
 * Rejects with an `EnvironmentError` where containers were asked for and cannot be had, with a `UsageError` where
 * what was asked for does not go together.
 */
export async function chooseRuntime(choice: RuntimeChoice): Promise<ChosenRuntime> {
  const { asked, toxiproxy, environment, clock } = choice;
  if (asked === 'process') return { name: 'process', reason: 'local processes, as asked' };
  if (toxiproxy !== undefined) {
    if (asked === 'auto')
      return {
        name: 'process',
        reason: 'local processes, since --toxiproxy cannot reach into containers’ networks',
      };
    throw new UsageError({
      where: '--toxiproxy',
      expected: 'to be left out with --runtime docker',
      found: `"${toxiproxy}", which cannot listen in the networks of containers`,
      todo: 'leave it out, or use --runtime process',
    });
  }
  if (asked === 'docker') return { name: 'docker', reason: await tryDocker(environment, clock) };
  return tryDocker(environment, clock).then(
    (reason): ChosenRuntime => ({ name: 'docker', reason }),
    (error: unknown): ChosenRuntime => ({
      name: 'process',
      reason: `local processes, since there are no containers: ${messageOf(error)}`,
    }),
  );
}
