/** Waits until an engine finds a container healthy. */
import type Dockerode from 'dockerode';
import { type Clock, sleep } from '../../clock.js';
import { nowAndThen, type Tell } from '../progress.js';

/** Time between two looks, ms. */
const LOOK_EVERY = 50;

export interface HealthSetting {
  /** For its log and for texts. */
  name: string;
  clock: Clock;
  /** Told now and then that it is not healthy yet, and what the last check wrote. */
  onProgress?: Tell | undefined;
}

/** Undefined once it is healthy; in words, why it is not `patience` ms later, or never will be. */
export async function lackOfHealth(
  { name, clock, onProgress = () => {} }: HealthSetting,
  patience: number,
  look: () => Promise<Pick<Dockerode.ContainerInspectInfo['State'], 'Running' | 'Health'>>,
): Promise<string | undefined> {
  const end = clock.now() + patience;
  const often = nowAndThen(clock, onProgress);
  for (;;) {
    const { Health, Running } = await look();
    if (Health?.Status === 'healthy') return undefined;
    const checked = Health?.Log?.at(-1)?.Output?.trim();
    const late = clock.now() > end;
    const none = Health === undefined || Health.Status === 'none';
    if (late || !Running || none || Health.Status === 'unhealthy') {
      // A check in a container that has ended tells of nothing else.
      if (!Running) return 'that it ended';
      const found = `${Health?.Status ?? 'no health check'}${late ? ` after ${patience} ms` : ''}`;
      return `${found}${checked ? `; its check said: ${checked}` : ''}`;
    }
    often(`${name} is not healthy yet${checked ? `; its check said: ${checked}` : ''}`);
    await sleep(clock, LOOK_EVERY);
  }
}
