import { describe, expect, it } from 'vitest';
import { seeded } from '../../src/random.js';
import { append } from '../../src/workload/append.js';
import { bank } from '../../src/workload/bank.js';
import { cas } from '../../src/workload/cas.js';
import { counter } from '../../src/workload/counter.js';
import { queue } from '../../src/workload/queue.js';
import { register } from '../../src/workload/register.js';
import { set } from '../../src/workload/set.js';
import { values, type Workload } from '../../src/workload/workload.js';

/** Operations that are all acknowledged; each read finds something. */
const take = (count: number, seed: number, workload: Workload, writes = 0.7) => {
  const { next, learn } = workload.generator({ keys: 5, writes }, seeded(seed), values());
  return Array.from({ length: count }, () => {
    const operation = next();
    learn?.(operation, { type: 'ok', value: operation.value ?? 7 });
    return operation;
  });
};

describe.each([register, append, cas, counter, bank, queue])('the workload $name', (workload) => {
  it('keeps to its keys and to its share of writes, and asks for what it says', () => {
    const operations = take(5000, 1, workload, 0.3);
    const keys = new Set(operations.map(({ key }) => key.replace(/-\d+$/, '')));
    expect(keys).toEqual(new Set(['k0', 'k1', 'k2', 'k3', 'k4']));
    const share = operations.filter(({ f }) => f !== 'read' && f !== 'dequeue').length / operations.length;
    expect(share).toBeGreaterThan(0.27);
    expect(share).toBeLessThan(0.33);
    expect(new Set(operations.map(({ f }) => f))).toEqual(
      new Set(workload.operations({ keys: 5, writes: 0.3 })),
    );
  });

  it('is the same for the same seed and another for another', () => {
    expect(take(50, 7, workload)).toEqual(take(50, 7, workload));
    expect(take(50, 7, workload)).not.toEqual(take(50, 8, workload));
  });
});

it('the workload bank keeps the sum of each bank: what leaves one account comes to another', () => {
  const transfers = take(500, 1, bank).filter(({ f }) => f === 'transfer');
  for (const { value } of transfers) {
    const [from, to, amount] = value as number[];
    expect(from).not.toBe(to);
    expect(Math.min(from!, to!, amount! - 1)).toBeGreaterThanOrEqual(0);
  }
  expect(transfers.length).toBeGreaterThan(300);
});

it('the workload queue is dequeued from in the end until nothing is left', () => {
  const DEQUEUE = { f: 'dequeue', key: 'k0', value: null };
  expect([undefined, 7, null].map((answer) => queue.final!('k0', answer))).toEqual([
    DEQUEUE,
    DEQUEUE,
    undefined,
  ]);
});

it.each([register, set, append, cas])(
  'the workload $name never writes a value twice, in whatever group',
  ({ generator, distinct }) => {
    expect(distinct).toBe(true);
    const unique = values();
    const groups = ['a', 'b'].map((name) => generator({ keys: 5, writes: 0.7 }, seeded(name), unique));
    const written = Array.from({ length: 500 }, (_, index) => {
      const group = groups[index % 2]!;
      const operation = group.next();
      group.learn?.(operation, { type: 'ok', value: operation.value ?? 7 });
      return operation;
    })
      .filter(({ f }) => f !== 'read')
      .map(({ value }) => (Array.isArray(value) ? value[1] : value));
    expect(new Set(written).size).toBe(written.length);
  },
);

it('the workload set writes every element once and reads only what was written before', () => {
  const operations = take(2000, 3, set);
  const written = new Set<string>();
  for (const { f, key } of operations) {
    expect(written.has(key)).toBe(f === 'read');
    written.add(key);
  }
  expect(operations[0]?.f).toBe('write');
  expect(operations.map(({ f }) => f)).toContain('read');
});

it('the workload cas reads what it does not know, and expects what its group saw last', () => {
  const { next, learn } = cas.generator({ keys: 1, writes: 1 }, seeded(1), values());
  const READ = { f: 'read', key: 'k0', value: null } as const;
  expect(next()).toEqual(READ);
  learn!(READ, { type: 'ok', value: null });
  expect(next()).toEqual({ f: 'cas', key: 'k0', value: [null, 1] });
  learn!({ f: 'cas', key: 'k0', value: [null, 1] }, { type: 'ok', value: [null, 1] });
  expect(next().value).toEqual([1, 2]);
  // Whether it was done is not known, or it was not: the value is.
  for (const outcome of [
    { type: 'info', error: 'timed out' },
    { type: 'fail', error: 'found 9' },
  ] as const) {
    learn!({ f: 'cas', key: 'k0', value: [1, 2] }, outcome);
    expect(next()).toEqual(READ);
    learn!(READ, { type: 'ok', value: 9 });
    expect(next().value).toMatchObject([9, expect.any(Number)]);
  }
});

it('the workload append begins a new list where one is long', () => {
  const next = append.generator({ keys: 1, writes: 1 }, seeded(1), values());
  const lists = Array.from({ length: 120 }, () => next.next().key);
  expect([lists[0], lists[49], lists[50], lists[119]]).toEqual(['k0-0', 'k0-0', 'k0-1', 'k0-2']);
});
