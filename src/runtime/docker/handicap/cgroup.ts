/**
 * A container's control groups, where the engine runs on this machine: which folders they are, and what their files
 * say. Version 1 has a hierarchy for each controller, version 2 one for all; a machine may have both.
 *
 *     /proc/<pid>/cgroup    4:memory:/docker/3f2a...     0::/system.slice/docker-3f2a....scope
 *     /proc/self/mountinfo  ... /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseMounts } from '../../mounts.js';

export interface Cgroup {
  version: 1 | 2;
  folder: string;
}

/** A controller by its names in versions 1 and 2. */
export type Controller = 'cpu' | 'memory' | 'io' | 'freezer';
const NAMES: Readonly<Record<Controller, string>> = {
  cpu: 'cpu',
  memory: 'memory',
  io: 'blkio',
  freezer: 'freezer',
};

/** Undefined where it cannot be seen from here, or has ended. */
export function cgroupOf(pid: number, controller: Controller): Cgroup | undefined {
  const own = readText(`/proc/${pid}/cgroup`);
  const mounts = readText('/proc/self/mountinfo');
  if (own === undefined || mounts === undefined) return undefined;
  const found = findCgroup(own, mounts, controller);
  // In version 2 every group can be frozen.
  if (found?.version !== 2 || controller === 'freezer') return found;
  // A controller may be switched off there, or belong to version 1.
  const there = readText(join(found.folder, 'cgroup.controllers'))?.trim().split(' ');
  return there?.includes(controller) ? found : undefined;
}

/** The same from the texts of /proc. */
export function findCgroup(own: string, mountinfo: string, controller: Controller): Cgroup | undefined {
  const lines = own.split('\n').map((line) => {
    const [, names = '', path = ''] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    return { names: names.split(','), path };
  });
  const mounts = parseMounts(mountinfo);
  const name = NAMES[controller];
  const first = lines.find(({ names, path }) => path !== '' && names.includes(name));
  const firstMount = mounts.find(({ type, options }) => type === 'cgroup' && options.includes(name));
  if (first && firstMount) return { version: 1, folder: inMount(firstMount, first.path) };
  const second = lines.find(({ names, path }) => path !== '' && names.length === 1 && names[0] === '');
  const secondMount = mounts.find(({ type }) => type === 'cgroup2');
  return second && secondMount ? { version: 2, folder: inMount(secondMount, second.path) } : undefined;
}

/** Not all of a hierarchy need be mounted. */
function inMount({ root, point }: { root: string; point: string }, path: string): string {
  const below = root !== '/' && path.startsWith(root) ? path.slice(root.length) : path;
  return join(point, below);
}

/** The text of a file; undefined where there is none, or none to read. */
export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
