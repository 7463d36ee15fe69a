/**
 * The image whose Toxiproxy carries the links between containers: the one that the user names, else the official one
 * where the engine has it. It is not pulled unasked: a run does not wait for a registry, nor depend on one.
 */
import type Dockerode from 'dockerode';
import type { Clock } from '../../clock.js';
import type { ToxiproxyChoice } from '../links/proxies/toxiproxy-choice.js';
import { ensureImages } from './images.js';

/** Where the project that makes Toxiproxy publishes it. */
export const OFFICIAL_TOXIPROXY = 'ghcr.io/shopify/toxiproxy';

/** Undefined for the embedded server. Rejects with an `EnvironmentError` where a named image cannot be had. */
export async function toxiproxyImage(
  docker: Dockerode,
  clock: Clock,
  choice: ToxiproxyChoice,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  if (choice.kind === 'any') return newestOfficial(docker);
  if (choice.kind !== 'image') return undefined;
  await ensureImages(docker, [choice.image], { clock, ...(signal ? { signal } : {}) });
  return choice.image;
}

/** The newest by version, where the engine has several. */
export async function newestOfficial(docker: Dockerode): Promise<string | undefined> {
  const images = await docker.listImages({ filters: { reference: [OFFICIAL_TOXIPROXY] } });
  const names = images.flatMap(({ RepoTags }) => RepoTags ?? []).filter((name) => !name.endsWith('<none>'));
  return names.sort((left, right) => left.localeCompare(right, 'en', { numeric: true })).at(-1);
}
