/** What worlds that are not calm do: clocks apart, messages late, twice and lost, disks that keep a part. */
import { describe, expect, it } from 'vitest';
import { sleep, VirtualClock } from '../../../src/clock.js';
import { seeded } from '../../../src/random.js';
import type { DiskRecord } from '../../../src/reference/effect.js';
import { entry } from '../../../src/runtime/entry.js';
import { Life } from '../../../src/runtime/sim/life.js';
import { CALM, type Nature } from '../../../src/runtime/sim/nature.js';
import { SimDisk } from '../../../src/runtime/sim/sim-disk.js';
import { simulated } from '../../../src/runtime/sim/sim-runtime.js';
import { mesh, surroundings } from '../opened.js';

const NAMES = ['a', 'supervisor-1'];
const at = { host: 'a', port: 0 };
const CONFIG = {
  ...{ kind: 'node', name: 'a', listen: at, data: '.', seed: 1, lifeline: false, fsync: true },
  ...{ nodes: ['a'], supervisors: ['supervisor-1'], primary: 'a', automaticFailback: false },
  ...{ replication: 'sync', trigger: 'supervisor', quorum: true, fencing: false, lease: 500 },
  ...{ peers: {}, detect: { heartbeat: { interval: 100, timeout: 400 } } },
};
const PROGRAM = { command: [process.execPath, entry('reference/process.js'), JSON.stringify(CONFIG)] };

/** A node alone in a world of this nature; `tell` hands it what a supervisor would send, over its link. */
function inWorld(
  nature: Partial<Nature>,
  work: (world: Awaited<ReturnType<typeof opened>>) => Promise<void>,
) {
  const clock = new VirtualClock();
  return clock.pass(async () => {
    const world = await opened(clock, { ...CALM, ...nature });
    await sleep(clock, 500);
    await work(world);
  });
}

async function opened(clock: VirtualClock, nature: Nature) {
  const around = { ...surroundings(), clock, random: seeded(1) };
  const layout = { nodes: NAMES, links: mesh(...NAMES), power: false };
  const world = await simulated(nature).open(layout, around);
  const start = () => world.nodes.start('a', PROGRAM);
  await start();
  const way = world.places.link('supervisor-1->a').dial.http!();
  return { clock, start, told: around.told, tell: (body: string) => way.exchange('POST', '/peer', body) };
}

/** No message: a machine that is handed it ends with an error, which shows when it came. */
const NONSENSE = '[null]';
const taken = { kind: 'answer', status: 200 };
const messages = { repeated: 0, late: 0, lost: 0, latest: 3000 };

describe('messages between nodes', () => {
  it('come at once in a calm world', () =>
    inWorld({}, async ({ tell, told }) => {
      expect(await tell(NONSENSE)).toMatchObject({ kind: 'doubt' });
      expect(told.exits).toMatchObject([{ detail: 'exit code 1' }]);
    }));

  it('that are late have been taken for whoever sent them, and come up to so much later', () =>
    inWorld({ messages: { ...messages, late: 1 } }, async ({ tell, told, clock }) => {
      expect(await tell(NONSENSE)).toMatchObject(taken);
      expect(told.exits).toEqual([]);
      await sleep(clock, 3000);
      expect(told.exits).toMatchObject([{ detail: 'exit code 1' }]);
    }));

  it('that are repeated come to the next life too', () =>
    inWorld({ messages: { ...messages, repeated: 1 } }, async ({ tell, told, clock, start }) => {
      expect(await tell(NONSENSE)).toMatchObject({ kind: 'doubt' });
      await start();
      await sleep(clock, 3000);
      expect(told.exits.map(({ detail }) => detail)).toEqual(['exit code 1', 'exit code 1']);
    }));

  it('that are lost never come', () =>
    inWorld({ messages: { ...messages, lost: 1 } }, async ({ tell, told, clock }) => {
      expect(await tell(NONSENSE)).toMatchObject(taken);
      await sleep(clock, 60_000);
      expect(told.exits).toEqual([]);
    }));
});

describe('clocks that stand apart and drift', () => {
  it('show their own time and keep to it, and lead back to true time', () => {
    const clock = new VirtualClock(100);
    const life = new Life(clock, () => {}, { ahead: 1000, rate: 2 });
    const fired: number[] = [];
    life.timer(10, () => void fired.push(life.now()));
    expect([life.now(), life.trueTime(1210)]).toEqual([1200, 105]);
    clock.advance(4.9);
    expect(fired).toEqual([]);
    clock.advance(0.2);
    expect(fired).toEqual([expect.closeTo(1210, 3)]);
  });

  it('are not told: what a node says is in true time', () =>
    inWorld({ clocks: { apart: 1e6, drift: 0.05 } }, async ({ told, clock }) => {
      const running = told.lines.find(({ line }) => line.includes('"running"'));
      const { at } = JSON.parse(running!.line) as { at: number };
      expect(at).toBeGreaterThan(0);
      expect(at).toBeLessThan(clock.now());
    }));
});

describe('a disk', () => {
  const record = (value: number) => ({ value }) as unknown as DiskRecord;

  function withUnsynced(nature: Nature['disks'], seed = 1) {
    const clock = new VirtualClock();
    const disk = new SimDisk(clock, seeded(seed), nature);
    const life = new Life(clock, () => {});
    const open = disk.open(life, () => {}, true);
    open.append(1, [record(0)]);
    clock.advance(1);
    open.append(
      2,
      Array.from({ length: 20 }, (_, index) => record(index + 1)),
    );
    life.end();
    const records = () => disk.open(new Life(clock, () => {}), () => {}, true).records;
    return { disk, records };
  }

  it('may have kept the first of what was not synced when the power was lost', () => {
    const counts = new Set<number>();
    for (let seed = 1; seed <= 10; seed++) {
      const { disk, records } = withUnsynced({ ...CALM.disks, keepSome: true }, seed);
      disk.losePower();
      const kept = records();
      expect(kept).toEqual(kept.map((_, index) => record(index)));
      counts.add(kept.length);
    }
    expect(counts.size).toBeGreaterThan(3);
    expect(Math.min(...counts)).toBeLessThan(21);
  });

  it('that is replaced has the oldest of what was synced, or nothing', () => {
    const { disk, records } = withUnsynced(CALM.disks);
    disk.replace(1);
    expect(records()).toEqual([record(0)]);
    disk.replace(0);
    expect(records()).toEqual([]);
  });
});
