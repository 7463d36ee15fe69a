/** Images of the user's own: those that the engine lacks are pulled before anything starts. */
import type Dockerode from 'dockerode';
import { within } from '../../clock.js';
import { EnvironmentError } from '../../errors.js';
import { exists, followed } from '../image/reference-image.js';
import type { Surroundings } from '../runtime.js';
import { refusalOf } from './engine.js';

/** How long getting one image may take, ms. */
const PATIENCE = 300_000;

/** Rejects with an `EnvironmentError` that names the image that cannot be had. */
export async function ensureImages(
  docker: Dockerode,
  names: readonly string[],
  { clock, signal, onProgress }: Pick<Surroundings, 'clock' | 'signal' | 'onProgress'>,
): Promise<void> {
  await Promise.all(
    names.map(async (name) => {
      if (await exists(docker, name)) return;
      const tagged = /[:@][^/]+$/.test(name) ? name : `${name}:latest`;
      onProgress?.(`pulling the image ${tagged}`);
      try {
        await within(
          clock,
          PATIENCE,
          `pulling ${tagged}`,
          async (abortSignal) => followed(docker, await docker.pull(tagged, { abortSignal })),
          signal,
        );
      } catch (error) {
        signal?.throwIfAborted();
        throw new EnvironmentError(
          {
            where: `image ${name}`,
            expected: 'it to be in the engine, or to be pulled',
            found: refusalOf(error),
            todo: 'build or pull it, or correct its name',
          },
          { cause: error },
        );
      }
    }),
  );
}
