/** What is read from this machine of a container: control groups, mounts, disks; and what is said where that is not to be had. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock as clock } from '../../../src/clock.js';
import { engineClient, findEngine } from '../../../src/runtime/docker/engine.js';
import { formatDevice } from '../../../src/runtime/docker/handicap/block-device.js';
import { findCgroup } from '../../../src/runtime/docker/handicap/cgroup.js';
import { Layers } from '../../../src/runtime/docker/handicap/layers.js';
import { reachOf } from '../../../src/runtime/docker/handicap/reach.js';
import {
  amountsFor,
  lackOfThrottle,
  throttle,
  throttleOf,
} from '../../../src/runtime/docker/handicap/slow-disk.js';
import { referenceImage } from '../../../src/runtime/image/reference-image.js';
import { parseMounts } from '../../../src/runtime/mounts.js';
import { withEngine } from './engine.js';

const V1 = `25 20 0:22 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755
30 25 0:26 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct
31 25 0:27 / /sys/fs/cgroup/blkio rw,relatime - cgroup cgroup rw,blkio
`;
const V2 = '35 24 0:30 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n';
const PART = '35 24 0:30 /system.slice /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n';
const OWN_V1 = '7:blkio:/docker/3f2a\n1:cpu,cpuacct:/docker/3f2a\n0::/docker/3f2a\n';
const OWN_V2 = '0::/system.slice/docker-3f2a.scope\n';

describe('control groups', () => {
  test.each([
    ['version 1', OWN_V1, V1, 'cpu', { version: 1, folder: '/sys/fs/cgroup/cpu,cpuacct/docker/3f2a' }],
    ['version 1, the disk', OWN_V1, V1, 'io', { version: 1, folder: '/sys/fs/cgroup/blkio/docker/3f2a' }],
    ['version 2', OWN_V2, V2, 'io', { version: 2, folder: '/sys/fs/cgroup/system.slice/docker-3f2a.scope' }],
    [
      'both, 1 for what it has',
      OWN_V1,
      V1 + V2,
      'cpu',
      { version: 1, folder: '/sys/fs/cgroup/cpu,cpuacct/docker/3f2a' },
    ],
    ['both, 2 for the rest', OWN_V1, V1 + V2, 'memory', { version: 2, folder: '/sys/fs/cgroup/docker/3f2a' }],
    [
      'a part that is mounted',
      OWN_V2,
      PART,
      'cpu',
      { version: 2, folder: '/sys/fs/cgroup/docker-3f2a.scope' },
    ],
    ['none that is mounted', OWN_V1, V1, 'memory', undefined],
    ['none at all', '', V2, 'cpu', undefined],
  ] as const)('of %s', (_, own, mounts, controller, expected) => {
    expect(findCgroup(own, mounts, controller)).toEqual(expected);
  });

  test('the limits of version 2 are words of one file, those of other disks left alone', () => {
    const folder = mkdtempSync(join(tmpdir(), 'drill-test-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const group = { version: 2 as const, folder };
    throttle(group, '8:0', { write: 1_048_576, read_ops: 20 });
    expect(readFileSync(join(folder, 'io.max'), 'utf8')).toBe('8:0 rbps=max wbps=1048576 riops=20 wiops=max');
    writeFileSync(
      join(folder, 'io.max'),
      '259:1 rbps=7 wbps=7\n8:0 rbps=max wbps=1048576 riops=20 wiops=max\n',
    );
    expect(throttleOf(group, '8:0')).toEqual({ write: 1_048_576, read_ops: 20 });
    expect(throttleOf(group, '8:16')).toEqual({});
  });

  test.each([
    [{ write: 1024 ** 2 }, { write: 634_880 }],
    [{ write: 4096 }, { write: 8192 }],
    [{ write: 1024 ** 3, read_ops: 1e6 }, {}],
    [{ read_ops: 20 }, { read_ops: 13 }],
    // The slower of two limits has its say: nothing is timed for minutes.
    [{ write: 8192, write_ops: 1000 }, { write: 12_288 }],
    [{ write: 10 * 1024 ** 2, write_ops: 1 }, { write_ops: 2 }],
    [
      { write: 1024 ** 2, write_ops: 20 },
      { write: 634_880, write_ops: 13 },
    ],
  ])('what is timed of %o is %o', (limits, amounts) => expect(amountsFor(limits)).toEqual(amounts));

  test('limits that cannot be set from here are told of', () => {
    expect(lackOfThrottle(2 ** 30, '8:0')).toMatch(/no control group/);
    expect(lackOfThrottle(process.pid, '4095:99')).toMatch(/no control group|E[A-Z]+/);
  });
});

test('mounts with blanks in them are read as they are', () => {
  expect(parseMounts('89 72 0:48 / /a\\040b rw - tmpfs tmpfs rw,size=8192k\n')).toEqual([
    {
      device: '0:48',
      root: '/',
      point: '/a b',
      type: 'tmpfs',
      source: 'tmpfs',
      options: ['rw', 'size=8192k'],
    },
  ]);
});

test.each([
  [0xfe00n, '254:0'],
  [0x10302n, '259:2'],
  [0x30n, '0:48'],
  [0x800100n, '1:2048'],
])('device %s is %s', (packed, text) => expect(formatDevice(packed)).toBe(text));

test('of several layers the last holds, and those below come back', () => {
  const layers = new Layers<string>();
  layers.put('a', 'fault-1', 'one');
  layers.put('a', 'fault-2', 'two');
  expect([layers.top('a'), layers.own('a', 'fault-1'), layers.top('b')]).toEqual(['two', 'one', undefined]);
  layers.lift('a', 'fault-1');
  expect([layers.top('a'), layers.expected('a', 'fault-1')]).toEqual(['two', 'two']);
  layers.lift('a', 'fault-2');
  expect(layers.top('a')).toBeUndefined();
});

withEngine(() => {
  test('looking into an image leaves none of the volumes that it declares', async () => {
    const engine = await findEngine(process.env, clock);
    const docker = await engineClient(engine.address);
    const { name: image } = await referenceImage(docker, engine);
    const [repo, tag] = ['failover-drill-test/volume', String(process.pid)];
    const base = await docker.createContainer({ Image: image, name: `drill-test-${process.pid}` });
    await base.commit({ repo, tag, changes: 'VOLUME /kept' });
    await base.remove({ v: true });
    onTestFinished(() => docker.getImage(`${repo}:${tag}`).remove());
    const volumes: string[] = [];
    const watching = Object.assign(Object.create(docker) as typeof docker, {
      async createContainer(options: Parameters<typeof docker.createContainer>[0]) {
        const container = await docker.createContainer(options);
        volumes.push(...(await container.inspect()).Mounts.map(({ Name = '' }) => Name));
        return container;
      },
    });
    const setting = { docker: watching, image, labels: {}, needs: ['clock'] as const };
    await expect(reachOf({ ...setting, skewed: { a: `${repo}:${tag}` } })).rejects.toThrow(
      /node a: expected libfaketime in its image/,
    );
    expect(volumes).toHaveLength(1);
    await expect(docker.getVolume(volumes[0] ?? '').inspect()).rejects.toThrow(/no such volume/i);
  });
});
