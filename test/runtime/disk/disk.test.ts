/** Disks that lose their power: real ones, in files that are mounted. */
import {
  closeSync,
  existsSync,
  fdatasyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { systemClock as clock } from '../../../src/clock.js';
import { Disk, lackOfDisks, mountedAt, unmount } from '../../../src/runtime/disk/disk.js';
import { mountedDisks } from '../../../src/runtime/disk/mounted.js';
import { lackOfData } from '../../../src/runtime/docker/node-container.js';
import { folderOf, freshRun } from '../../../src/runtime/label.js';
import { atEnd } from '../../lifetime.js';
import { withThing } from '../../with-thing.js';

const HOW = { empty: 1, quiet: 0, isAwaited: true };

async function mounted() {
  const folder = mkdtempSync(join(tmpdir(), 'drill-disk-'));
  const seen = join(folder, 'a');
  mkdirSync(seen);
  const disk = new Disk(seen, join(folder, 'disks'));
  atEnd(async () => {
    await unmount(seen);
    rmSync(folder, { recursive: true });
  });
  await disk.make();
  return { seen, disk };
}

/** Appends a line, and syncs it or does not. */
function write(file: string, text: string, synced: boolean): void {
  const handle = openSync(file, 'a');
  writeSync(handle, `${text}\n`);
  if (synced) fdatasyncSync(handle);
  closeSync(handle);
}

withThing('a disk can be mounted', lackOfDisks(process.env.PATH), () => {
  it('keeps what was synced, and nothing else, whenever the power goes', async () => {
    const { seen, disk } = await mounted();
    for (const life of [1, 2]) {
      for (let line = 0; line < 20; line++) write(join(seen, 'synced'), `${life}.${line}`, true);
      for (let line = 0; line < 20; line++) write(join(seen, `unsynced-${life}`), `${line}`, false);
      await disk.losePower();
      expect(disk.lack()).toBeUndefined();
      const kept = readFileSync(join(seen, 'synced'), 'utf8').trim().split('\n');
      expect(kept).toHaveLength(20 * life);
      const unsynced = join(seen, `unsynced-${life}`);
      expect(existsSync(unsynced) ? readFileSync(unsynced, 'utf8') : '').toBe('');
    }
  });

  it('is told from another one', async () => {
    const { seen, disk } = await mounted();
    expect(disk.lack()).toBeUndefined();
    await unmount(seen);
    expect(disk.lack()).toBe('no disk');
  });

  it('is unmounted with its run, and with no other', async () => {
    const { seen } = await mounted();
    expect(mountedAt(seen)).toMatch(/^\/dev\/loop/);
    const run = freshRun();
    expect(await mountedDisks.remove(run, [seen, 7], clock, HOW)).toEqual({
      removed: 0,
      left: [],
      unseen: [],
    });
    expect(mountedAt(seen)).toBeDefined();
    const own = folderOf(run);
    mkdirSync(join(own, 'data'), { recursive: true, mode: 0o700 });
    atEnd(async () => {
      await unmount(join(own, 'data'));
      rmSync(own, { recursive: true });
    });
    await new Disk(join(own, 'data'), join(own, 'disks')).make();
    await mountedDisks.remove(run, [join(own, 'data')], clock, HOW);
    expect(mountedAt(join(own, 'data'))).toBeUndefined();
  });
});

it('a container that may write to elsewhere than its disk is refused: the power would take nothing from there', () => {
  expect(lackOfData(['a'], { a: {}, b: { image: 'postgres:15' } })).toBeUndefined();
  expect(lackOfData(['a', 'b'], { a: {}, b: { image: 'postgres:15' } })).toContain('b of an image');
  expect(lackOfData(['a'], { a: { volumes: ['data:/var/lib/data'] } })).toContain('/data');
  expect(lackOfData(['a'], { a: { tmpfs: ['/data'] } })).toBeDefined();
});

it('a machine that cannot mount one says why', () => {
  expect(lackOfDisks('/nowhere')).toMatch(/^no mkfs\.ext4|takes root|need Linux/);
});
