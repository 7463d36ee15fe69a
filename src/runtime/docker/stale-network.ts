/**
 * A network that an engine does not give up though no container is on it. The engine counts a network's endpoints beside
 * the endpoints themselves, and refuses to remove the network for as long as the number is not 0: a wrong number stays
 * until the engine is started again (moby/moby#42119).
 */
import type Dockerode from 'dockerode';
import { EnvironmentError } from '../../errors.js';
import { refusalOf } from './engine.js';

const REFUSAL = /active endpoint/;
const STALE = 'has active endpoints though no container is on it';

/** Removes a network. Rejects, with the reason and the remedy, where the engine will not do it by itself. */
export async function freeOfGhosts(network: Dockerode.Network): Promise<void> {
  try {
    await network.remove();
  } catch (error) {
    if (!REFUSAL.test(refusalOf(error))) throw error;
    const { Containers = {} } = (await network.inspect()) as {
      Containers?: Record<string, { Name: string }>;
    };
    // An endpoint that no container has is named by its own number.
    const ghosts = Object.entries(Containers ?? {}).filter(([id]) => id.startsWith('ep-'));
    for (const [, { Name }] of ghosts) await network.disconnect({ Container: Name, Force: true });
    if (ghosts.length > 0) return void (await network.remove());
    if (Object.keys(Containers ?? {}).length > 0) throw error;
    throw new EnvironmentError(
      {
        message: `the engine says that it ${STALE}`,
        todo: 'restart the engine (moby/moby#42119), and then `drill clean` removes it',
      },
      { cause: error },
    );
  }
}

/** Whether that is why something was not removed, by its text. */
export function isStale(text: string): boolean {
  return text.includes(STALE);
}
