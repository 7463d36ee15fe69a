/**
 * A folder of a node filled to its last block, by a file of ours. Only folders in memory that have a size of their own:
 * the machine's disk is never filled. A restart empties such a folder, and so ends the fault.
 *
 * The folder is reached through /proc/<pid>/root, whatever image the node is of. It must be a mount, and the very one
 * that was meant: a link in the image cannot lead out of the container.
 */
import { constants } from 'node:fs';
import { open, readFile, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, EnvironmentError, messageOf } from '../../../errors.js';
import type { Handicap, HandicapSeen, Pace } from '../../handicap.js';
import { parseMounts } from '../../mounts.js';
import { type ProcessIdentity, stateOf } from '../../os-process.js';
import { formatDevice } from './block-device.js';
import type { HandicapKind, HandicapSetting } from './handicap-kind.js';

const NO_ROOM = 'no room for a block (ENOSPC)';
const ROOM = 'room for a block';

const BLOCK = 4096;
const CHUNK = 1024 ** 2;
/** Never through a link, and never onto a file that is there. */
const FRESH = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

interface Full {
  folder: string;
  /** Whose folder it is: a restart empties it. */
  process: ProcessIdentity;
  lifted: boolean;
}

/** Where the container on which it is tried has a folder with a size. */
export const TRIAL_FOLDER = '/full';

export const fullDisk: HandicapKind = {
  capability: 'disk',
  create: (setting) => new FullDisk(setting),
  async lackOn(process) {
    await limitedFolder(process, TRIAL_FOLDER);
    return undefined;
  },
};

class FullDisk implements Handicap<string> {
  /** By node and fault. */
  readonly #full = new Map<string, Full>();

  constructor(readonly setting: HandicapSetting) {}

  async put(node: string, fault: string, folder: string): Promise<{ at: number }> {
    const { process } = this.setting.node(node);
    if (!process) throw refusal(node, 'a running process', 'none');
    const path = await limitedFolder(process, folder).catch((error: unknown) => {
      throw refusal(node, `a folder with a size at ${folder}`, messageOf(error));
    });
    this.#full.set(`${node} ${fault}`, { folder, process, lifted: false });
    await fill(join(path, fillerOf(fault)));
    return { at: this.setting.clock.now() };
  }

  async lift(node: string, fault: string): Promise<{ at: number }> {
    const full = this.#full.get(`${node} ${fault}`);
    if (full && !full.lifted) {
      full.lifted = true;
      await this.#whileItRuns(node, async (process) =>
        remove(join(await limitedFolder(process, full.folder), fillerOf(fault))),
      );
    }
    return { at: this.setting.clock.now() };
  }

  async look(node: string, fault: string, pace?: Pace): Promise<HandicapSeen> {
    const { folder = '', lifted = true, process } = this.#full.get(`${node} ${fault}`) ?? {};
    if (pace === 'quick' && process && stateOf(process) === 'gone')
      return { ok: true, expected: NO_ROOM, observed: 'that it has ended since, and its folder with it' };
    const held = [...this.#full].some(
      ([key, one]) => key.startsWith(`${node} `) && one.folder === folder && !one.lifted,
    );
    const expected = held ? NO_ROOM : ROOM;
    const seen = await this.#whileItRuns(node, (process) => lookInto(process, folder, fault, expected));
    if (seen) return { expected, ...seen };
    // Many a program ends where it cannot write; the last block of our own was refused before.
    const observed = lifted ? 'no process any more' : `${NO_ROOM} when it was filled; no process any more`;
    return { ok: held === !lifted, expected, observed };
  }

  /** Undefined where there is no process (any more), and so no folder either. */
  async #whileItRuns<T>(
    node: string,
    work: (process: ProcessIdentity) => Promise<T>,
  ): Promise<T | undefined> {
    const container = this.setting.node(node);
    const { process } = container;
    if (!process) return undefined;
    return work(process).catch((error: unknown) => {
      if (container.process) throw error;
      return undefined;
    });
  }
}

async function lookInto(
  process: ProcessIdentity,
  folder: string,
  fault: string,
  expected: string,
): Promise<Pick<HandicapSeen, 'ok' | 'observed'>> {
  const path = await limitedFolder(process, folder);
  const found = (await canWrite(join(path, `${fillerOf(fault)}.witness`))) ? ROOM : NO_ROOM;
  const { bavail, bsize } = await statfs(path);
  return { ok: found === expected, observed: `${found}; ${bavail * bsize} bytes free in ${folder}` };
}

/** Where a folder in memory of a container is reached from here. Rejects where it is none, or has no size. */
export async function limitedFolder({ pid }: ProcessIdentity, folder: string): Promise<string> {
  const mounts = parseMounts(await readFile(`/proc/${pid}/mountinfo`, 'utf8'));
  // Of several at one place, the last lies on top.
  const mount = mounts.filter(({ point }) => point === folder).at(-1);
  if (mount?.type !== 'tmpfs' || !mount.options.some((option) => option.startsWith('size=')))
    throw new EnvironmentError({
      expected: 'a tmpfs with a size',
      found: mount ? `a ${mount.type} (${mount.options.join(',')})` : 'no file system of its own',
    });
  const path = join(`/proc/${pid}/root`, folder);
  const { dev } = await stat(path, { bigint: true });
  if (formatDevice(dev) !== mount.device)
    throw new EnvironmentError({ expected: `the tmpfs ${mount.device}`, found: formatDevice(dev) });
  return path;
}

function fillerOf(fault: string): string {
  return `.failover-drill-${fault}`;
}

async function fill(path: string): Promise<void> {
  const file = await open(path, FRESH, 0o600);
  try {
    for (const size of [CHUNK, BLOCK]) {
      const zeros = Buffer.alloc(size);
      while (await hadRoom(() => file.write(zeros)));
    }
  } finally {
    await file.close();
  }
}

/** Whether a block can be written into a new file. */
async function canWrite(path: string): Promise<boolean> {
  const could = await hadRoom(async () => {
    const file = await open(path, FRESH, 0o600);
    try {
      await file.write(Buffer.alloc(BLOCK));
    } finally {
      await file.close();
    }
  });
  await remove(path);
  return could;
}

async function hadRoom(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOSPC') return false;
    throw error;
  }
}

async function remove(path: string): Promise<void> {
  await rm(path, { force: true });
}

function refusal(node: string, expected: string, found: string): EnvironmentError {
  return new EnvironmentError({ where: `node ${node}`, expected, found });
}
