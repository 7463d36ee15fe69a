/** First-in-first-out queues against brute force, and what each part of their judge is needed for. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { checkFile, checkHistory } from '../../../src/histories/check-history.js';
import type { OperationTable } from '../../../src/histories/formats/operation-table.js';
import { judgeFifo } from '../../../src/histories/linearizability/fifo.js';
import { FifoFlows, type FifoHistory } from '../../../src/histories/linearizability/fifo-history.js';
import { FIFO_RULES, judgeFifoOrder } from '../../../src/histories/linearizability/fifo-order.js';
import { Budget } from '../../../src/histories/linearizability/result.js';
import { everyRow } from '../../../src/histories/models/keys.js';
import type { Value } from '../../../src/history/event.js';
import { integer, type Random, seeded } from '../../../src/random.js';
import { fifoStep } from '../models/brute-models.js';
import { bruteForce, type SmallEvent } from './brute-force.js';
import { mutate, type Shape, smallHistory, tableOf } from './small-histories.js';

const CASES = fileURLToPath(new URL('../../../../shared/cases/checker/', import.meta.url));
const haveCases = existsSync(CASES);
const HISTORIES = 8_000;

const shape: Shape = {
  operations: 9,
  processes: 4,
  keys: 1,
  functions: ['enqueue', 'dequeue'],
  initial: null,
  step: () => undefined,
  argument: (_, f, sequence) => (f === 'dequeue' ? null : sequence),
  perform(state, f, value) {
    const list = (state ?? []) as Value[];
    if (f === 'enqueue') return { state: [...list, value], value };
    return { state: list.slice(1), value: list[0] ?? null };
  },
  inDoubt: 0.2,
  lies: 0.5,
};

function historyOf(random: Random, seed: number, more: Partial<Shape> = {}): SmallEvent[] {
  const operations = integer(random, 3, shape.operations);
  const inDoubt = [0, 0.2, 0.5][seed % 3]!;
  const events = smallHistory(random, { ...shape, operations, inDoubt, lies: seed % 2 ? 0 : 0.5, ...more });
  return seed % 3 === 0 ? mutate(random, events) : events;
}

const never = (): never => {
  throw new Error('it was left to the search');
};

/** The verdict without a search. */
function judged(table: OperationTable) {
  return judgeFifo(table, everyRow(table), new Budget(), never);
}

const holdsByForce = (events: readonly SmallEvent[]) => bruteForce(events, [], fifoStep);

function disagreement(events: readonly SmallEvent[], seed: number): string {
  return `seed ${seed}\n${events.map((event) => JSON.stringify(event)).join('\n')}`;
}

describe('a queue judged without a search', () => {
  it.each([
    ['values that go in once', {}],
    [
      'values that go in again',
      { argument: (random, f) => (f === 'dequeue' ? null : integer(random, 1, 4)) },
    ],
  ] satisfies [string, Partial<Shape>][])('agrees with brute force on %s', (name, more) => {
    const random = seeded(`fifo/${name}`);
    let held = 0;
    for (let seed = 0; seed < HISTORIES; seed++) {
      const events = historyOf(random, seed, more);
      const wanted = holdsByForce(events);
      expect(judged(tableOf(events)).verdict === 'ok', disagreement(events, seed)).toBe(wanted);
      if (wanted) held++;
    }
    expect(held).toBeGreaterThan(HISTORIES / 5);
    expect(held).toBeLessThan((HISTORIES * 9) / 10);
  });

  it('takes long histories with many operations in doubt', () => {
    const random = seeded('fifo/long');
    const events = smallHistory(random, {
      ...shape,
      operations: 20_000,
      processes: 10,
      inDoubt: 0.1,
      lies: 0,
    });
    expect(judged(tableOf(events)).verdict).toBe('ok');
    // Half way, two that came out one after the other change places.
    const outs = events.filter(({ type, f, value }) => type === 'ok' && f === 'dequeue' && value !== null);
    const [one, other] = [outs[outs.length >> 1]!, outs[(outs.length >> 1) + 40]!];
    [one.value, other.value] = [other.value, one.value];
    const found = judged(tableOf(events));
    expect(found.verdict).toBe('illegal');
    expect(found.operations.length).toBeLessThan(20);
  });
});

describe('a queue with many equal elements', () => {
  const call = (f: string, value: number) => [
    { process: 0, type: 'invoke', f, value: f === 'dequeue' ? null : value },
    { process: 0, type: 'ok', f, value },
  ];
  const many = [...Array.from({ length: 7 }, () => call('enqueue', 1)), call('enqueue', 2)].flat();
  const out = (times: number) => Array.from({ length: times }, () => call('dequeue', 1)).flat();

  it('is left to the search, which tells the two apart', () => {
    const late = [...many, ...out(6), ...call('dequeue', 2)];
    const found = checkHistory(late, { model: 'fifo-queue' });
    expect(found).toMatchObject({ verdict: 'illegal', algorithm: 'search (Wing and Gong, Lowe)' });
    expect(found.counterexample!.operations.at(-1)).toMatchObject({ f: 'dequeue', value: 2 });
    const inTurn = [...many, ...out(7), ...call('dequeue', 2)];
    expect(checkHistory(inTurn, { model: 'fifo-queue' }).verdict).toBe('ok');
  });
});

describe('every part of the judge is needed', () => {
  type Mutant = (table: OperationTable, history: FifoHistory) => boolean;
  const verdict = (table: OperationTable, history: FifoHistory, rules = FIFO_RULES) =>
    judgeFifoOrder(table, history, rules).verdict === 'ok';
  const mutants: Record<string, Mutant> = {
    'the order of elements': (table, history) => verdict(table, history, [FIFO_RULES[1]!]),
    'the emptiness of the queue': (table, history) => verdict(table, history, [FIFO_RULES[0]!]),
    'dequeues in doubt': (table, history) => verdict(table, { ...history, takers: [] }),
    'the order of dequeues in doubt': (table, history) =>
      verdict(table, { ...history, takers: [...history.takers].reverse() }),
    'elements that nobody took': (table, history) =>
      verdict(table, { ...history, elements: history.elements.filter(({ taken }) => taken >= 0) }),
    'the order in which elements that nobody took had gone in': (table, history) => {
      const backwards = { ...table, end: table.end.map((end, row) => (isLeft(history, row) ? -end : end)) };
      const left = history.elements.filter(({ taken }) => taken < 0);
      const sorted = left.sort((one, other) => backwards.end[one.put]! - backwards.end[other.put]!);
      const given = sorted.map(({ put }, at) => ({ put, taken: history.takers[at] ?? -1 }));
      const sure = history.elements.filter(({ taken }) => taken >= 0);
      const takes = { table, sure, given, empty: history.empty, takers: history.takers };
      return FIFO_RULES.every((rule) => rule(takes) === undefined);
    },
  };
  const isLeft = ({ elements }: FifoHistory, row: number) =>
    elements.some(({ put, taken }) => put === row && taken < 0);

  it.each(Object.keys(mutants))('without %s brute force disagrees', (name) => {
    const random = seeded(`fifo/mutants/${name}`);
    let caught = 0;
    for (let seed = 0; seed < HISTORIES && caught < 3; seed++) {
      const events = historyOf(random, seed);
      const table = tableOf(events);
      const flows = new FifoFlows(table, everyRow(table));
      if (flows.phantom() || !flows.unique) continue;
      if (mutants[name]!(table, flows.history()) !== holdsByForce(events)) caught++;
    }
    expect(caught).toBe(3);
  });

  it('without phantoms brute force disagrees', () => {
    const random = seeded('fifo/mutants/phantoms');
    const seen = new Set<string>();
    for (let seed = 0; seed < HISTORIES; seed++) {
      const events = historyOf(random, seed);
      const table = tableOf(events);
      const phantom = new FifoFlows(table, everyRow(table)).phantom();
      if (phantom === undefined) continue;
      expect(holdsByForce(events), disagreement(events, seed)).toBe(false);
      seen.add(phantom.reason.replace(/\d+/, 'it'));
    }
    expect([...seen].sort()).toEqual([
      'it was dequeued before its enqueue began',
      'it was dequeued more often than it was enqueued',
      'it was dequeued, but never enqueued',
      'it was dequeued, whose enqueue failed',
    ]);
  });
});

describe('the counterexample of a queue', () => {
  it('contradicts itself by brute force, and names what it shows', () => {
    const random = seeded('fifo/evidence');
    const reasons = new Set<string>();
    for (let seed = 0, found = 0; found < 1_000; seed++) {
      const events = historyOf(random, seed);
      const result = checkHistory(events, { model: 'fifo-queue' });
      if (result.verdict !== 'illegal') continue;
      found++;
      const { operations, omitted, minimal } = result.counterexample!;
      expect([omitted, minimal]).toEqual([0, true]);
      const places = new Set(operations.flatMap(({ invoked, completed }) => [invoked, completed ?? invoked]));
      // What is in doubt in the counterexample stays so, however it ended.
      const shown = events.filter((event, place) => places.has(place) || isDoubt(event));
      expect(holdsByForce(shown), disagreement(events, seed)).toBe(false);
      reasons.add(result.reason.replace(/\d+/g, 'n').replace(/(, then n)+/, ''));
    }
    expect([...reasons].sort()).toEqual([
      'a dequeue found the queue empty, which held n all the time',
      'n came out after n, which had gone in later',
      'n was dequeued before its enqueue began',
      'n was dequeued more often than it was enqueued',
      'n was dequeued, but never enqueued',
      'n was dequeued, whose enqueue failed',
      'n was still there when n came out, which had gone in later',
      'whichever enqueues equal elements came from, what came out is out of order',
    ]);
  });

  const isDoubt = ({ type }: SmallEvent) => type === 'info';
});

describe.skipIf(!haveCases)(
  'queues that took long (skipped where the cases do not lie beside the checkout)',
  () => {
    it.each([
      ['fifo-13-ops-7s', 'illegal', '"u11" was dequeued more often than it was enqueued'],
      ['fifo-100-ops-unknown', 'ok', ''],
      ['fifo-phantom-10-in-doubt', 'illegal', '77 was dequeued, but never enqueued'],
    ])('%s is decided by the order of its elements', async (name, verdict, reason) => {
      const result = await checkFile(`${CASES}${name}.jsonl`, { model: 'fifo-queue', steps: 1 });
      expect(result).toMatchObject({ verdict, reason });
      expect(result.algorithm).toContain('order of elements');
    });
  },
);
