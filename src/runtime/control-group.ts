/**
 * Control groups of the kernel (cgroups, Linux): who is started in one stays in it, with all that it starts in its turn,
 * whichever session, parent or environment those give themselves. One for each run, and in it one for each node. Only
 * who belongs to it is of interest here: no resource is limited.
 *
 *     <the runner's own group>/failover-drill-<run>/node-a
 *
 * Often none can be made: in containers, and for plain users outside of a group that was given to them.
 */
import { execFile } from 'node:child_process';
import { accessSync, constants, mkdirSync, readdirSync, readFileSync, rmdirSync, statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { identify, type ProcessIdentity } from './os-process.js';

/** The file that names the members of a group, and takes new ones. */
const MEMBERS = 'cgroup.procs';
/** Hierarchies of version 1 in which being in a group of one's own changes nothing. */
const CONTROLLERS = ['pids', 'freezer'];
/** In the environment of who is about to go into a group: the file that takes it. An argument would be for all to see. */
const ENTRANCE = 'FAILOVER_DRILL_GROUP';
/** Goes into the group, puts its environment right again, and becomes the program: the number stays the same. */
const ENTER = `echo $$ >"$${ENTRANCE}" && unset ${ENTRANCE} PWD OLDPWD SHLVL && exec "$@"`;

/** Makes a group of this name, into which processes can be put; undefined where there can be none. */
export async function makeGroup(name: string): Promise<string | undefined> {
  for (const parent of ownGroups()) {
    const path = join(parent, name);
    try {
      mkdirSync(path);
    } catch {
      continue;
    }
    // A folder can be made in many places; what counts is whether a process can go in.
    const { command, environment: env } = entering(path, ['/bin/true'], {});
    const [file = '', ...args] = command;
    const entered = await promisify(execFile)(file, args, { env }).then(
      () => true,
      () => false,
    );
    if (entered) return path;
    removeGroup(path);
  }
  return undefined;
}

/** Makes a group within another one. */
export function makeSubgroup(group: string, name: string): string {
  const path = join(group, name);
  mkdirSync(path, { recursive: true });
  return path;
}

/** How a program is started. */
export interface Start {
  command: readonly string[];
  environment: Readonly<Record<string, string>>;
}

/** How a program starts as a member of the group. */
export function entering(
  group: string,
  command: readonly string[],
  environment: Start['environment'],
): Start {
  return {
    command: ['/bin/sh', '-c', ENTER, 'sh', ...command],
    environment: { ...environment, [ENTRANCE]: join(group, MEMBERS) },
  };
}

/** Whether there is a program of this name to be started; the shell would tell of it too late. */
export function isProgram(name: string, folder: string, path: string | undefined): boolean {
  const folders = name.includes('/') ? [''] : (path ?? '').split(delimiter);
  return folders.some((one) => {
    try {
      const place = resolve(folder, one, name);
      accessSync(place, constants.X_OK);
      return statSync(place).isFile();
    } catch {
      return false;
    }
  });
}

/** Who lives in the group, and in the groups in it; empty where there is no such group. */
export function membersOf(group: string): ProcessIdentity[] {
  return groupsIn(group).flatMap((path) =>
    read(join(path, MEMBERS))
      .split('\n')
      .flatMap((line) => {
        // One of another namespace of process numbers, which cannot be named here, shows as 0.
        const identity = Number(line) > 0 ? identify(Number(line)) : undefined;
        return identity ? [identity] : [];
      }),
  );
}

/** Removes a group in which nobody lives, and the groups in it. Returns whether there is none any more. */
export function removeGroup(group: string): boolean {
  for (const path of groupsIn(group).reverse()) {
    try {
      rmdirSync(path);
    } catch {
      return false;
    }
  }
  return true;
}

/** The group itself first, each one before those in it; empty where there is none. */
function groupsIn(group: string): string[] {
  try {
    const inside = readdirSync(group, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    return [group, ...inside.flatMap(({ name }) => groupsIn(join(group, name)))];
  } catch {
    return [];
  }
}

/** Where the groups are of which this process is a member: version 2 first. */
function ownGroups(): string[] {
  const own = read('/proc/self/cgroup')
    .split('\n')
    .map((line) => line.split(':'));
  const mounts = read('/proc/self/mountinfo').split('\n').map(parseMount);
  return ['', ...CONTROLLERS].flatMap((controller) => {
    const path = own
      .find(([, names = '']) => names.split(',').includes(controller))
      ?.slice(2)
      .join(':');
    const mount = mounts.find(({ type, options }) =>
      controller === '' ? type === 'cgroup2' : type === 'cgroup' && options.includes(controller),
    );
    if (path === undefined || !mount) return [];
    // In a container the mount may begin further down than the paths do.
    const { root, at } = mount;
    return [join(at, path.startsWith(root) ? path.slice(root.length) : path)];
  });
}

function parseMount(line: string): { root: string; at: string; type: string; options: string[] } {
  const [place = '', kind = ''] = line.split(' - ');
  const [, , , root = '', at = ''] = place.split(' ');
  const [type = '', , options = ''] = kind.split(' ');
  return { root, at, type, options: options.split(',') };
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
