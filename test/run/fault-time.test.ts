/** For how long faults last that have a time, under virtual time: what was asked is what they get. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import * as z from 'zod';
import { sleep, VirtualClock } from '../../src/clock.js';
import type { Effects, Fault } from '../../src/fault/fault.js';
import { type EventOf, instantOf } from '../../src/history/event.js';
import { seeded } from '../../src/random.js';
import { Injector, type Ordered } from '../../src/run/injector.js';
import { Recorder } from '../../src/run/recorder.js';
import { spanned } from '../../src/span.js';

const MS = 1e6;
let clock: VirtualClock;
let folder: string;
let recorder: Recorder;
let ending: AbortController;
let injector: Injector;

beforeEach(async () => {
  clock = new VirtualClock();
  folder = mkdtempSync(join(tmpdir(), 'drill-fault-time-'));
  const file = join(folder, 'history.jsonl');
  recorder = await Recorder.open({ clock, file, onFailure: (error) => expect.fail(error.message) });
  ending = new AbortController();
  injector = new Injector({
    ...{ clock, recorder, effects: {} as Effects, links: [], random: seeded(1), signal: ending.signal },
    present: { view: () => ({ nodes: [], killed: [], paused: [] }) },
  });
});
afterEach(async () => {
  await recorder.close();
  rmSync(folder, { recursive: true });
});

/** Lets milliseconds go by, and everything happen that they bring. */
async function pass(ms: number): Promise<void> {
  for (let at = 0; at < ms; at++) {
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(1);
  }
  await new Promise((resolve) => setImmediate(resolve));
}

/** Lets time go by until that is done, and so many milliseconds more. */
async function after<T>(work: Promise<T>, ms: number): Promise<T> {
  let isDone = false;
  const done = work.finally(() => {
    isDone = true;
  });
  while (!isDone) await pass(1);
  await pass(ms);
  return done;
}

/** Takes no turn of the clock where it takes no time. */
const lasting = async (ms = 0) => (ms > 0 ? sleep(clock, ms) : undefined);

interface Takes {
  /** Milliseconds from the order to the first part in force, and from that of the heal to the first part undone. */
  order?: number;
  orderHeal?: number;
  /** Milliseconds from the first part in force to the last, and likewise for what undoes it. */
  inject?: number;
  heal?: number;
  /** How long a witness wants to look, and whether it ends when it must. */
  witness?: number;
  overruns?: boolean;
  still?: number;
  healLook?: number;
}

/** A fault all of whose parts take their time. `deadlines` are what its looks were given. */
function fault(options: Ordered['options'], takes: Takes, deadlines: (number | undefined)[] = []): Ordered {
  const look = async (ms: number, until: number | undefined) => {
    deadlines.push(until);
    await lasting(takes.overruns ? ms : Math.min(ms, (until ?? Number.POSITIVE_INFINITY) - clock.now()));
    return { witnessed: true, evidence: [] };
  };
  const hurt: Fault = {
    name: 'hurt',
    schema: z.unknown(),
    needs: () => [],
    check: () => [],
    leaves: () => ['paused'],
    aim: () => ({ targets: ['a'], text: 'a hurt' }),
    async inject() {
      await lasting(takes.order);
      return {
        span: await spanned(clock, () => lasting(takes.inject)),
        witness: (until) => look(takes.witness ?? 0, until),
        still: () => look(takes.still ?? 0, undefined),
        async heal(_only, until) {
          await lasting(takes.orderHeal);
          const undone = await spanned(clock, () => lasting(takes.heal));
          return { ...(await look(takes.healLook ?? 0, until)), ...undone };
        },
      };
    },
  };
  return { fault: hurt, options };
}

const one = <Type extends 'fault' | 'heal' | 'healed' | 'witness'>(type: Type): EventOf<Type> =>
  (recorder.events.find((event) => event.type === type) as EventOf<Type> | undefined) ??
  expect.fail(`no ${type} among ${recorder.events.map(({ type }) => type).join(', ')}`);

/** From the first part in force to the first part undone, ms. */
function length(): number {
  const { at, first = at } = one('healed');
  return ((first ?? Number.NaN) - (one('witness').at ?? Number.NaN)) / MS;
}

it.each([
  ['a witness that is done soon', { witness: 3 }, 50],
  ['a witness that would look for longer than there is time', { witness: 2000 }, 50],
  ['the same, of a longer fault', { witness: 5000 }, 3000],
  ['parts that come into force one after the other', { inject: 20, heal: 15, witness: 150 }, 150],
  ['a last look that takes its time', { still: 10, witness: 150 }, 60],
])('%s does not make it last longer', async (_, takes, ms) => {
  await after(injector.inject([fault({ for: ms }, takes)]), ms + 100);
  expect(length()).toBe(ms);
  expect(one('fault').for).toBe(ms * MS);
  const looked = recorder.events.map(({ type }) => type);
  expect(looked).toEqual(['fault', 'witness', 'witness', 'heal', 'healed']);
});

it.each([
  [
    'undone as quickly as it came into force, it is as long as it should be',
    { order: 4, orderHeal: 4 },
    400,
    400,
  ],
  ['undone at once after it came late, it is hardly shorter', { order: 46, orderHeal: 0 }, 400, 380],
  ['a short one likewise', { order: 46, orderHeal: 0 }, 60, 50],
])('%s', async (_, takes, ms, lasted) => {
  await after(injector.inject([fault({ for: ms }, takes)]), ms + 100);
  expect(length()).toBe(lasted);
});

it('a late injection says nothing of the heal where an earlier one of its kind was quick', async () => {
  await after(injector.inject([fault({ for: 100 }, { order: 2, orderHeal: 2 })]), 200);
  await after(injector.inject([fault({ for: 400 }, { order: 46, orderHeal: 2 })]), 500);
  const begun = recorder.events.findLast((event) => event.type === 'witness' && !event.before);
  const healed = recorder.events.findLast((event) => event.type === 'healed');
  expect((instantOf(healed!) - instantOf(begun!)) / MS).toBe(400);
});

it('has its first and its last part on record, in force and undone', async () => {
  await after(injector.inject([fault({ for: 100 }, { inject: 20, heal: 15 })]), 200);
  const { at = Number.NaN, last } = one('witness');
  expect(last).toBe(at + 20 * MS);
  expect(one('healed')).toMatchObject({ first: at + 100 * MS, at: at + 115 * MS });
});

it('has one instant on record where it has no parts', async () => {
  await after(injector.inject([fault({ for: 50 }, {})]), 100);
  expect(one('witness').last).toBeUndefined();
  expect(one('healed').first).toBeUndefined();
});

it('tells a witness by when it must have spoken: before the last quarter of a short time, or the last 100 ms', async () => {
  const begun = () =>
    recorder.events.findLast(({ type, ...one }) => type === 'witness' && !('before' in one));
  for (const [ms, until] of [
    [80, 60],
    [400, 300],
    [1000, 900],
  ] as const) {
    const deadlines: (number | undefined)[] = [];
    await after(injector.inject([fault({ for: ms }, {}, deadlines)]), 1);
    const { at = Number.NaN } = begun() as EventOf<'witness'>;
    expect(deadlines).toEqual([at / MS + until]);
    await pass(ms);
  }
  const deadlines: (number | undefined)[] = [];
  await after(injector.inject([fault({}, {}, deadlines)]), 1);
  expect(deadlines).toEqual([undefined]);
});

it('lasts for as long as a witness takes that does not end when it must, and that shows', async () => {
  await after(injector.inject([fault({ for: 50 }, { witness: 200, overruns: true })]), 300);
  expect(length()).toBe(200);
});

it('is waited for by whoever wants all times to be over, and not for longer once it is healed', async () => {
  const faults = [fault({ for: 500 }, { heal: 5 }), fault({ for: 200 }, {}), fault({}, {})];
  await after(injector.inject(faults), 1);
  const begun = one('witness').at! / MS;
  let over = Number.NaN;
  const elapsed = injector.elapsed().then(() => {
    over = clock.now();
  });
  await after(elapsed, 0);
  expect(over).toBeGreaterThanOrEqual(begun + 505);
  expect(over).toBeLessThanOrEqual(begun + 507);
  const [name] = await after(injector.inject([fault({ for: 600_000 }, {})]), 10);
  await after(injector.heal(name!), 0);
  const before = clock.now();
  await after(injector.elapsed(), 0);
  expect(clock.now() - before).toBeLessThan(10);
});

it('is healed once where somebody heals it during its last look, who waits for that', async () => {
  const [name] = await after(injector.inject([fault({ for: 400 }, {})]), 350);
  await after(injector.heal(name!), 0);
  expect(length()).toBe(400);
  expect(recorder.events.filter(({ type }) => type === 'heal')).toHaveLength(1);
});

it('tells when its parts were undone, and a look at its heal by when the next cycle begins', async () => {
  const deadlines: (number | undefined)[] = [];
  const order = { ...fault({ for: 50 }, { heal: 5, healLook: 1000 }, deadlines), rest: 50 };
  const [name] = await after(injector.inject([order]), 1);
  const begun = one('witness').at! / MS;
  const undone = await after(injector.over(name!), 0);
  expect(undone).toEqual({ at: begun + 50, last: begun + 55 });
  expect(deadlines.at(-1)).toBe(begun + 100);
});

it('is not healed any more once the run is to end, though its last look was under way', async () => {
  await after(injector.inject([fault({ for: 100 }, { still: 10 })]), 80);
  ending.abort(new Error('interrupted'));
  await pass(100);
  expect(recorder.events.map(({ type }) => type)).not.toContain('heal');
});
