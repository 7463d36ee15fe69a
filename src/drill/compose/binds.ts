/**
 * Which files and folders of this machine a Compose file may show to its services: those of its own folder. Judged is
 * what a path leads to, not how it is written, since a link, `/.` or `a/../..` can lead anywhere.
 */
import { basename, dirname, join, relative } from 'node:path';
import { quoted } from '../problem.js';

/** What is at a path of this machine, with all links followed. */
export interface Place {
  real: string;
  kind: 'file' | 'folder' | 'other';
}

/** What a bind is judged with. `look` gives undefined where there is nothing. */
export interface Surroundings {
  /** The Compose file's folder, absolute. */
  folder: string;
  /** The home folder of whoever runs the drill, where that is known. */
  home: string | undefined;
  look(path: string): Place | undefined;
}

/** They say the time and nothing else. */
const HARMLESS: readonly string[] = ['/etc/localtime', '/etc/timezone'];
/** What holds one of these is no project's own: the system's folders, and those of everybody's. */
const OF_THE_MACHINE: readonly string[] = ['/boot', '/etc', '/home', '/root', '/usr', '/var'];
/** What lies in one of these is the kernel's, or sockets and devices. */
const OF_THE_KERNEL: readonly string[] = ['/dev', '/proc', '/run', '/sys'];

/** Why a service may not see what is at `path` (absolute); undefined where it may. */
export function bindLack(
  path: string,
  around: Surroundings,
): { expected: string; found: string } | undefined {
  if (HARMLESS.includes(path)) return undefined;
  const { real, kind } = around.look(path) ?? { real: realOfMissing(path, around), kind: 'file' };
  const expected = "a file or folder of the Compose file's own project";
  const lack = (why: string) => ({ expected, found: `${quoted(real)}, ${why}` });
  if (kind === 'other') return lack('a socket, a pipe or a device');
  if (OF_THE_KERNEL.some((folder) => isWithin(folder, real))) return lack('a folder of the system');
  const project = projectOf(around);
  if (!isWithin(project, real)) return lack(`which is outside of ${project}`);
  const held = [...OF_THE_MACHINE, ...(around.home === undefined ? [] : [around.home])];
  if (dirname(real) === '/home' || held.some((folder) => isWithin(real, around.look(folder)?.real ?? folder)))
    return lack('which is or holds a home folder or one of the system');
  return undefined;
}

/** That there is nothing at `path` (absolute), which the engine would refuse; undefined where there is something. */
export function lackOfFile(
  path: string,
  { look }: Surroundings,
): { expected: string; found: string } | undefined {
  if (HARMLESS.includes(path) || look(path)) return undefined;
  return { expected: 'a file or folder that is there', found: `nothing at ${path}` };
}

/** The repository that the Compose file lies in; where it lies in none, its folder. */
function projectOf({ folder, look }: Surroundings): string {
  const own = look(folder)?.real ?? folder;
  for (let at = own; dirname(at) !== at; at = dirname(at)) if (look(join(at, '.git'))) return at;
  return own;
}

/** Whether `path` is `folder` or lies within it. */
function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith('../');
}

/** Where something would be that is not there: the nearest folder that is there may be reached by a link. */
function realOfMissing(path: string, around: Surroundings): string {
  const parent = dirname(path);
  if (parent === path) return path;
  return join(around.look(parent)?.real ?? realOfMissing(parent, around), basename(path));
}
