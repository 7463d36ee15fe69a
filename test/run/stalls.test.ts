import { describe, expect, test } from 'vitest';
import { type Stall, watchStalls } from '../../src/run/stalls.js';
import { HaltingClock } from '../halting-clock.js';

function watched() {
  const clock = new HaltingClock();
  const told: Stall[] = [];
  const watch = watchStalls(clock, (stall) => told.push(stall));
  return { clock, told, watch };
}

describe('the watch on stalls', () => {
  test('says nothing of a runner that is on time, or late by less than matters', () => {
    const { clock, told, watch } = watched();
    for (let round = 0; round < 50; round++) {
      clock.go(100);
      clock.stand(40);
    }
    clock.go(1000);
    watch.stop();
    expect(told).toEqual([]);
  });

  test('tells once of a runner that stood still, from the beat that was missed', () => {
    const { clock, told } = watched();
    clock.go(510);
    clock.stand(3000);
    clock.go(500);
    // The beat before was at 500; the next was due at 520.
    expect(told).toEqual([{ at: 1520, took: 2990 }]);
  });

  test('tells of adjacent stalls as of one, and of others by themselves', () => {
    const { clock, told } = watched();
    clock.go(500);
    clock.stand(200);
    clock.go(20);
    clock.stand(300);
    clock.go(500);
    clock.stand(100);
    clock.go(500);
    expect(told.map(({ at }) => at)).toEqual([1520, 2540]);
    expect(told[0]?.took).toBe(500);
    expect(told[1]?.took).toBe(80);
  });

  test('a stall that is under way when the watch ends is told', () => {
    const { clock, told, watch } = watched();
    clock.go(500);
    clock.stand(700);
    watch.stop();
    expect(told).toEqual([{ at: 1520, took: 680 }]);
    clock.stand(1000);
    watch.stop();
    expect(told).toHaveLength(1);
  });

  test('a sleep of the machine shows, though the monotonic clock slept with it', () => {
    const { clock, told } = watched();
    clock.go(510);
    clock.sleep(60_000);
    clock.go(500);
    expect(told).toEqual([{ at: 1520, took: 60_000 }]);
  });

  test('a clock that is slewed, or set back, is no sleep', () => {
    const { clock, told } = watched();
    for (let round = 0; round < 100; round++) {
      clock.go(20);
      clock.sleep(round < 50 ? 10 : -500);
    }
    clock.go(100);
    expect(told).toEqual([]);
  });

  test('tells how late the runner was altogether', () => {
    const { clock, watch } = watched();
    clock.go(500);
    expect(watch.late()).toBe(0);
    clock.stand(320);
    expect(watch.late()).toBe(300);
    clock.go(100);
    clock.stand(120);
    clock.go(100);
    expect(watch.late()).toBe(400);
  });
});
