/** Images for tests, built from the recipes under fixtures/images by the engine's own builder, and kept. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock as clock } from '../../../src/clock.js';
import { messageOf } from '../../../src/errors.js';
import { engineClient, findEngine } from '../../../src/runtime/docker/engine.js';
import { exists, followed } from '../../../src/runtime/image/reference-image.js';
import { tar } from '../../../src/runtime/image/tar.js';

const FOLDER = join(import.meta.dirname, '../../../fixtures/images');

/** The image of a recipe, or why it cannot be had here: its base is missing, or what it installs cannot be fetched. */
export async function builtFrom(recipe: string): Promise<{ image: string } | { missing: string }> {
  const content = readFileSync(join(FOLDER, recipe, 'Dockerfile'));
  const image = `failover-drill-test/${recipe}:${createHash('sha256').update(content).digest('hex').slice(0, 12)}`;
  try {
    const docker = await engineClient((await findEngine(process.env, clock)).address);
    if (await exists(docker, image)) return { image };
    const base = /^FROM (\S+)/m.exec(content.toString())?.[1] ?? '';
    if (!(await exists(docker, base))) return { missing: `the image ${base} is not in the engine` };
    await followed(docker, await docker.buildImage(tar([{ path: 'Dockerfile', content }]), { t: image }));
    return { image };
  } catch (error) {
    return { missing: messageOf(error) };
  }
}
