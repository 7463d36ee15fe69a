import { expect, test } from 'vitest';
import { VirtualClock } from '../../src/clock.js';
import type { Effects } from '../../src/fault/fault.js';
import { noop } from '../../src/fault/noop.js';
import { view } from './stand.js';

test('doing nothing is always witnessed, and healed at once', async () => {
  const clock = new VirtualClock(5);
  const aim = noop.aim({}, view);
  const injection = await noop.inject('fault-1', aim, { clock } as unknown as Effects);
  expect(aim.targets).toEqual([]);
  expect(injection.span).toEqual({ at: 5, last: 5 });
  expect(await injection.witness()).toMatchObject({ witnessed: true });
  expect(await injection.heal?.()).toMatchObject({ witnessed: true, at: 5 });
});
