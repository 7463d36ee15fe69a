/**
 * A folder with a recipe, as a builder takes it: its files but those that `.dockerignore` leaves out, and what they
 * are known by. The same content has the same identity, whenever it was written.
 */
import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { boundedFile } from '../../bounded-file.js';
import { EnvironmentError } from '../../errors.js';
import { type Ignored, ignoredBy } from './ignored-files.js';
import type { TarFile } from './tar.js';

const IGNORE_FILE = '.dockerignore';
const MOST_IGNORE_BYTES = 100_000;

export interface RecipeFolder {
  files: TarFile[];
  /** A hash of the paths, kinds and content. */
  identity: string;
}

/** Reads the folder. `recipe` is taken along whatever is left out. Rejects where it cannot be read. */
export async function recipeFolder(folder: string, recipe: string): Promise<RecipeFolder> {
  const text = ignoreText(join(folder, IGNORE_FILE));
  const files: TarFile[] = [];
  await collect(folder, '', ignoredBy(text), [recipe, IGNORE_FILE], files);
  const hash = createHash('sha256');
  for (const file of files) await take(hash, file);
  return { files, identity: hash.digest('hex').slice(0, 16) };
}

function ignoreText(path: string): string {
  const file = boundedFile(path, MOST_IGNORE_BYTES);
  if ('bytes' in file) return file.bytes.toString('utf8');
  if (file.missing) return '';
  throw new EnvironmentError({
    where: path,
    expected: 'a file with patterns',
    found: file.found,
    todo: 'make it one, or remove it',
  });
}

async function collect(
  folder: string,
  within: string,
  ignored: Ignored,
  always: readonly string[],
  files: TarFile[],
): Promise<void> {
  const names = (await readdir(join(folder, within))).sort();
  for (const name of names) {
    const path = within === '' ? name : `${within}/${name}`;
    const info = await lstat(join(folder, path));
    const isOut = ignored.has(path) && !always.includes(path);
    if (info.isDirectory()) {
      const holdsRecipe = always.some((one) => one.startsWith(`${path}/`));
      if (isOut && !ignored.someAgain && !holdsRecipe) continue;
      if (!isOut) files.push({ path, content: 'folder' });
      await collect(folder, path, ignored, always, files);
    } else if (!isOut && info.isSymbolicLink()) {
      files.push({ path, content: { link: await readlink(join(folder, path)) } });
    } else if (!isOut && info.isFile()) {
      files.push({ path, content: { file: join(folder, path) }, executable: (info.mode & 0o111) !== 0 });
    }
  }
}

async function take(hash: Hash, { path, content, executable }: TarFile): Promise<void> {
  if (content === 'folder') hash.update(`folder ${path}\0`);
  else if (Buffer.isBuffer(content)) hash.update(`file ${path}\0${content.length}\0`).update(content);
  else if ('link' in content) hash.update(`link ${path}\0${content.link}\0`);
  else {
    hash.update(`${executable ? 'program' : 'file'} ${path}\0`);
    const own = createHash('sha256');
    await pipeline(createReadStream(content.file), own);
    hash.update(own.digest());
  }
}
