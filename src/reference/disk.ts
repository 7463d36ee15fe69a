/** A disk is one machine's: it says whose it is, and has a number, so that an empty one in its place is not taken for it. */

import type { Random } from '../random.js';
import type { DiskRecord, Outbox } from './effect.js';

/** The disk's number: as its records say, or drawn now and written down. Throws where it is another machine's. */
export function ownDisk(owner: string, records: readonly DiskRecord[], random: Random, out: Outbox): number {
  for (const record of records) {
    if (record.kind !== 'disk') continue;
    if (record.owner === owner) return record.disk;
    throw new Error(
      `expected the data of ${owner}, found that of ${record.owner}: give each a folder of its own`,
    );
  }
  const disk = random.next();
  out.write([{ kind: 'disk', owner, disk }]);
  return disk;
}
