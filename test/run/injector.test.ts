import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type Clock, systemClock as clock } from '../../src/clock.js';
import type { Effects, Fault, Healed } from '../../src/fault/fault.js';
import { decodeHistory } from '../../src/history/codec.js';
import { seeded } from '../../src/random.js';
import { Injector, type Ordered } from '../../src/run/injector.js';
import { Recorder } from '../../src/run/recorder.js';
import type { Span } from '../../src/span.js';
import type { Seen } from '../../src/witness.js';
import { eventually } from '../runtime/opened.js';

let folder: string;
let file: string;
let recorder: Recorder;
let ending: AbortController;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'drill-injector-'));
  file = join(folder, 'history.jsonl');
  recorder = await Recorder.open({ clock, file, onFailure: (error) => expect.fail(error.message) });
  ending = new AbortController();
});
afterEach(async () => {
  await recorder.close();
  rmSync(folder, { recursive: true });
});

const now = () => {
  const at = clock.now();
  return { at, last: at };
};
const seen = (witnessed: boolean): Healed => ({ witnessed, evidence: [], ...now() });

function injector(by: Clock = clock) {
  const present = {
    view: () => ({ nodes: [], killed: [], paused: [] }),
  };
  const effects = {} as Effects;
  const { signal } = ending;
  return new Injector({ clock: by, recorder, present, effects, links: [], random: seeded(1), signal });
}

interface Ways {
  targets?: string[];
  witness?: (until?: number) => Promise<Seen>;
  still?: () => Promise<Seen>;
  /** When it came into force; by default, the instant at which it is injected. */
  span?: Span;
  /** When it was undone, as it says; likewise. */
  undone?: Span;
}

/** A fault that writes down what is done to it. */
function fault(
  log: string[],
  options: Ordered['options'] = {},
  { targets = ['a'], witness = async () => seen(true), still = async () => seen(true), ...ways }: Ways = {},
): Ordered {
  const hurt: Fault = {
    name: 'hurt',
    schema: z.unknown(),
    needs: () => [],
    check: () => [],
    leaves: () => ['paused'],
    aim: () => ({ targets, text: `${targets.join(', ')} hurt` }),
    async inject(name) {
      const known = readFileSync(file, 'utf8').includes(`"type":"fault","fault":"${name}"`);
      log.push(`${name} injected, ${known ? 'on record' : 'not on record'}`);
      return {
        span: ways.span ?? now(),
        witness,
        still: async (only = targets, ended = new Set()) => {
          const gone = only.filter((target) => ended.has(target)).map((target) => `, ${target} ended`);
          log.push(`${name} looked at: ${only.join(' ')}${gone.join('')}`);
          return still();
        },
        heal: async (only = targets) => {
          log.push(`${name} healed: ${only.join(' ')}`);
          return { ...seen(true), ...ways.undone };
        },
      };
    },
  };
  return { fault: hurt, options };
}

const types = () =>
  recorder.events.map((event) => {
    if (!('fault' in event)) return event.type;
    const { type, fault } = event;
    const before = type === 'witness' && event.before ? ` before ${event.before}` : '';
    const part = type !== 'fault' && event.targets ? ` of ${event.targets.join(' ')}` : '';
    return `${type} ${fault}${before}${part}`;
  });

const healsIn = (log: readonly string[]) => log.filter((line) => line.includes('healed'));

/** The clock, with the timers that are yet to fire. */
function counted() {
  const pending = new Set<number>();
  let count = 0;
  const own: Clock = {
    ...clock,
    timer(ms, fire) {
      const id = ++count;
      pending.add(id);
      const timer = clock.timer(ms, () => {
        pending.delete(id);
        fire();
      });
      return {
        cancel() {
          pending.delete(id);
          timer.cancel();
        },
      };
    },
  };
  return { own, pending };
}

describe('the injector', () => {
  it('records what a fault leaves its targets as, but not what it may leave them as one way or another', async () => {
    const either = fault([]);
    const torn: Ordered = { ...either, fault: { ...either.fault, leaves: () => ['killed', 'paused'] } };
    await injector().inject([fault([])]);
    await injector().inject([torn]);
    const faults = recorder.events.filter((event) => event.type === 'fault');
    expect(faults.map(({ leaves }) => leaves)).toEqual(['paused', undefined]);
  });

  it('has a fault on record, out of its hands, before it is applied', async () => {
    const log: string[] = [];
    await injector().inject([fault(log), fault(log)]);
    expect(log).toEqual(['fault-1 injected, on record', 'fault-2 injected, on record']);
  });

  it('records the witness, the last look, the heal and what was seen of it, in this order', async () => {
    const log: string[] = [];
    const own = injector();
    await own.inject([fault(log, { as: 'pain' })]);
    await own.heal('pain');
    expect(types()).toEqual([
      'fault fault-1',
      'witness fault-1',
      'witness fault-1 before heal',
      'heal fault-1',
      'healed fault-1',
    ]);
    expect(log.slice(1)).toEqual(['fault-1 looked at: a', 'fault-1 healed: a']);
  });

  it('records that a fault was undone by somebody else, or that nobody could look, and heals it all the same', async () => {
    const log: string[] = [];
    const own = injector();
    const blind = () => Promise.reject(new Error('blind'));
    await own.inject([fault(log, {}, { still: async () => seen(false) }), fault(log, {}, { still: blind })]);
    await own.healAll();
    const looks = recorder.events.filter((event) => event.type === 'witness' && event.before === 'heal');
    expect(looks).toMatchObject([
      { fault: 'fault-1', witnessed: false, evidence: [] },
      { fault: 'fault-2', witnessed: false, evidence: [{ subject: 'fault-2', observed: 'blind' }] },
    ]);
    expect(healsIn(log)).toHaveLength(2);
  });

  it('tells a last look which processes have ended since the injection, though they run again', async () => {
    const log: string[] = [];
    const own = injector();
    recorder.record({ type: 'node', node: 'a', event: 'exited' });
    await own.inject([fault(log, {}, { targets: ['a', 'b'] })]);
    recorder.record({ type: 'node', node: 'b', event: 'exited' });
    recorder.record({ type: 'node', node: 'b', event: 'starting' });
    await own.healAll();
    expect(log).toContain('fault-1 looked at: a b, b ended');
  });

  it('lets a witness speak before the next fault', async () => {
    let speak: (witnessed: Seen) => void = () => {};
    const witness = () =>
      new Promise<Seen>((resolve) => {
        speak = resolve;
      });
    const own = injector();
    await own.inject([fault([], {}, { witness })]);
    const next = own.inject([fault([])]);
    // What does not wait for it has had its turn.
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(types()).toEqual(['fault fault-1']);
    speak(seen(true));
    await next;
    expect(types().slice(0, 3)).toEqual(['fault fault-1', 'witness fault-1', 'fault fault-2']);
  });

  it('takes a witness that breaks down for one that saw nothing', async () => {
    const own = injector();
    await own.inject([fault([], {}, { witness: async () => Promise.reject(new Error('blind')) })]);
    await own.witnessed();
    expect(recorder.events.at(-1)).toMatchObject({ type: 'witness', witnessed: false });
    // Nobody asks whether it lasted.
    await own.healAll();
    expect(types()).toEqual(['fault fault-1', 'witness fault-1', 'heal fault-1', 'healed fault-1']);
  });

  it('heals by itself what was to last for a while, and nothing twice', async () => {
    const log: string[] = [];
    const own = injector();
    await own.inject([fault(log, { for: 20 }), fault(log)]);
    await eventually('the first is healed', () => healsIn(log)[0]);
    await own.healAll();
    await own.healAll();
    expect(healsIn(log)).toEqual(['fault-1 healed: a', 'fault-2 healed: a']);
  });

  it('heals for one node what holds several, and leaves it in force for the others', async () => {
    const log: string[] = [];
    const own = injector();
    await own.inject([fault(log, {}, { targets: ['a', 'b', 'c'] }), fault(log, {}, { targets: ['c'] })]);
    await own.release('paused', ['b', 'd']);
    expect(log.slice(2)).toEqual(['fault-1 looked at: b', 'fault-1 healed: b']);
    // Once more: it is not held there any more.
    await own.release('paused', ['b']);
    await own.release('killed', ['a']);
    expect(healsIn(log)).toHaveLength(1);
    await own.healAll();
    expect(log.slice(4)).toEqual([
      'fault-1 looked at: a c',
      'fault-2 looked at: c',
      'fault-1 healed: a c',
      'fault-2 healed: c',
    ]);
    expect(types().filter((type) => type.includes('fault-1'))).toEqual([
      'fault fault-1',
      'witness fault-1',
      'witness fault-1 before heal of b',
      'heal fault-1 of b',
      'healed fault-1 of b',
      'witness fault-1 before heal',
      'heal fault-1',
      'healed fault-1',
    ]);
  });

  it('has a fault be over with the last of its nodes, and heals the rest of another when its time is up', async () => {
    const log: string[] = [];
    const { own: timed, pending } = counted();
    const own = injector(timed);
    await own.inject([fault(log, { for: 600_000 }, { targets: ['a', 'b'] })]);
    await own.release('paused', ['a']);
    expect(pending.size).toBe(1);
    await own.release('paused', ['b']);
    expect(types().at(-1)).toBe('healed fault-1');
    expect(pending.size).toBe(0);
    await own.inject([fault(log, { for: 20 }, { targets: ['a', 'b'] })]);
    await own.release('paused', ['a']);
    await expect.poll(() => healsIn(log)).toContain('fault-2 healed: b');
  });

  it('waits for nobody whose time is not up once he is healed', async () => {
    const log: string[] = [];
    const { own: timed, pending } = counted();
    const own = injector(timed);
    await own.inject([fault(log, { for: 600_000, as: 'one' }), fault(log, { for: 600_000 })]);
    await own.heal('one');
    expect(pending.size).toBe(1);
    await own.healAll();
    expect(pending.size).toBe(0);
    expect(healsIn(log)).toHaveLength(2);
  });

  it('tells whoever heals all of a heal that failed when its time was up', async () => {
    const own = injector();
    const order = fault([], { for: 10 });
    const broken = {
      ...order.fault,
      inject: async () => ({
        span: now(),
        witness: async () => seen(true),
        still: async () => seen(true),
        heal: () => Promise.reject(new Error('stuck')),
      }),
    };
    await own.inject([{ ...order, fault: broken }]);
    await expect.poll(types).toContain('heal fault-1');
    await expect(own.healAll()).rejects.toThrow('stuck');
  });

  it('heals and injects nothing more once the run is to end', async () => {
    const log: string[] = [];
    const { own: timed, pending } = counted();
    const own = injector(timed);
    await own.inject([fault(log, { for: 600_000 })]);
    await own.witnessed();
    ending.abort(new Error('interrupted'));
    expect(pending.size).toBe(0);
    await expect(own.healAll()).rejects.toThrow('interrupted');
    await expect(own.inject([fault(log)])).rejects.toThrow('interrupted');
    expect(log).toEqual(['fault-1 injected, on record']);
  });
});

describe('the recorder', () => {
  it('writes what it records, chained and in order, and stamps on the scale of the run', async () => {
    const begun = clock.now();
    recorder.record({ type: 'phase', phase: 'up' });
    recorder.record({ type: 'node', node: 'a', event: 'running' }, { at: begun + 5 });
    await recorder.flush();
    const { events, flaws } = decodeHistory(readFileSync(file));
    expect(events).toEqual(recorder.events);
    expect(events[1]).toMatchObject({ index: 1, node: 'a' });
    expect((events[1] as { at: number }).at / 1e6).toBeGreaterThan(0);
    // It has no end yet, and does not begin with a run: nothing else is wrong with it.
    expect(flaws.join()).not.toMatch(/hash|altered|line 1/);
  });
});
