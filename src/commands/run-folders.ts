/** From the folder that `drill run` prints to the folders of its executions. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/**
 * The run folders that a path stands for: itself where it holds a history or is no folder, else those below it,
 * `<drill>/<execution>`, in the order of their names and numbers; itself again where there are none.
 */
export async function runFolders(path: string, cwd: string): Promise<string[]> {
  for (const depth of [1, 2]) {
    if (existsSync(resolve(cwd, path, 'history.jsonl'))) return [path];
    const below = await foldersBelow(path, cwd, depth);
    const held = below.filter((folder) => existsSync(resolve(cwd, folder, 'history.jsonl')));
    if (held.length > 0) return held;
  }
  return [path];
}

async function foldersBelow(path: string, cwd: string, depth: number): Promise<string[]> {
  if (depth === 0) return [path];
  const entries = await readdir(resolve(cwd, path), { withFileTypes: true }).catch(() => []);
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const sorted = names.sort((left, right) => left.localeCompare(right, 'en', { numeric: true }));
  return (await Promise.all(sorted.map((name) => foldersBelow(join(path, name), cwd, depth - 1)))).flat();
}
