/** Whether drills can run in containers here: an engine answers, and the reference image is there or can be made. */
import type { Clock } from '../../clock.js';
import { engineClient, findEngine } from './engine.js';

/** Gives in words what there is. Rejects with an `EnvironmentError` that says what there is not. */
export async function tryDocker(
  environment: Readonly<Record<string, string | undefined>>,
  clock: Clock,
): Promise<string> {
  const engine = await findEngine(environment, clock);
  const docker = await engineClient(engine.address);
  // Heavy, and needed only where there is an engine.
  const { referenceImage } = await import('../image/reference-image.js');
  const { origin } = await referenceImage(docker, engine);
  return `containers, engine ${engine.version} at ${engine.where}, image of ${origin}`;
}
