/** The images that we made (Node, the reference build, recipes): whoever needs one makes it again. */
import type Dockerode from 'dockerode';
import { refusalOf, statusOf } from './engine.js';
import { IMAGE_LABEL } from './labels.js';

export interface ImageRemoval {
  /** How many were removed. */
  removed: number;
  /** What could not be, one text each with the reason. */
  left: string[];
}

/** Removes them all, but for those that containers use. */
export async function removeOwnImages(docker: Dockerode): Promise<ImageRemoval> {
  const images = await docker.listImages({ filters: { label: [IMAGE_LABEL] } });
  // The newest first: an image that another one is made from can go once that one has.
  const names = images
    .sort((one, other) => other.Created - one.Created)
    .flatMap(({ Id, RepoTags }) => {
      const tags = (RepoTags ?? []).filter((tag) => !tag.includes('<none>'));
      return tags.length > 0 ? tags : [Id];
    });
  const outcome: ImageRemoval = { removed: 0, left: [] };
  for (const name of names) {
    try {
      await docker.getImage(name).remove();
      outcome.removed += 1;
    } catch (error) {
      // An image without a name goes along with the last one that was made from it.
      if (statusOf(error) === 404) outcome.removed += 1;
      else outcome.left.push(`image ${name} (${refusalOf(error)})`);
    }
  }
  return outcome;
}
