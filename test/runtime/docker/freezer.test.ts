/** Orders that an engine refuses because of what it takes a container for. */
import { expect, it } from 'vitest';
import { VirtualClock } from '../../../src/clock.js';
import { ordered } from '../../../src/runtime/docker/freezer.js';

const STALE = /already paused/;

/** An engine that refuses the first orders, each with its text. */
function engine(...refusals: string[]) {
  const clock = new VirtualClock();
  const asked: number[] = [];
  const order = async () => {
    asked.push(clock.now());
    const refusal = refusals.shift();
    if (refusal !== undefined) throw new Error(refusal);
  };
  const done = ordered(order, (refusal) => STALE.test(refusal), clock);
  done.catch(() => undefined);
  /** Lets time pass until the order has ended. */
  const ended = async () => {
    let isOver = false;
    const over = done.finally(() => {
      isOver = true;
    });
    over.catch(() => undefined);
    while (!isOver) {
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(5);
    }
    return done;
  };
  return { asked, ended };
}

it('are given again while the refusal is one that passes', async () => {
  const { asked, ended } = engine('Container x is already paused', 'Container x is already paused');
  await ended();
  expect(asked).toHaveLength(3);
});

it('are not given again for any other reason', async () => {
  const { asked, ended } = engine('no such container');
  await expect(ended()).rejects.toThrow('no such container');
  expect(asked).toHaveLength(1);
});

it('are given up after a while', async () => {
  const { asked, ended } = engine(...Array.from({ length: 1000 }, () => 'already paused'));
  await expect(ended()).rejects.toThrow('already paused');
  expect(asked.at(-1)).toBeLessThan(2100);
});
