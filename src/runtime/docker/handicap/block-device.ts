/** The block device under a folder, as control groups name it: `254:0`. */
import { readFile, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EnvironmentError } from '../../../errors.js';
import { parseMounts } from '../../mounts.js';
import { readText } from './cgroup.js';

/** Rejects with an `EnvironmentError` where it has none. */
export async function blockDeviceOf(folder: string): Promise<string> {
  const own = formatDevice((await stat(folder, { bigint: true })).dev);
  // Some file systems have a number of their own, which is none of a device.
  const source = parseMounts(await readFile('/proc/self/mountinfo', 'utf8')).find(
    ({ device }) => device === own,
  )?.source;
  const named = source?.startsWith('/dev/')
    ? formatDevice((await stat(source, { bigint: true })).rdev)
    : undefined;
  for (const device of [own, named]) {
    const place = device && (await realpath(`/sys/dev/block/${device}`).catch(() => undefined));
    if (!place) continue;
    // It is whole disks that can be slowed down, not their parts.
    if (readText(join(place, 'partition')) === undefined) return device;
    return (await readFile(join(dirname(place), 'dev'), 'utf8')).trim();
  }
  throw new EnvironmentError({
    where: folder,
    expected: 'a disk under it',
    found: source ?? `device ${own}`,
  });
}

/** Numbers of devices as the kernel packs them. */
export function formatDevice(device: bigint): string {
  const major = ((device >> 8n) & 0xfffn) | ((device >> 32n) & ~0xfffn);
  const minor = (device & 0xffn) | ((device >> 12n) & ~0xffn & 0xffffffffn);
  return `${major}:${minor}`;
}
