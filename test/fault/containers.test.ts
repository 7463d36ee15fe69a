/** Faults that only containers know, on real ones: each takes effect, is witnessed, heals; undone behind our back, it is not. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cpu } from '../../src/fault/cpu.js';
import { disk } from '../../src/fault/disk.js';
import { kill } from '../../src/fault/kill.js';
import { memory } from '../../src/fault/memory.js';
import { pause } from '../../src/fault/pause.js';
import { slowDisk } from '../../src/fault/slow-disk.js';
import { stop } from '../../src/fault/stop.js';
import { blockDeviceOf } from '../../src/runtime/docker/handicap/block-device.js';
import { cgroupOf } from '../../src/runtime/docker/handicap/cgroup.js';
import { throttle } from '../../src/runtime/docker/handicap/slow-disk.js';
import { identify } from '../../src/runtime/os-process.js';
import { treeOf } from '../../src/runtime/process-tree.js';
import { withEngine } from '../runtime/docker/engine.js';
import { eventually, PROGRAMS } from '../runtime/opened.js';
import { NEEDS, openContainerStand } from './container-stand.js';

const PATIENT = {
  command: [
    process.execPath,
    new URL('../runtime/docker/programs/patient.mjs', import.meta.url).pathname,
    '7000',
  ],
};
const MB = 1024 ** 2;

withEngine(() => {
  let stand: Awaited<ReturnType<typeof openContainerStand>>;
  beforeAll(async () => {
    const containers = { b: { cpus: 0.5, mem_limit: '300m' }, c: { tmpfs: ['/full:size=2m', '/any'] } };
    stand = await openContainerStand({ nodes: ['a', 'b', 'c'], containers, needs: NEEDS });
    await Promise.all(['a', 'b', 'c'].map((node) => stand.start(node, PATIENT)));
  }, 60_000);
  afterAll(async () => void expect(await stand.close()).toEqual([]), 60_000);

  const hostConfig = async (node: string) => (await stand.container(node).inspect()).HostConfig;
  const processOf = async (node: string) => {
    const { State } = await stand.container(node).inspect();
    return identify(State.Pid) ?? expect.fail('a process');
  };

  test('little processor time is what the node gets; healed, it has all of it again', async () => {
    const { witness, heal } = await stand.inject(cpu, { target: 'a', limit: 0.1 });
    expect(Number(await stand.ask('a', 'spin/1000'))).toBeLessThan(400);
    const seen = await witness();
    expect(seen).toMatchObject({ witnessed: true, evidence: [{ subject: 'a', expected: '10%' }] });
    expect(seen.evidence[0]?.observed).toMatch(/^10%; held back [1-9]\d* times$/);
    expect(await heal()).toMatchObject({ witnessed: true, evidence: [{ expected: 'unlimited' }] });
    expect(await hostConfig('a')).toMatchObject({ CpuQuota: -1 });
  });

  test('of two limits of processor time the later one holds, and a heal gives back what was before', async () => {
    const first = await stand.inject(cpu, { target: 'b', limit: 0.3 });
    const second = await stand.inject(cpu, { target: 'b', limit: 0.2 });
    expect(await first.witness()).toMatchObject({ witnessed: false });
    expect(await second.witness()).toMatchObject({ witnessed: true });
    // That the later one counts is nobody else's doing.
    expect(await first.still()).toMatchObject({ witnessed: true, evidence: [{ expected: '20%' }] });
    expect(await second.still()).toMatchObject({ witnessed: true, evidence: [{ expected: '20%' }] });
    expect(await second.heal()).toMatchObject({ witnessed: true, evidence: [{ expected: '30%' }] });
    expect(await first.heal()).toMatchObject({ witnessed: true, evidence: [{ expected: '50%' }] });
    expect(await hostConfig('b')).toMatchObject({ NanoCpus: 5e8 });
  });

  test('a limit that somebody lifts is not witnessed', async () => {
    const less = await stand.inject(cpu, { target: 'a', limit: 0.2 });
    const little = await stand.inject(memory, { target: 'b', limit: 200 * MB });
    await stand.container('a').update({ CpuQuota: -1 });
    await stand.container('b').update({ Memory: 250 * MB, MemorySwap: 250 * MB });
    expect(await less.witness()).toMatchObject({ witnessed: false });
    expect(await little.witness()).toMatchObject({ witnessed: false, evidence: [{ expected: '200m' }] });
    expect(await less.heal()).toMatchObject({ witnessed: true });
    expect(await little.heal()).toMatchObject({ witnessed: true, evidence: [{ expected: '300m' }] });
  });

  test('a limit that somebody lifts later on does not last', async () => {
    const less = await stand.inject(cpu, { target: 'a', limit: 0.2 });
    const little = await stand.inject(memory, { target: 'b', limit: 200 * MB });
    for (const { witness, still } of [less, little]) {
      expect(await witness()).toMatchObject({ witnessed: true });
      expect(await still()).toMatchObject({ witnessed: true });
    }
    await stand.container('a').update({ CpuQuota: -1 });
    await stand.container('b').update({ Memory: 250 * MB, MemorySwap: 250 * MB });
    const faster = { subject: 'a', expected: '20%', observed: expect.stringMatching(/^unlimited/) };
    expect(await less.still()).toMatchObject({ witnessed: false, evidence: [faster] });
    const more = { subject: 'b', expected: '200m', observed: expect.stringMatching(/^250m/) };
    expect(await little.still()).toMatchObject({ witnessed: false, evidence: [more] });
    await Promise.all([less.heal(), little.heal()]);
  });

  test('a node that takes more memory than it may is ended by the kernel, and its exit says so', async () => {
    const { witness, still, heal } = await stand.inject(memory, { target: 'a', limit: 128 * MB });
    const seen = await witness();
    expect(seen).toMatchObject({ witnessed: true, evidence: [{ expected: '128m' }] });
    expect(seen.evidence[0]?.observed).toMatch(/^128m; \d+\.\d MiB in use$/);
    await stand.ask('a', 'eat/400').catch(() => undefined);
    const exit = await eventually('it ends', () => stand.exits.find(({ node }) => node === 'a'));
    expect(exit.detail).toMatch(/SIGKILL.*, out of memory$/);
    expect(await still()).toMatchObject({ witnessed: true });
    await stand.start('a', PATIENT);
    expect(await witness()).toMatchObject({ witnessed: true });
    expect(await heal()).toMatchObject({ witnessed: true, evidence: [{ expected: 'unlimited' }] });
    expect(await stand.ask('a', 'eat/200')).toBe('1');
  });

  test('a full folder takes no block more; healed, it has room again', async () => {
    expect(await stand.ask('c', 'write/full')).toBe('ok');
    expect(await stand.ask('c', 'sweep/full')).toBe('ok');
    const { witness, heal } = await stand.inject(disk, { target: 'c', fill: '/full' });
    expect(await stand.ask('c', 'write/full')).toBe('ENOSPC');
    expect(await witness()).toMatchObject({
      witnessed: true,
      evidence: [
        {
          expected: 'no room for a block (ENOSPC)',
          observed: expect.stringMatching(/; 0 bytes free in \/full$/),
        },
      ],
    });
    expect(await heal()).toMatchObject({ witnessed: true });
    expect(await stand.ask('c', 'write/full')).toBe('ok');
  });

  test('a folder in which somebody makes room is not full', async () => {
    const { witness, still, heal } = await stand.inject(disk, { target: 'c', fill: '/full' });
    expect(await still()).toMatchObject({ witnessed: true });
    expect(await stand.ask('c', 'sweep/full')).toBe('ok');
    expect(await witness()).toMatchObject({ witnessed: false });
    expect(await still()).toMatchObject({
      witnessed: false,
      evidence: [
        { expected: 'no room for a block (ENOSPC)', observed: expect.stringMatching(/^room for a block/) },
      ],
    });
    expect(await heal()).toMatchObject({ witnessed: true });
  });

  test('a folder that a restart of its node has emptied was emptied by nobody else', async () => {
    const { still, heal } = await stand.inject(disk, { target: 'c', fill: '/full' });
    await stand.cluster.kill('c', 'SIGKILL');
    expect(await still()).toMatchObject({ witnessed: true });
    await stand.start('c', PATIENT);
    expect(await stand.ask('c', 'write/full')).toBe('ok');
    expect(await still()).toMatchObject({ witnessed: true });
    expect(await heal()).toMatchObject({ witnessed: true });
  });

  test.each(['/any', '/tmp', '/'])('the folder %s, which has no size, is not filled', async (fill) => {
    await expect(stand.inject(disk, { target: 'c', fill })).rejects.toThrow(
      /node c: expected a folder with a size at .*, found expected a tmpfs with a size/,
    );
  });

  test('a slow disk is what a process in there gets, also after a restart of the node', async () => {
    const { witness, still, heal } = await stand.inject(slowDisk, {
      target: 'b',
      write: 512 * 1024,
      read_ops: 20,
    });
    const seen = await witness();
    expect(seen.evidence[0]?.observed).toMatch(
      /^write 512k\/s, read_ops 20\/s; write of 319488 bytes took \d{3,} ms, 13 read_ops took \d{3,} ms$/,
    );
    expect(seen.witnessed).toBe(true);
    await stand.cluster.kill('b', 'SIGKILL');
    expect(await still()).toMatchObject({ witnessed: true });
    await stand.start('b', PATIENT);
    expect(await witness()).toMatchObject({ witnessed: true });
    expect(await still()).toMatchObject({ witnessed: true });
    expect(await heal()).toMatchObject({ witnessed: true, evidence: [{ observed: 'unlimited' }] });
  });

  test('a slow disk that somebody makes fast is not witnessed', async () => {
    const { witness, still, heal } = await stand.inject(slowDisk, { target: 'a', write: 512 * 1024 });
    expect(await still()).toMatchObject({ witnessed: true });
    const group = cgroupOf((await processOf('a')).pid, 'io') ?? expect.fail('a control group');
    throttle(group, await blockDeviceOf('/var/lib/docker'), {});
    expect(await witness()).toMatchObject({ witnessed: false, evidence: [{ observed: 'unlimited' }] });
    const found = { expected: 'write 512k/s', observed: 'unlimited' };
    expect(await still()).toMatchObject({ witnessed: false, evidence: [found] });
    expect(await heal()).toMatchObject({ witnessed: true });
  });

  test('stopped by signals are all processes of the node; they go on when it is healed', async () => {
    const { witness, heal } = await stand.inject(pause, { target: 'a', by: 'SIGSTOP' });
    expect(await witness()).toMatchObject({ witnessed: true });
    const tree = treeOf(await processOf('a'));
    expect(tree.map(({ stopped }) => stopped)).toEqual([true, true, true, true]);
    expect(await stand.cluster.paused('a', 'freezer')).toBe(false);
    expect(await heal()).toMatchObject({ witnessed: true });
    expect(treeOf(await processOf('a')).filter(({ stopped }) => stopped)).toEqual([]);
  });

  test('one whose processes somebody lets go on is not witnessed', async () => {
    const { witness, still, heal } = await stand.inject(pause, { target: 'a', by: 'SIGSTOP' });
    expect(await still()).toMatchObject({ witnessed: true });
    process.kill(treeOf(await processOf('a'))[1]?.pid ?? expect.fail('a process'), 'SIGCONT');
    expect(await witness()).toMatchObject({ witnessed: false, evidence: [{ observed: 'not stopped' }] });
    expect(await still()).toMatchObject({ witnessed: false, evidence: [{ observed: 'not stopped' }] });
    expect(await heal()).toMatchObject({ witnessed: true });
  });

  test('one that somebody thaws does not stay frozen', async () => {
    const { witness, still, heal } = await stand.inject(pause, { target: 'a', by: 'freezer' });
    expect(await witness()).toMatchObject({ witnessed: true });
    expect(await still()).toMatchObject({ witnessed: true });
    await stand.container('a').unpause();
    expect(await still()).toMatchObject({ witnessed: false, evidence: [{ observed: 'not stopped' }] });
    expect(await heal()).toMatchObject({ witnessed: true });
  });

  test('one process is killed by its name, and the node goes on', async () => {
    const { witness } = await stand.inject(kill, { target: 'a', process: 'worker' });
    const seen = await witness();
    expect(seen.witnessed).toBe(true);
    expect(seen.evidence[0]?.subject).toMatch(/^a: worker \(\d+\)$/);
    expect(treeOf(await processOf('a')).map(({ names }) => names[1])).toEqual(['node', 'helper', 'helper']);
    expect(await stand.ask('a', '')).toBe('here');
  });

  test('a name that nobody has or several have is refused, and who is there is told', async () => {
    await expect(stand.inject(kill, { target: 'c', process: 'redis-server' })).rejects.toThrow(
      'node c: expected a process called redis-server, found node, worker, helper',
    );
    await expect(stand.inject(kill, { target: 'c', process: 'helper' })).rejects.toThrow(
      'expected one process called helper, found 2 that were not started by each other',
    );
  });

  test('one that does not end when it is asked to is killed when its grace is over', async () => {
    await stand.cluster.kill('c', 'SIGKILL');
    await stand.cluster.start('c', { command: [process.execPath, `${PROGRAMS}stubborn.mjs`] });
    await eventually('it listens', () =>
      stand.lines.find(({ node, line }) => node === 'c' && line === 'listening'),
    );
    const { witness } = await stand.inject(stop, { target: 'c', grace: 2000 });
    expect(await witness()).toMatchObject({
      witnessed: true,
      evidence: [{ observed: 'no process; killed when its grace was over' }],
    });
    const refusals = () => stand.lines.filter(({ line }) => line === 'no');
    await eventually('it said no', () => refusals().length > 0 || undefined);
    expect(refusals()).toHaveLength(1);
  });
});
