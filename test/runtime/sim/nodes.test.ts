/**
 * What simulated nodes do when they are killed, stopped and started again. The suite that every runtime must pass
 * (../conformance.ts) starts programs of its own and dials sockets, of which there are none here: what of it is about nodes
 * is repeated here on the reference service; what is about links is in links.test.ts. What is about processes, streams,
 * folders and what a run leaves behind has nothing to apply to.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sleep, VirtualClock } from '../../../src/clock.js';
import { seeded } from '../../../src/random.js';
import type { DiskRecord } from '../../../src/reference/effect.js';
import { entry } from '../../../src/runtime/entry.js';
import { Life } from '../../../src/runtime/sim/life.js';
import { SimDisk } from '../../../src/runtime/sim/sim-disk.js';
import { simRuntime } from '../../../src/runtime/sim/sim-runtime.js';
import { mesh, surroundings } from '../opened.js';

const NAMES = ['a', 'supervisor-1'];

function programOf(name: string) {
  const at = { host: name, port: 0 };
  const config = {
    ...{ kind: name === 'a' ? 'node' : 'supervisor', name, listen: at, data: '.', seed: 1, lifeline: false },
    ...{ nodes: ['a'], supervisors: ['supervisor-1'], primary: 'a', automaticFailback: false },
    peers: Object.fromEntries(NAMES.filter((other) => other !== name).map((other) => [other, at])),
    ...{ replication: 'sync', trigger: 'supervisor', quorum: true, fencing: false, lease: false },
    detect: { heartbeat: { interval: 100, timeout: 400 } },
  };
  return { command: [process.execPath, entry('reference/process.js'), JSON.stringify(config)] };
}

/** Does the work in a world in which both have booted. */
async function inWorld<T>(work: (world: Awaited<ReturnType<typeof opened>>) => Promise<T>): Promise<T> {
  const clock = new VirtualClock();
  return clock.pass(async () => {
    const world = await opened(clock);
    await sleep(clock, 500);
    try {
      return await work(world);
    } finally {
      await world.close();
    }
  });
}

async function opened(clock: VirtualClock) {
  const around = { ...surroundings(), clock, random: seeded(1) };
  const layout = { nodes: NAMES, links: mesh(...NAMES), power: false };
  const { nodes, places, close } = await simRuntime
    .open(layout, around)
    .then((world) => ({ ...world, nodes: world.nodes, places: world.places, close: () => world.close() }));
  for (const name of NAMES) await nodes.start(name, programOf(name));
  const way = places.observe('a').http!();
  const ask = (method = 'GET', path = '/live', body = '') => way.exchange(method, path, body);
  const { told, logs } = around;
  return { clock, nodes, close, told, logs, ask, start: () => nodes.start('a', programOf('a')) };
}

const answered = { kind: 'answer', status: 200 };

describe('a simulated node', () => {
  it('answers once it has booted, and tells what it does', () =>
    inWorld(async ({ ask, told }) => {
      expect(await ask()).toMatchObject(answered);
      expect(await ask('PUT', '/kv/x', '1')).toMatchObject(answered);
      expect(told.lines.some(({ node, line }) => node === 'a' && line.includes('"running"'))).toBe(true);
    }));

  it('is killed at once: what it was asked is in doubt, and its end is told', () =>
    inWorld(async ({ ask, nodes, told, clock }) => {
      const asked = ask('PUT', '/kv/x', '1');
      await sleep(clock, 0.55);
      const { at } = await nodes.kill('a', 'SIGKILL');
      expect(at).toBe(clock.now());
      expect(await asked).toMatchObject({ kind: 'doubt' });
      expect(told.exits).toEqual([{ node: 'a', detail: 'signal SIGKILL (9)', at }]);
      expect([await nodes.running('a'), await ask()]).toMatchObject([false, { kind: 'unsent' }]);
    }));

  it('that is stopped takes nothing in, and catches up when it goes on', () =>
    inWorld(async ({ ask, nodes, clock }) => {
      await nodes.pause('a');
      expect([await nodes.paused('a'), await nodes.running('a')]).toEqual([true, true]);
      let answer: unknown;
      void ask().then((one) => {
        answer = one;
      });
      await sleep(clock, 60_000);
      expect(answer).toBeUndefined();
      await nodes.resume('a');
      await sleep(clock, 1);
      expect(answer).toMatchObject(answered);
    }));

  it('ends when it is asked to, but not while it is stopped', () =>
    inWorld(async ({ nodes, told, clock, start }) => {
      await nodes.pause('a');
      const killed = nodes.kill('a', 'SIGTERM');
      await sleep(clock, 1000);
      expect(told.exits).toEqual([]);
      await nodes.resume('a');
      await killed;
      expect(told.exits).toMatchObject([{ detail: 'exit code 0' }]);
      await start();
      await nodes.pause('a');
      expect(await nodes.stop('a', 300)).toMatchObject({ killed: true });
      await start();
      expect(await nodes.stop('a', 300)).toMatchObject({ killed: false });
      await start();
      await nodes.pause('a');
      await expect(nodes.kill('a', 'SIGTERM')).rejects.toThrow('its process 10000 ms after SIGTERM');
    }));

  it('has what it has acknowledged after a restart, and one log over its lives', () =>
    inWorld(async ({ ask, nodes, clock, start, close, logs }) => {
      expect(await ask('PUT', '/kv/x', '"kept"')).toMatchObject(answered);
      await nodes.kill('a', 'SIGKILL');
      await start();
      await sleep(clock, 2000);
      expect(await ask('GET', '/kv/x')).toMatchObject({ text: expect.stringContaining('"kept"') });
      await close();
      const log = readFileSync(join(logs, 'a.log'), 'utf8');
      expect(log.match(/"running"/g)).toHaveLength(2);
    }));

  it('is nothing to kill, stop or start twice, and no program of others', () =>
    inWorld(async ({ nodes, start, close }) => {
      await expect(start()).rejects.toThrow('expected no process before its start');
      await nodes.kill('a', 'SIGKILL');
      await expect(nodes.kill('a', 'SIGKILL')).rejects.toThrow('expected a running process, found none');
      await expect(nodes.pause('a')).rejects.toThrow('expected a running process');
      await nodes.resume('a');
      await expect(nodes.start('a', { command: ['redis-server'] })).rejects.toThrow(
        'node a: expected the reference service, which is all that can be simulated, found the program "redis-server"',
      );
      await close();
      await expect(start()).rejects.toThrow('nothing is started any more');
    }));
});

describe('a life', () => {
  it('ends where its program throws', () => {
    const clock = new VirtualClock();
    const told: unknown[] = [];
    const life = new Life(clock, (error) => told.push(error));
    life.timer(1, () => {
      throw new Error('a mistake in a machine');
    });
    clock.advance(1);
    expect(told).toMatchObject([{ message: 'a mistake in a machine' }]);
  });

  it('has no timers any more once it has ended, and none that was cancelled while it was stopped', () => {
    const clock = new VirtualClock();
    const fired: string[] = [];
    const life = new Life(clock, () => {});
    const cancelled = life.timer(1, () => void fired.push('cancelled'));
    life.timer(2, () => void fired.push('held'));
    life.timer(9, () => void fired.push('too late'));
    life.stop();
    clock.advance(5);
    expect(fired).toEqual([]);
    cancelled.cancel();
    life.goOn();
    expect(fired).toEqual(['held']);
    life.end();
    clock.advance(5);
    expect(fired).toEqual(['held']);
  });
});

describe('the disk of a simulated node', () => {
  const record = (value: number) => ({ value }) as unknown as DiskRecord;

  function opened(fsync: boolean) {
    const clock = new VirtualClock();
    const disk = new SimDisk(clock, seeded(1));
    const synced: number[] = [];
    const life = new Life(clock, () => {});
    const first = disk.open(life, (sequence) => void synced.push(sequence), fsync);
    const again = () => disk.open(new Life(clock, () => {}), () => {}, fsync).records;
    return { clock, disk, synced, life, first, again };
  }

  it('syncs what came meanwhile together; a kill takes nothing, the power what was not synced', () => {
    const { clock, disk, synced, life, first, again } = opened(true);
    first.append(1, [record(1)]);
    first.append(2, [record(2)]);
    first.append(3, [record(3)]);
    clock.advance(1);
    expect(synced).toEqual([1]);
    clock.advance(1);
    expect(synced).toEqual([1, 3]);
    first.append(4, [record(4)]);
    life.end();
    clock.advance(5);
    expect([synced, again()]).toEqual([
      [1, 3],
      [record(1), record(2), record(3), record(4)],
    ]);
    expect(disk.unsynced).toBe(1);
    disk.losePower();
    expect(disk.unsynced).toBe(0);
    expect(again()).toEqual([record(1), record(2), record(3)]);
  });

  it('that does not sync says at once that it has, and keeps nothing', () => {
    const { clock, disk, synced, first, again } = opened(false);
    first.append(1, [record(1)]);
    clock.advance(0.1);
    expect([synced, again()]).toEqual([[1], [record(1)]]);
    disk.losePower();
    expect(again()).toEqual([]);
  });
});
