/** Whether images have libfaketime, without which the clock of their containers cannot be set; and where it lies in them. */
import type Dockerode from 'dockerode';
import type { ContainerSpec } from '../../../drill/container.js';
import { EnvironmentError } from '../../../errors.js';
import { exists } from '../../image/reference-image.js';
import { statusOf } from '../engine.js';
import { IMAGE_LABEL } from '../labels.js';
import { trialName } from '../trial-name.js';

/** Where the distributions put it; the one for programs with threads works for all. */
const FOLDERS = [
  '/usr/lib/x86_64-linux-gnu/faketime',
  '/usr/lib/aarch64-linux-gnu/faketime',
  '/usr/lib64/faketime',
  '/usr/lib/faketime',
  '/usr/local/lib/faketime',
];
const LIBRARIES = FOLDERS.map((folder) => `${folder}/libfaketimeMT.so.1`);
/** What to do where an image has none. */
const REMEDY = 'install it there (Debian has it in the package `libfaketime`), or aim at other nodes';

/** Where the images of these nodes have it, by node. Rejects with an `EnvironmentError` that names one that lacks it. */
export async function faketimeOf(
  docker: Dockerode,
  images: Readonly<Record<string, string>>,
  labels: Record<string, string>,
): Promise<Record<string, string>> {
  const found = await librariesIn(docker, Object.values(images), labels);
  return Object.fromEntries(
    Object.entries(images).map(([node, image]) => {
      const library = found.get(image);
      if (library !== undefined) return [node, library];
      throw new EnvironmentError({
        where: `node ${node}`,
        expected: 'libfaketime in its image, for the fault `clock`',
        found: `none in ${image}`,
        todo: REMEDY,
      });
    }),
  );
}

/**
 * Which of these nodes are of an image without it, in words; undefined where none is known to be. What has yet to be
 * pulled or built is looked at when the run has it.
 */
export async function lackOfFaketime(
  docker: Dockerode,
  nodes: readonly string[],
  containers: Readonly<Record<string, ContainerSpec>>,
): Promise<string | undefined> {
  const own = nodes.filter((node) => !containers[node]?.image && !containers[node]?.build);
  if (own.length > 0)
    return `${own.join(', ')} of our own image, which lacks libfaketime; give them an image that has it, or aim at other nodes`;
  const named = [...new Set(nodes.flatMap((node) => containers[node]?.image ?? []))];
  const there = await Promise.all(named.map((image) => exists(docker, image)));
  const images = named.filter((_, at) => there[at]);
  const found = await librariesIn(docker, images, { [IMAGE_LABEL]: 'trial' });
  const lacking = images.filter((image) => found.get(image) === undefined);
  return lacking.length === 0 ? undefined : `image ${lacking.join(', ')} lacks libfaketime; ${REMEDY}`;
}

/** Looked at in a container that is made of each and never runs. */
async function librariesIn(
  docker: Dockerode,
  images: readonly string[],
  labels: Record<string, string>,
): Promise<Map<string, string | undefined>> {
  const found = new Map<string, string | undefined>();
  for (const image of new Set(images)) {
    const container = await docker.createContainer({
      name: trialName(),
      Image: image,
      Cmd: ['true'],
      Labels: labels,
    });
    try {
      found.set(image, await libraryIn(container));
    } finally {
      await container.remove({ force: true, v: true }).catch(() => undefined);
    }
  }
  return found;
}

async function libraryIn(container: Dockerode.Container): Promise<string | undefined> {
  for (const path of LIBRARIES) {
    const found = await container.infoArchive({ path }).then(
      () => true,
      (error: unknown) => {
        if (statusOf(error) === 404) return false;
        throw error;
      },
    );
    if (found) return path;
  }
  return undefined;
}
