/**
 * The image for reference nodes, supervisors and proxies: the Node that is running now and the drill's own build,
 * put together by the engine itself, without a registry.
 *
 *     FROM scratch  + Node and its libraries     failover-drill/node:<identity>
 *                   + our build                  failover-drill/reference:<identity of both>
 *
 * Both are kept and found again by what they are made of. Where the engine cannot run this Node (another kind of
 * machine), the official image of the same version takes its place.
 */
import process from 'node:process';
import type Dockerode from 'dockerode';
import { EnvironmentError, isDrillError } from '../../errors.js';
import { refusalOf, statusOf } from '../docker/engine.js';
import { IMAGE_LABEL } from '../docker/labels.js';
import { trialName } from '../docker/trial-name.js';
import { NODE_PATH, nodeExecutable } from './node-executable.js';
import { ownBuild } from './own-build.js';
import { type TarFile, tar } from './tar.js';

const NODE_IMAGE = 'failover-drill/node';
const REFERENCE_IMAGE = 'failover-drill/reference';

export interface ReferenceImage {
  /** Its name and tag. */
  name: string;
  /** What it was made of, for people. */
  origin: string;
}

/** Gives the image, built where it is not there yet. Rejects with an `EnvironmentError` where it cannot be had. */
export async function referenceImage(
  docker: Dockerode,
  engine: { os: string; architecture: string },
): Promise<ReferenceImage> {
  try {
    const build = await ownBuild();
    const base = await baseImage(docker, engine);
    const name = `${REFERENCE_IMAGE}:${base.identity}-${build.identity}`;
    if (!(await exists(docker, name))) await addLayer(docker, base.name, name, build.files);
    return { name, origin: base.origin };
  } catch (error) {
    if (isDrillError(error)) throw error;
    throw new EnvironmentError(
      {
        where: 'reference image',
        expected: 'the engine to make it from the Node of this machine',
        found: refusalOf(error),
        todo: "`drill doctor` tells of the engine's room; or use --runtime process",
      },
      { cause: error },
    );
  }
}

interface BaseImage extends ReferenceImage {
  identity: string;
}

/** One at a time for each engine, also where several executions begin at once. */
let building: Promise<unknown> = Promise.resolve();

function baseImage(docker: Dockerode, engine: { os: string; architecture: string }): Promise<BaseImage> {
  const built = building
    .catch(() => undefined)
    .then(async () => (runsHere(engine) ? await ownNode(docker) : undefined) ?? (await officialNode(docker)));
  building = built;
  return built;
}

/** Whether the engine runs programs of this kind of machine. */
function runsHere({ os, architecture }: { os: string; architecture: string }): boolean {
  const names: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };
  return process.platform === 'linux' && os === 'linux' && names[process.arch] === architecture;
}

/** The image of the running Node; undefined where it does not run by itself in a container. */
async function ownNode(docker: Dockerode): Promise<BaseImage | undefined> {
  const node = await nodeExecutable().catch(() => undefined);
  if (!node) return undefined;
  const name = `${NODE_IMAGE}:${node.identity}`;
  const found = { name, identity: node.identity, origin: `this Node ${process.version}` };
  if (await exists(docker, name)) return found;
  await imported(docker, node.identity, node.files);
  if (await runs(docker, name)) return found;
  await docker
    .getImage(name)
    .remove()
    .catch(() => undefined);
  return undefined;
}

async function imported(docker: Dockerode, tag: string, files: readonly TarFile[]): Promise<void> {
  // The engine takes these as lines of a recipe.
  const changes = [`ENTRYPOINT []`, `CMD ["${NODE_PATH}"]`, `LABEL ${IMAGE_LABEL}=node`];
  const said = await docker.importImage(tar(files), { repo: NODE_IMAGE, tag, changes } as object);
  await followed(docker, said);
}

/** Tries the image with the smallest of programs. */
async function runs(docker: Dockerode, image: string): Promise<boolean> {
  const container = await docker.createContainer({
    Image: image,
    Cmd: [NODE_PATH, '-e', '0'],
    name: trialName(),
    Labels: { [IMAGE_LABEL]: 'trial' },
    HostConfig: { NetworkMode: 'none' },
  });
  try {
    await container.start();
    const { StatusCode } = (await container.wait()) as { StatusCode: number };
    return StatusCode === 0;
  } catch {
    return false;
  } finally {
    await container.remove({ force: true }).catch(() => undefined);
  }
}

async function officialNode(docker: Dockerode): Promise<BaseImage> {
  const major = process.versions.node.split('.')[0];
  const name = `node:${major}-slim`;
  try {
    if (!(await exists(docker, name))) await followed(docker, await docker.pull(name));
  } catch (error) {
    throw new EnvironmentError(
      {
        where: `image ${name}`,
        expected: 'to get it, since the Node of this machine does not run in containers',
        found: refusalOf(error),
        todo: `run \`docker pull ${name}\` where there is a network, or use --runtime process`,
      },
      { cause: error },
    );
  }
  return { name, identity: `official-${major}`, origin: `the image ${name}` };
}

/** A new image: another one with files added. */
async function addLayer(
  docker: Dockerode,
  base: string,
  name: string,
  files: readonly TarFile[],
): Promise<void> {
  const container = await docker.createContainer({
    Image: base,
    Cmd: [NODE_PATH],
    name: trialName(),
    // The image takes it over.
    Labels: { [IMAGE_LABEL]: 'reference' },
    HostConfig: { NetworkMode: 'none' },
  });
  try {
    await container.putArchive(tar(files), { path: '/' });
    const [repo = '', tag = ''] = name.split(':');
    await container.commit({ repo, tag });
  } finally {
    await container.remove({ force: true }).catch(() => undefined);
  }
}

export async function exists(docker: Dockerode, image: string): Promise<boolean> {
  try {
    await docker.getImage(image).inspect();
    return true;
  } catch (error) {
    if (statusOf(error) === 404) return false;
    throw error;
  }
}

/** Waits until the engine has said the last word of what it does; rejects where that is an error. */
export async function followed(docker: Dockerode, said: NodeJS.ReadableStream): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(said, (error, words: { error?: string }[] | undefined) => {
      const told = words?.find((word) => word.error !== undefined)?.error;
      if (error || told !== undefined) reject(error ?? new EnvironmentError(told ?? ''));
      else resolve();
    });
  });
}
