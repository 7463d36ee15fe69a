import { describe, expect, it } from 'vitest';
import { seeded } from '../../src/random.js';
import { append } from '../../src/workload/append.js';
import { cas } from '../../src/workload/cas.js';
import { counter } from '../../src/workload/counter.js';
import { register } from '../../src/workload/register.js';
import { set } from '../../src/workload/set.js';
import { values, type Workload } from '../../src/workload/workload.js';

const take = (count: number, seed: number, workload: Workload, writes = 0.7) => {
  const next = workload.generator({ keys: 5, writes }, seeded(seed), values());
  return Array.from({ length: count }, () => next.next());
};

describe.each([register, append, cas, counter])('the workload $name', (workload) => {
  it('keeps to its keys and to its share of writes, and asks for what it says', () => {
    const operations = take(5000, 1, workload, 0.3);
    expect(new Set(operations.map(({ key }) => key))).toEqual(new Set(['k0', 'k1', 'k2', 'k3', 'k4']));
    const share = operations.filter(({ f }) => f !== 'read').length / operations.length;
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

it.each([register, set, append, cas])(
  'the workload $name never writes a value twice, in whatever group',
  ({ generator, distinct }) => {
    expect(distinct).toBe(true);
    const unique = values();
    const groups = ['a', 'b'].map((name) => generator({ keys: 5, writes: 0.7 }, seeded(name), unique));
    const written = Array.from({ length: 500 }, (_, index) => groups[index % 2]!.next())
      .filter(({ f }) => f !== 'read')
      .map(({ value }) => (Array.isArray(value) ? value[1] : value));
    expect(new Set(written).size).toBe(written.length);
  },
);

it('the workload set writes every element once and reads only what was written before', () => {
  const operations = take(2000, 3, set);
  const written = new Set<string>();
  for (const { f, key } of operations) {
    if (f === 'write') {
      expect(written.has(key)).toBe(false);
      written.add(key);
    } else expect(written.has(key)).toBe(true);
  }
  expect(operations[0]?.f).toBe('write');
});

it('the workload cas expects what its group saw last: by a read, or by its own success', () => {
  const { next, learn } = cas.generator({ keys: 1, writes: 1 }, seeded(1), values());
  expect(next()).toEqual({ f: 'cas', key: 'k0', value: [null, 1] });
  learn!({ f: 'cas', key: 'k0', value: [null, 1] }, { type: 'fail', error: 'found 9' });
  expect(next().value).toEqual([null, 2]);
  learn!({ f: 'read', key: 'k0', value: null }, { type: 'ok', value: 9 });
  expect(next().value).toEqual([9, 3]);
  learn!({ f: 'cas', key: 'k0', value: [9, 3] }, { type: 'ok', value: [9, 3] });
  expect(next().value).toEqual([3, 4]);
});
