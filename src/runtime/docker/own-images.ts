/**
 * The images that we made (Node, the reference build, recipes): whoever needs one makes it again. They are known by the
 * names that we give: an image that somebody has made from one has its label, too.
 */
import type Dockerode from 'dockerode';
import type { Leftovers } from '../reaper/reapable.js';
import { refusalOf, statusOf } from './engine.js';
import { IMAGE_LABEL } from './labels.js';

/** The names: each ends in what the image was made of. */
const OURS =
  /^failover-drill\/(?:node:[0-9a-f]{12}|reference:(?:[0-9a-f]{12}|official-\d+)-[0-9a-f]{12}|recipe:[0-9a-f]{16})$/;

/** The newest first: an image that another one is made from can go once that one has. */
export function ownNames(images: readonly Pick<Dockerode.ImageInfo, 'Created' | 'RepoTags'>[]): string[] {
  return [...images]
    .sort((one, other) => other.Created - one.Created)
    .flatMap(({ RepoTags }) => (RepoTags ?? []).filter((tag) => OURS.test(tag)));
}

/** Removes them all, but for those that containers use. Tells what could not be removed, with the reason. */
export async function removeOwnImages(docker: Dockerode): ReturnType<Leftovers['removeImages']> {
  const images = await docker.listImages({ filters: { label: [IMAGE_LABEL] } });
  const outcome = { removed: 0, left: [] as string[] };
  for (const name of ownNames(images)) {
    try {
      await docker.getImage(name).remove();
      outcome.removed += 1;
    } catch (error) {
      // Removed by somebody else meanwhile.
      if (statusOf(error) === 404) outcome.removed += 1;
      else outcome.left.push(`image ${name} (${refusalOf(error)})`);
    }
  }
  return outcome;
}
