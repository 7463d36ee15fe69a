/** A file or folder of this machine as the files of an archive, with owners and rights as they are. */
import type { Stats } from 'node:fs';
import { lstat, readdir, readlink, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { EnvironmentError } from '../../errors.js';
import type { TarFile } from './tar.js';

/** How much of this machine may be copied at once, bytes. */
const MOST_BYTES = 2_000_000_000;

/** They are to lie at `target`. Links are kept as links. Rejects where there is too much, or something cannot be read. */
export async function copiedFiles(source: string, target: string): Promise<TarFile[]> {
  const files: TarFile[] = [];
  let bytes = 0;
  const take = async (from: string, path: string): Promise<void> => {
    const about = await lstat(from);
    const owner = { user: about.uid, group: about.gid, mode: about.mode & 0o7777 };
    const content = await contentOf(from, about);
    // A socket, a pipe or a device is nothing without the program behind it.
    if (content === undefined) return;
    files.push({ path, content, owner });
    bytes += about.isFile() ? about.size : 0;
    if (bytes > MOST_BYTES)
      throw new EnvironmentError({
        where: source,
        expected: `at most ${MOST_BYTES / 1e9} GB to be copied into a node`,
        found: 'more',
        todo: 'name a smaller folder, or have it only read, with :ro',
      });
    if (!about.isDirectory()) return;
    for (const name of (await readdir(from)).sort()) await take(join(from, name), `${path}/${name}`);
  };
  await take(await realpath(source), target.replace(/\/+$/, ''));
  return files;
}

async function contentOf(path: string, about: Stats): Promise<TarFile['content'] | undefined> {
  if (about.isDirectory()) return 'folder';
  if (about.isSymbolicLink()) return { link: await readlink(path) };
  return about.isFile() ? { file: path } : undefined;
}
