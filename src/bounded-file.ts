/**
 * Reading a file that somebody names: whole, and no more of it than it may have. A pipe may never get a writer and a
 * device never end; opening such a thing must not wait either.
 */
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { codeOf, messageOf } from './errors.js';

/** The bytes of the file, or what was found in place of one; `missing` where nothing is there. */
export type BoundedFile = { bytes: Buffer } | { found: string; missing: boolean };

export function boundedFile(path: string, most: number): BoundedFile {
  try {
    const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    try {
      const about = fstatSync(file);
      if (!about.isFile()) return { found: kindOf(about), missing: false };
      // Files of the kernel tell no size.
      const buffer = Buffer.alloc(Math.min(most, about.size || most) + 1);
      let length = 0;
      for (let more = -1; more !== 0 && length < buffer.length; length += more)
        more = readSync(file, buffer, length, buffer.length - length, null);
      if (length === buffer.length)
        return { found: `a file of more than ${length - 1} bytes`, missing: false };
      return { bytes: buffer.subarray(0, length) };
    } finally {
      closeSync(file);
    }
  } catch (error) {
    const missing = codeOf(error) === 'ENOENT';
    return { found: missing ? 'no such file' : messageOf(error), missing };
  }
}

function kindOf(about: Stats): string {
  if (about.isDirectory()) return 'a folder';
  if (about.isFIFO()) return 'a pipe';
  return about.isCharacterDevice() || about.isBlockDevice() ? 'a device' : 'no plain file';
}
