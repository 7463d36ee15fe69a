import { expect, test } from 'vitest';
import { VirtualClock } from '../../src/clock.js';
import { type PolledLook, poll } from '../../src/probe/poll.js';

/** Lets promises settle; virtual time stands still. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

async function polled(takes: (look: number) => number, beats: number, timeout = 1000) {
  const clock = new VirtualClock(0);
  const looks: PolledLook<number>[] = [];
  let count = 0;
  const probe = {
    name: 'the probe',
    look: () => {
      const number = ++count;
      return new Promise<number>((resolve) => void clock.timer(takes(number), () => resolve(number)));
    },
  };
  const running = poll(probe, { clock, every: 100, timeout, onLook: (look) => void looks.push(look) });
  for (let at = 0; at < beats * 100; at += 10) {
    clock.advance(10);
    await settle();
  }
  return { looks, running, clock };
}

test('looks at once and then at each beat', async () => {
  const { looks, running } = await polled(() => 10, 3);
  expect(looks.map(({ asked }) => asked)).toEqual([0, 100, 200]);
  expect(looks[0]).toMatchObject({ seen: 1, answered: 10 });
  expect(running.skipped).toBe(0);
});

test('skips the beats in which the look before is still under way', async () => {
  const { looks, running } = await polled((look) => (look === 1 ? 250 : 10), 5);
  expect(looks.map(({ asked }) => asked)).toEqual([0, 300, 400]);
  expect(running.skipped).toBe(2);
});

test('a look that takes too long is told as such, and the next one is made', async () => {
  const { looks } = await polled((look) => (look === 1 ? 10_000 : 10), 3, 50);
  expect(looks[0]).toMatchObject({
    asked: 0,
    answered: 50,
    error: { message: 'the probe took longer than 50 ms' },
  });
  expect(looks[1]).toMatchObject({ asked: 100, seen: 2 });
});

test('stopped, it looks no more and tells of nothing', async () => {
  const { looks, running, clock } = await polled((look) => (look === 3 ? 50 : 10), 2);
  clock.advance(10);
  running.stop();
  await settle();
  clock.advance(1000);
  await settle();
  expect(looks).toHaveLength(2);
});
