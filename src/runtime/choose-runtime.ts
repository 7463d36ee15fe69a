/** Where drills run: as asked, or with `auto` in containers where that can be had, else as processes. */
import type { Clock } from '../clock.js';
import { messageOf, UsageError } from '../errors.js';
import { tryDocker } from './docker/trial.js';
import { parseToxiproxyChoice } from './links/proxies/toxiproxy-choice.js';
import type { RuntimeName } from './runtime.js';

export type AskedRuntime = RuntimeName | 'auto';

export interface ChosenRuntime {
  name: RuntimeName;
  /** Why, on one line. */
  reason: string;
}

export interface RuntimeChoice {
  asked: AskedRuntime;
  /** What `--toxiproxy` says. */
  toxiproxy?: string | undefined;
  environment: Readonly<Record<string, string | undefined>>;
  clock: Clock;
}

/**
 * Rejects with an `EnvironmentError` where containers were asked for and cannot be had, with a `UsageError` where
 * what was asked for does not go together.
 */
export async function chooseRuntime(choice: RuntimeChoice): Promise<ChosenRuntime> {
  const { asked, environment, clock } = choice;
  const toxiproxy = parseToxiproxyChoice(choice.toxiproxy);
  if (asked !== 'auto') {
    assertReach(choice.toxiproxy, asked);
    if (asked === 'process') return { name: asked, reason: 'local processes, as asked' };
    if (asked === 'sim')
      return { name: asked, reason: 'simulated in this process under virtual time, as asked' };
  }
  if (toxiproxy.kind === 'url')
    return {
      name: 'process',
      reason: 'local processes, since that Toxiproxy cannot reach into containers’ networks',
    };
  if (asked === 'docker' || toxiproxy.kind === 'image')
    return { name: 'docker', reason: await tryDocker(environment, clock) };
  return tryDocker(environment, clock).then(
    (reason): ChosenRuntime => ({ name: 'docker', reason }),
    (error: unknown): ChosenRuntime => ({
      name: 'process',
      reason: `local processes, since there are no containers: ${messageOf(error)}`,
    }),
  );
}

/** Throws a `UsageError` where what `--toxiproxy` says cannot be, or cannot carry the links of that runtime. */
export function assertReach(asked: string | undefined, runtime: RuntimeName): void {
  const toxiproxy = parseToxiproxyChoice(asked);
  const refuse = (found: string, todo: string) => {
    throw new UsageError({
      where: '--toxiproxy',
      expected: `what can carry links of the runtime ${runtime}`,
      found,
      todo,
    });
  };
  if (asked !== undefined && runtime === 'sim')
    refuse(`"${asked}"`, 'leave it out: simulated links need no Toxiproxy, or use another runtime');
  if (toxiproxy.kind === 'url' && runtime === 'docker')
    refuse(
      `${toxiproxy.url}, which cannot listen in the networks of containers`,
      'give an image, leave it out, or use --runtime process',
    );
  if (toxiproxy.kind === 'image' && runtime === 'process')
    refuse(`${toxiproxy.image}, which is an image`, 'give a URL, leave it out, or use --runtime docker');
}
