/** Drill files as they are asked for, each loaded with the plug-ins that it names. */
import { dirname, resolve } from 'node:path';
import { findDrills } from '../drill/find.js';
import { type Head, headOf } from '../drill/head.js';
import { loadAll } from '../drill/load.js';
import type { BatchDrill } from './batch.js';
import type { Catalog } from './catalog.js';
import { withPluginFiles } from './plugins.js';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Finds and loads drill files, folders and globs; `environment` is for the variables in Compose files. Plug-ins are loaded
 * of the files alone that are wanted by what they say of themselves; the others are left out. Rejects with a UsageError
 * where one of them is wrong.
 */
export async function loadDrills(
  patterns: readonly string[],
  cwd: string,
  catalog: Catalog,
  environment: Environment,
  isWanted: (head: Head) => boolean = () => true,
): Promise<BatchDrill[]> {
  const files = await findDrills(patterns, cwd);
  const wanted = files.filter((file) => {
    const head = headOf(resolve(cwd, file), file);
    return !head || head.plugins.length === 0 || isWanted(head);
  });
  const loaded = await Promise.all(wanted.map((file) => loadFile(file, cwd, catalog, environment)));
  return loaded.flat();
}

/** Those of one file: several, where it has a matrix. */
export async function loadFile(
  file: string,
  cwd: string,
  base: Catalog,
  environment: Environment,
): Promise<(BatchDrill & { catalog: Catalog })[]> {
  const path = resolve(cwd, file);
  const { plugins } = headOf(path, file) ?? { plugins: [] };
  const catalog = await withPluginFiles(base, plugins, dirname(path), file);
  const drills = await loadAll(path, catalog, { shownAs: file, environment });
  return drills.map((drill) => ({ file, drill, catalog }));
}
