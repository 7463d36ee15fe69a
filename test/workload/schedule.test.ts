import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/clock.js';
import { schedule } from '../../src/workload/schedule.js';

describe('an open-loop schedule', () => {
  it('begins each operation at its own instant', () => {
    const clock = new VirtualClock(1000);
    const begun: number[] = [];
    schedule(clock, 200, (intended) => begun.push(intended) > 0);
    clock.advance(25);
    expect(begun).toEqual([1000, 1005, 1010, 1015, 1020, 1025]);
  });

  it('after a delay begins all that are due, with the instants at which they should have begun', () => {
    let late = 0;
    const clock = new VirtualClock();
    const delayed = {
      ...clock,
      now: () => clock.now() + late,
      timer: clock.timer.bind(clock),
      wall: () => new Date(0),
    };
    const begun: number[] = [];
    schedule(delayed, 1000, (intended) => begun.push(intended) > 0);
    clock.advance(2);
    late = 5;
    clock.advance(1);
    expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('begins nothing more once it was told that there is no room', () => {
    const clock = new VirtualClock();
    let count = 0;
    schedule(clock, 1000, () => ++count < 3);
    clock.advance(50);
    expect(count).toBe(3);
    expect(clock.next()).toBeUndefined();
  });

  it('begins nothing more once it is stopped', () => {
    const clock = new VirtualClock();
    let count = 0;
    const running = schedule(clock, 100, () => ++count > 0);
    clock.advance(50);
    running.stop();
    const before = count;
    clock.advance(500);
    expect(count).toBe(before);
  });
});
