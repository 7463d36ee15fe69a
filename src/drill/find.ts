/** From files, folders, globs and names, as a command line has them, to the drill files that they stand for. */
import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../errors.js';

/** The folder of the drills that ship. */
export const SHIPPED = fileURLToPath(new URL('../../drills', import.meta.url));

const DRILL_FILE = /\.ya?ml$/;
/** Compose's own names: what often lies beside a drill file that takes it in. */
const COMPOSE_FILE = /^(docker-)?compose(\.[^.]+)*\.ya?ml$/;
const GLOB = /[*?]/;
/** The name of a drill that ships, `split-brain`, with its folder below ours where it has one. */
const NAME = /^[a-z0-9][a-z0-9_-]*(\/[a-z0-9][a-z0-9_-]*)*$/;
/** Never looked into: what is not the user's own. */
const SKIPPED = /^(node_modules$|\.)/;

/**
 * The files in the order of the patterns, each once, relative to `cwd` where they lie below it. A folder means the
 * drill files directly in it, and what is no path the drill of that name that ships. Throws a `UsageError` where a
 * pattern stands for nothing.
 */
export async function findDrills(patterns: readonly string[], cwd: string): Promise<string[]> {
  const files = new Set<string>();
  for (const pattern of patterns) {
    for (const file of await expand(pattern, cwd)) files.add(shortened(file, cwd));
  }
  return [...files];
}

async function expand(pattern: string, cwd: string): Promise<string[]> {
  if (pattern.trim() === '') {
    throw new UsageError({ expected: A_DRILL, found: 'an empty argument', todo: 'see `drill list`' });
  }
  const path = resolve(cwd, pattern);
  const info = await stat(path).catch(() => undefined);
  if (info && !info.isDirectory()) return [path];
  if (info) return filled(await drillsIn(path), pattern, 'a folder with drill files (*.yaml, *.yml)');
  if (GLOB.test(pattern)) return filled(await matches(path), pattern, 'a glob that matches drill files');
  const shipped = NAME.test(pattern) ? join(SHIPPED, `${pattern}.yaml`) : '';
  if (shipped !== '' && existsSync(shipped)) return [shipped];
  const name = basename(pattern).replace(DRILL_FILE, '');
  const ships = NAME.test(name) && existsSync(join(SHIPPED, `${name}.yaml`));
  const todo = ships ? `\`${name}\` alone names the one that ships` : 'see `drill list`';
  throw new UsageError({ where: pattern, expected: A_DRILL, found: 'no such file', todo });
}

const A_DRILL = 'a drill file, a folder, a glob or the name of a drill that ships';

function filled(files: string[], pattern: string, expected: string): string[] {
  if (files.length > 0) return files;
  throw new UsageError({ where: pattern, expected, found: 'none in it', todo: 'see `drill list`' });
}

async function drillsIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries
    .filter(({ name }) => DRILL_FILE.test(name) && !COMPOSE_FILE.test(name))
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(folder, entry.name))
    .sort();
}

/** The files below the glob's fixed part that match it: `*` and `?` within a name, `**` over folders. */
async function matches(glob: string): Promise<string[]> {
  const parts = glob.split(sep);
  const wild = parts.findIndex((part) => GLOB.test(part));
  const root = parts.slice(0, wild).join(sep) || sep;
  const deep = parts.includes('**') ? Number.POSITIVE_INFINITY : parts.length - wild;
  const wanted = globExpression(glob);
  return (await filesBelow(root, deep)).filter((file) => wanted.test(file)).sort();
}

async function filesBelow(folder: string, depth: number): Promise<string[]> {
  if (depth < 1) return [];
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const found = entries.map(async (entry) => {
    const path = join(folder, entry.name);
    if (!entry.isDirectory()) return [path];
    return SKIPPED.test(entry.name) ? [] : filesBelow(path, depth - 1);
  });
  return (await Promise.all(found)).flat();
}

function globExpression(glob: string): RegExp {
  const parts = glob.split(sep).map((part) => {
    if (part === '**') return '(?:[^/]+/)*';
    const name = part
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '[^/]*')
      .replaceAll('?', '[^/]');
    return `${name}/`;
  });
  return new RegExp(`^${parts.join('').replace(/\/$/, '')}$`);
}

function shortened(file: string, cwd: string): string {
  const path = relative(cwd, file);
  return path.startsWith('..') ? file : path;
}
