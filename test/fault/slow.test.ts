import { expect, test } from 'vitest';
import { slow } from '../../src/fault/slow.js';
import { openStand, view } from './stand.js';

test('what one side sends is late: upstream on its links, downstream on those that lead back', () => {
  const aim = slow.aim({ from: 'a', to: 'standby', latency: 80, jitter: 10 }, view);
  expect(aim.toxics.map(({ link, stream }) => `${link} ${stream}`).sort()).toEqual([
    'a->b upstream',
    'a->c upstream',
    'b->a downstream',
    'c->a downstream',
  ]);
  expect(aim.toxics[0]).toMatchObject({ type: 'latency', attributes: { latency: 80, jitter: 10 } });
  expect(aim.text).toBe('a to b, c slow by 80 ms +/- 10 ms');
});

test('is witnessed by greetings that take so long, and healed by some that do not', async () => {
  const { inject } = await openStand();
  const { witness, heal } = await inject(slow, { from: 'a', to: 'b', latency: 80, jitter: 10 });
  expect(await witness()).toMatchObject({
    witnessed: true,
    evidence: [
      { subject: 'a->b', expected: 'answered after 70 ms or more' },
      { subject: 'b->a', expected: 'answered after 70 ms or more' },
    ],
  });
  expect(await heal()).toMatchObject({ witnessed: true });
});

test('a latency that nobody feels is not witnessed', async () => {
  const { effectsWith } = await openStand();
  const aim = slow.aim({ from: 'a', to: 'b', latency: 80 }, view);
  const greet = async () => ({ outcome: 'answered' as const, arrived: true, took: 3 });
  const { witness } = await slow.inject('fault-1', aim, effectsWith({ greet }));
  expect(await witness()).toMatchObject({ witnessed: false });
});
