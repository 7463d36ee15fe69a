/** How long a fault is in force, to the millisecond: this has the machine to itself. */
import { expect, it } from 'vitest';
import type { Event } from '../../src/history/event.js';
import { ofType, start } from './held-drills.js';

/**
 * From the first part in force to the first part undone, of each fault, ms, with the time that it was asked to have. The
 * heal is ordered a little sooner, by what it is held to take: where it takes less, the fault is so much shorter.
 */
function lengths(events: readonly Event[]) {
  return ofType(events, 'fault').map(({ fault, for: asked = Number.NaN }) => {
    const inForce = ofType(events, 'witness').find((one) => one.fault === fault && !one.before);
    const undone = ofType(events, 'healed').find((one) => one.fault === fault);
    const { at = Number.NaN, first = at } = undone ?? {};
    const begun = inForce?.at ?? Number.NaN;
    return { asked: asked / 1e6, lasted: (first - begun) / 1e6 };
  });
}

it('the end of the steps cuts no fault short that has a time', async () => {
  const { code, said, events } = await start('last-step').ends();
  expect(code, said).toBe(0);
  const faults = lengths(events);
  expect(faults.map(({ asked }) => asked)).toEqual([300, 300, 700, 1500]);
  for (const { asked, lasted } of faults)
    expect(lasted).toBeGreaterThanOrEqual(asked - Math.max(10, asked / 20));
  const phase = ofType(events, 'phase').find(({ phase }) => phase === 'heal') ?? expect.fail(said);
  expect(ofType(events, 'healed')).toHaveLength(faults.length);
  for (const { index } of ofType(events, 'healed')) expect(index).toBeLessThan(phase.index);
});
