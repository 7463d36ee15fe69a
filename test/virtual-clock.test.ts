import { describe, expect, it } from 'vitest';
import { sleep, VirtualClock } from '../src/clock.js';
import { integer, seeded } from '../src/random.js';

describe('virtual time', () => {
  it('fires timers in the order of their instants, and those of one instant as they were asked for', () => {
    const clock = new VirtualClock();
    const random = seeded('heap');
    const asked = Array.from({ length: 2000 }, (_, place) => ({ at: integer(random, 0, 300), place }));
    const fired: { at: number; place: number }[] = [];
    for (const one of asked) clock.timer(one.at, () => void fired.push(one));
    clock.advance(300);
    const sorted = [...asked].sort((left, right) => left.at - right.at || left.place - right.place);
    expect(fired).toEqual(sorted);
  });

  it('fires no timer that was cancelled, and does not count it as due', () => {
    const clock = new VirtualClock();
    const fired: string[] = [];
    const first = clock.timer(1, () => void fired.push('first'));
    clock.timer(2, () => void fired.push('second'));
    first.cancel();
    expect(clock.next()).toBe(2);
    clock.advance(5);
    expect(fired).toEqual(['second']);
    expect(clock.next()).toBeUndefined();
    expect(clock.now()).toBe(5);
  });

  it('passes while a work goes on, and stands at its end', async () => {
    const clock = new VirtualClock();
    const done = await clock.pass(async () => {
      await sleep(clock, 3_600_000);
      return clock.now();
    });
    expect([done, clock.now()]).toEqual([3_600_000, 3_600_000]);
  });

  it('does not move on before all that a timer has set off by promises is done', async () => {
    const clock = new VirtualClock();
    const seen: number[] = [];
    await clock.pass(async () => {
      clock.timer(10, async () => {
        for (let link = 0; link < 1000; link++) await undefined;
        seen.push(clock.now());
      });
      clock.timer(10.5, () => void seen.push(clock.now()));
      await sleep(clock, 20);
    });
    expect(seen).toEqual([10, 10.5]);
  });

  it('gives the event loop turns meanwhile', async () => {
    const clock = new VirtualClock();
    let isHeard = false;
    setImmediate(() => {
      isHeard = true;
    });
    await clock.pass(async () => {
      while (!isHeard && clock.now() < 100_000) await sleep(clock, 1);
    });
    expect(isHeard).toBe(true);
  });

  it('rejects as the work does, and where a timer throws', async () => {
    const clock = new VirtualClock();
    const failing = async () => {
      await sleep(clock, 1);
      throw new Error('the work');
    };
    await expect(clock.pass(failing)).rejects.toThrow('the work');
    const throwing = () => {
      clock.timer(1, () => {
        throw new Error('the timer');
      });
      return sleep(clock, 5);
    };
    await expect(clock.pass(throwing)).rejects.toThrow('the timer');
  });

  it('rejects where nothing is due and the work waits for nothing', async () => {
    const never = () => new Promise<void>(() => {});
    await expect(new VirtualClock().pass(never, 3)).rejects.toThrow('nothing is due');
  });

  it('waits for something real where nothing is due', async () => {
    const clock = new VirtualClock();
    const work = () => new Promise<string>((resolve) => setTimeout(resolve, 5, 'real'));
    expect(await clock.pass(work)).toBe('real');
    expect(clock.now()).toBe(0);
  });
});
