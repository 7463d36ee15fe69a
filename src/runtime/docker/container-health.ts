/** Waits until an engine finds a container healthy. */
import type Dockerode from 'dockerode';
import { type Clock, sleep } from '../../clock.js';

/** Time between two looks, ms. */
const LOOK_EVERY = 50;

/**
 * Undefined once it is healthy; in words, why it is not `patience` ms later, or never will be. `unhealthy` is told, at each
 * look that finds it not healthy yet, what the last check wrote.
 */
export async function lackOfHealth(
  clock: Clock,
  patience: number,
  look: () => Promise<Pick<Dockerode.ContainerInspectInfo['State'], 'Running' | 'Health'>>,
  unhealthy: (checked: string | undefined) => void = () => {},
): Promise<string | undefined> {
  const end = clock.now() + patience;
  for (;;) {
    const { Health, Running } = await look();
    if (Health?.Status === 'healthy') return undefined;
    const checked = Health?.Log?.at(-1)?.Output?.trim();
    const late = clock.now() > end;
    const none = Health === undefined || Health.Status === 'none';
    if (late || !Running || none || Health.Status === 'unhealthy') {
      const found = Running
        ? `${Health?.Status ?? 'no health check'}${late ? ` after ${patience} ms` : ''}`
        : 'that it ended';
      return `${found}${checked ? `; its check said: ${checked}` : ''}`;
    }
    unhealthy(checked);
    await sleep(clock, LOOK_EVERY);
  }
}
