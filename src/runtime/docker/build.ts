/**
 * Images that are built from a recipe folder of the user's own, by the engine's classic builder. They are kept, and
 * found again by what they are made of: a folder that has not changed is not built again.
 */

import { createHash } from 'node:crypto';
import type Dockerode from 'dockerode';
import type { ContainerSpec } from '../../drill/container.js';
import type { Recipe } from '../../drill/container-forms.js';
import { EnvironmentError, messageOf } from '../../errors.js';
import { type RecipeFolder, recipeFolder } from '../image/recipe-folder.js';
import { exists } from '../image/reference-image.js';
import { tar } from '../image/tar.js';
import { nowAndThen, type Tell } from '../progress.js';
import type { Surroundings } from '../runtime.js';
import { refusalOf } from './engine.js';
import { IMAGE_LABEL } from './labels.js';

const REPOSITORY = 'failover-drill/recipe';
const RECIPE = 'Dockerfile';
/** The name among the files of the folder of a recipe that is told. */
const INLINE = '.failover-drill.Dockerfile';
/** How the builder announces a step. */
const STEP = /^Step \d+\/\d+ : /;
/** How many of the builder's last lines an error shows. */
const LINES = 12;

type Containers = Readonly<Record<string, ContainerSpec>>;
type Around = Pick<Surroundings, 'clock' | 'signal' | 'onProgress'>;

/** The containers with an image in place of each `build`. Rejects with the builder's last lines where one fails. */
export async function withBuilt(
  docker: Dockerode,
  containers: Containers,
  around: Around,
): Promise<Containers> {
  const entries = Object.entries(containers).map(async ([node, spec]): Promise<[string, ContainerSpec]> => {
    const { build, ...rest } = spec;
    return build ? [node, { ...rest, image: await built(docker, node, build, around) }] : [node, spec];
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** What is being built, so that nodes and executions with the same recipe wait for one build. */
const building = new Map<string, Promise<void>>();

async function built(docker: Dockerode, node: string, recipe: Recipe, around: Around): Promise<string> {
  const { context, dockerfile = RECIPE } = recipe;
  const where = `build ${context} (node ${node})`;
  const folder = await recipeFolder(context, dockerfile).catch((error: unknown) => {
    throw new EnvironmentError(
      { where, expected: 'a folder that can be read', found: messageOf(error), todo: 'correct its path' },
      { cause: error },
    );
  });
  const name = nameOf(folder, recipe);
  const known = building.get(name);
  if (known) {
    await known;
    return name;
  }
  const work = exists(docker, name).then((there) =>
    there ? undefined : build(docker, where, name, folder, recipe, around, node),
  );
  building.set(name, work);
  try {
    await work;
  } finally {
    building.delete(name);
  }
  return name;
}

function nameOf({ identity }: RecipeFolder, recipe: Recipe): string {
  const { dockerfile = RECIPE, dockerfile_inline: told, args = {}, target = '' } = recipe;
  const options = JSON.stringify([told ?? dockerfile, Object.entries(args).sort(), target]);
  const hash = createHash('sha256').update(`${identity} ${options}`).digest('hex').slice(0, 16);
  return `${REPOSITORY}:${hash}`;
}

async function build(
  docker: Dockerode,
  where: string,
  name: string,
  { files }: RecipeFolder,
  { dockerfile = RECIPE, dockerfile_inline: told, args = {}, target }: Recipe,
  { clock, signal, onProgress = () => {} }: Around,
  node: string,
): Promise<void> {
  const lines: string[] = [];
  const often = nowAndThen(clock, onProgress);
  const step = (line: string) => often(`building the image of ${node}: ${line}`);
  onProgress(`building the image of ${node}`);
  try {
    const own = told === undefined ? [] : [{ path: INLINE, content: Buffer.from(told) }];
    const archive = tar([...files, ...own]);
    const unreadable = new Promise<never>((_, reject) => archive.once('error', reject));
    const said = docker.buildImage(archive, {
      t: name,
      dockerfile: told === undefined ? dockerfile : INLINE,
      buildargs: Object.fromEntries(Object.entries(args).map(([key, value]) => [key, String(value)])),
      labels: { [IMAGE_LABEL]: 'recipe' },
      ...(target === undefined ? {} : { target }),
      // What it builds in is gone afterwards, also where it fails.
      rm: true,
      forcerm: true,
      ...(signal ? { abortSignal: signal } : {}),
    });
    await Promise.race([unreadable, said.then((stream) => followed(docker, stream, lines, step))]);
    onProgress(`the image of ${node} is built`);
  } catch (error) {
    signal?.throwIfAborted();
    const last = lines.slice(-LINES).map((line) => `\n  ${line}`);
    throw new EnvironmentError(
      {
        where,
        expected: 'the image to be built',
        found: `${refusalOf(error)}${last.length > 0 ? `; the builder wrote last:${last.join('')}` : ''}`,
      },
      { cause: error },
    );
  }
}

interface Said {
  stream?: string;
  error?: string;
}

/** Waits for the builder's last word, and collects its lines. */
async function followed(
  docker: Dockerode,
  said: NodeJS.ReadableStream,
  lines: string[],
  step: Tell,
): Promise<void> {
  let begun = '';
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(
      said,
      (error: Error | null, words: Said[] | undefined) => {
        const told = words?.find((word) => word.error !== undefined)?.error;
        if (error) reject(error);
        else if (told !== undefined) reject(new EnvironmentError(told.trim()));
        else resolve();
      },
      ({ stream = '' }: Said) => {
        const written = stream
          .split('\n')
          .map((line) => line.trim())
          .filter(Boolean);
        lines.push(...written);
        // Of the many lines of a step's program, none says how far all has come.
        begun = written.findLast((line) => STEP.test(line)) ?? begun;
        if (begun) step(begun);
      },
    );
  });
}

/** The ports that images expose, lowest first, of the nodes that name none. The images must be there. */
export async function exposedPorts(
  docker: Dockerode,
  containers: Containers,
): Promise<ReadonlyMap<string, number[]>> {
  const found = new Map<string, number[]>();
  for (const [node, { image, expose }] of Object.entries(containers)) {
    if (image === undefined || expose !== undefined) continue;
    const { Config } = await docker.getImage(image).inspect();
    const ports = Object.keys(Config.ExposedPorts ?? {})
      .filter((port) => port.endsWith('/tcp'))
      .map((port) => Number.parseInt(port, 10))
      .sort((one, other) => one - other);
    if (ports.length > 0) found.set(node, ports);
  }
  return found;
}
