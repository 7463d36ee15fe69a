/** Every model against its meaning by brute force, on many thousands of small random histories. */
import { describe, expect, it } from 'vitest';
import { checkHistory } from '../../../src/histories/check-history.js';
import { MODELS } from '../../../src/histories/models/index.js';
import type { StepModel } from '../../../src/histories/models/step-model.js';
import type { Value } from '../../../src/history/event.js';
import { integer, type Random, seeded } from '../../../src/random.js';
import { drawn } from '../../depth.js';
import {
  bruteForce,
  registerStep,
  type SmallEvent,
  type SmallOperation,
} from '../linearizability/brute-force.js';
import {
  mutate,
  type Shape,
  smallHistory,
  tableOf,
  withUnavailable,
} from '../linearizability/small-histories.js';
import * as brute from './brute-models.js';

const HISTORIES = drawn(10_000);

interface Case {
  shape: Omit<Shape, 'inDoubt'>;
  /** Whether the model should hold. */
  expected(events: readonly SmallEvent[]): boolean;
  /** Adds what a history of this model ends with. */
  finish?(random: Random, events: SmallEvent[]): SmallEvent[];
  /** What a wrong answer turns into. */
  distort?(random: Random, value: Value): Value;
}

const base = { operations: 8, processes: 4, keys: 1, lies: 0.15, initial: null, step: registerStep };
const distinct: Shape['argument'] = (_, __, sequence) => sequence + 1;
const few: Shape['argument'] = (random, f) =>
  f === 'cas' ? [integer(random, 1, 2), integer(random, 1, 2)] : integer(random, 1, 2);

const take = (state: Value, f: string, value: Value, last: boolean) => {
  const list = (state ?? []) as Value[];
  if (f === 'enqueue') return { state: [...list, value], value };
  return { state: last ? list.slice(0, -1) : list.slice(1), value: (last ? list.at(-1) : list[0]) ?? null };
};

const pickTransfer = (random: Random): Value => {
  const from = integer(random, 0, 2);
  return [from, (from + 1) % 3, integer(random, 1, 2)];
};

const registers = { ...base, functions: ['read', 'read', 'write'], argument: distinct };

const cases: Record<string, Case> = {
  set: {
    shape: {
      ...base,
      functions: ['read', 'add'],
      initial: [],
      step: brute.setStep,
      argument: (random) => integer(random, 1, 4),
    },
    expected: (events) => bruteForce(events, [], brute.setStep),
  },
  counter: {
    shape: {
      ...base,
      functions: ['read', 'add'],
      initial: 0,
      step: brute.counterStep,
      argument: (random) => integer(random, -1, 3),
    },
    expected: (events) => bruteForce(events, 0, brute.counterStep),
  },
  'fifo-queue': {
    shape: {
      ...base,
      functions: ['enqueue', 'dequeue'],
      initial: [],
      argument: (random, f) => (f === 'dequeue' ? null : integer(random, 1, 4)),
      perform: (state, f, value) => take(state, f, value, false),
    },
    expected: (events) => bruteForce(events, [], brute.fifoStep),
  },
  queue: {
    shape: {
      ...base,
      operations: 6,
      functions: ['enqueue', 'enqueue', 'dequeue'],
      initial: [],
      argument: (random, f) => (f === 'dequeue' ? null : integer(random, 1, 4)),
      perform: (state, f, value) => take(state, f, value, true),
    },
    expected: brute.bruteQueue,
    finish(random, events) {
      const left: Value[] = [];
      for (const { type, f, value } of events) {
        if (type === 'ok' && f === 'enqueue') left.push(value);
        if (type === 'ok' && f === 'dequeue' && left.includes(value)) left.splice(left.indexOf(value), 1);
      }
      if (random.next() < 0.3) left.pop();
      const drain = { process: 500, f: 'drain', key: 'k0' };
      const finished: SmallEvent[] = [
        ...events,
        { ...drain, type: 'invoke', value: null },
        { ...drain, type: 'ok', value: left },
      ];
      // Takers in doubt: a dequeue now and then while the drain is at work or after it, a drain at any time.
      const doubt = (f: string, at: number) =>
        finished.splice(at, 0, { process: 501, f, key: 'k0', type: 'invoke', value: null });
      const last = finished.length;
      if (random.next() < 0.1) doubt('dequeue', last - integer(random, 0, 1));
      else if (random.next() < 0.05) doubt('drain', integer(random, 0, last));
      return finished;
    },
  },
  terms: {
    shape: {
      ...base,
      functions: ['read', 'read', 'write'],
      argument(random, _, sequence) {
        const term = 1 + integer(random, sequence >> 1, (sequence + 1) >> 1);
        return [term, `n${random.next() < 0.9 ? term % 2 : 2}`];
      },
      perform: (state, _, value) => ({
        state: brute.termStep(state, { value } as SmallOperation) === undefined ? state : value,
        value,
      }),
    },
    expected: (events) =>
      bruteForce(events, null, (state, operation) =>
        operation.type === 'ok' ? brute.termStep(state, operation) : state,
      ),
  },
  sequential: {
    shape: {
      ...base,
      operations: 7,
      keys: 2,
      functions: ['read', 'read', 'write', 'cas'],
      lies: 0.4,
      argument: few,
    },
    expected: (events) => brute.bruteSequential(events, null, registerStep),
  },
  'monotonic-reads': {
    shape: { ...registers, lies: 0.3 },
    expected: (events) => brute.bruteSessions(events, brute.readsGoOn),
  },
  'read-your-writes': {
    shape: { ...registers, processes: 3, lies: 0.3 },
    expected: (events) => brute.bruteSessions(events, brute.ownWritesAreSeen),
  },
  'stale-reads': {
    shape: { ...registers, lies: 0.3 },
    expected: (events) => brute.bruteStale(events).stale === 0,
  },
  bank: {
    shape: {
      ...base,
      lies: 0,
      functions: ['read', 'transfer'],
      initial: [5, 5],
      argument: (random) => [integer(random, -2, 2)],
      perform: (state, _, value) => {
        const [left, right] = state as [number, number];
        const [amount] = value as [number];
        return { state: [left - amount, right + amount], value };
      },
    },
    finish(random, events) {
      const reads = events.filter((event) => event.type === 'ok' && event.f === 'read');
      const wrong = reads[integer(random, 0, reads.length * 2)];
      if (wrong) wrong.value = [5, 6];
      return events;
    },
    expected(events) {
      const balances = (value: Value) => (value ?? [0, 0]) as [number, number];
      const sums = events
        .filter(({ type, f }) => type === 'ok' && f === 'read')
        .map(({ value }) => balances(value)[0] + balances(value)[1]);
      return sums.every((sum) => sum === sums[0]);
    },
  },
  accounts: {
    shape: {
      ...base,
      functions: ['read', 'transfer'],
      step: brute.accountsStep,
      argument: (random) => pickTransfer(random),
    },
    expected: (events) => bruteForce(events, null, brute.accountsStep),
  },
};

function agree(name: string, { expected }: Case, events: readonly SmallEvent[], seed: number): boolean {
  const wanted = expected(events);
  const found = MODELS[name]!.check(tableOf(events), {});
  if (found.verdict !== (wanted ? 'ok' : 'illegal')) {
    const lines = events.map((event) => JSON.stringify(event)).join('\n');
    expect.fail(
      `seed ${seed}: brute force says ${wanted}, ${name} says ${found.verdict} (${found.findings[0]?.reason})\n${lines}`,
    );
  }
  return wanted;
}

function historyOf(name: string, random: Random, inDoubt: number, seed: number, lies?: number): SmallEvent[] {
  const { shape, finish } = cases[name]!;
  const operations = integer(random, 2, shape.operations);
  const events = smallHistory(random, {
    ...shape,
    operations,
    inDoubt,
    lies: lies ?? (seed % 2 === 0 ? shape.lies : 0),
  });
  return finish ? finish(random, events) : events;
}

describe.each(Object.keys(cases))('the model %s', (name) => {
  it.each([
    ['without', 0],
    ['with', 0.25],
  ])(`agrees with brute force on ${HISTORIES} histories %s operations in doubt`, (doubt, inDoubt) => {
    const random = seeded(`${name}/${doubt}`);
    let held = 0;
    for (let seed = 0; seed < HISTORIES; seed++) {
      if (agree(name, cases[name]!, historyOf(name, random, inDoubt, seed), seed)) held++;
    }
    expect(held).toBeGreaterThan(HISTORIES / 20);
    expect(held).toBeLessThan((HISTORIES * 99) / 100);
  });

  it('detects a change of one operation whenever brute force does', () => {
    const random = seeded(`${name}/mutations`);
    let detected = 0;
    for (let seed = 0; seed < HISTORIES / 5; seed++) {
      const changed = mutate(random, historyOf(name, random, seed % 2 === 0 ? 0 : 0.2, seed, 0));
      const unique = new Set(
        changed.filter(({ type, f }) => type === 'invoke' && f === 'write').map(({ value }) => value),
      );
      const writes = changed.filter(({ type, f }) => type === 'invoke' && f === 'write').length;
      // These models tell versions by their values.
      if (cases[name]!.shape.argument === distinct && unique.size < writes) continue;
      if (!agree(name, cases[name]!, changed, seed)) detected++;
    }
    expect(detected).toBeGreaterThan(5);
  });
});

describe('compare-and-sets that failed for a reason of their own', () => {
  it('say nothing of sequential registers', () => {
    const random = seeded('sequential/unavailable');
    for (let seed = 0; seed < HISTORIES / 5; seed++) {
      const events = historyOf('sequential', random, seed % 3 === 0 ? 0.2 : 0, seed);
      agree('sequential', cases.sequential!, withUnavailable(random, events), seed);
    }
  });

  it('say nothing to a step function', () => {
    const model: StepModel<Value> = {
      name: 'register',
      initial: null,
      step: (state, { f, value, type }) => registerStep(state, { f, value, type } as SmallOperation),
    };
    const random = seeded('step/unavailable');
    const shape = { ...cases.sequential!.shape, keys: 1 };
    for (let seed = 0; seed < HISTORIES / 5; seed++) {
      const small = smallHistory(random, { ...shape, operations: 6, inDoubt: 0.1, lies: 0.2 * (seed % 2) });
      const events = withUnavailable(random, small);
      const wanted = bruteForce(events, null, registerStep) ? 'ok' : 'illegal';
      expect([seed, checkHistory(events, { model }).verdict]).toEqual([seed, wanted]);
    }
  });
});

describe('stale reads', () => {
  it('are counted and measured as brute force does', () => {
    const random = seeded('stale/measured');
    for (let seed = 0; seed < HISTORIES / 2; seed++) {
      const events = historyOf('stale-reads', random, 0.1, 0).map((event, at) => ({
        ...event,
        time: at * 1_000_000,
      }));
      const { figures } = MODELS['stale-reads']!.check(tableOf(events), {});
      const expected = brute.bruteStale(events);
      expect([seed, figures.stale, figures.stale_max_ms]).toEqual([seed, expected.stale, expected.most]);
    }
  });
});

describe('an element that the drain of a queue did not bring', () => {
  const put = [
    { process: 0, type: 'invoke', f: 'enqueue', value: 1 },
    { process: 0, type: 'ok', f: 'enqueue', value: 1 },
    { process: 0, type: 'invoke', f: 'enqueue', value: 2 },
    { process: 0, type: 'ok', f: 'enqueue', value: 2 },
  ];
  const drain = [
    { process: 1, type: 'invoke', f: 'drain', value: null },
    { process: 1, type: 'ok', f: 'drain', value: [] },
  ];
  const doubt = (process: number, f: string) => [{ process, type: 'invoke', f, value: null }];
  const lost = (...events: object[]) =>
    checkHistory([...put, ...events] as Parameters<typeof checkHistory>[0], { model: 'queue' }).figures.lost;

  it('is lost, but for what is in doubt and may have taken it', () => {
    const [begin, end] = drain as [object, object];
    expect(lost(begin, end)).toBe(2);
    expect(lost(...doubt(2, 'drain'), begin, end)).toBe(0);
    expect(lost(begin, ...doubt(2, 'drain'), end)).toBe(0);
    expect(lost(begin, end, ...doubt(2, 'drain'))).toBe(2);
    expect(lost(...doubt(2, 'dequeue'), begin, ...doubt(3, 'dequeue'), end)).toBe(0);
    expect(lost(begin, ...doubt(2, 'dequeue'), end, ...doubt(3, 'dequeue'))).toBe(1);
  });
});

describe('models of versions', () => {
  it('say unknown where a value was written twice', () => {
    const write = (process: number) => [
      { process, type: 'invoke', f: 'write', key: 'k', value: 1 },
      { process, type: 'ok', f: 'write', key: 'k', value: 1 },
    ];
    for (const model of ['monotonic-reads', 'read-your-writes', 'stale-reads']) {
      expect(checkHistory([...write(0), ...write(1)], { model }).verdict).toBe('unknown');
    }
  });
});
