import { describe, expect, it } from 'vitest';
import { seeded } from '../../src/random.js';
import { generator, values } from '../../src/workload/generator.js';

const take = (count: number, seed: number, type: 'register' | 'set', writes = 0.7) => {
  const unique = values();
  const next = generator({ type, keys: 5, writes }, seeded(seed), unique);
  return Array.from({ length: count }, () => next.next());
};

describe('a register workload', () => {
  it('never writes a value twice, in whatever group', () => {
    const unique = values();
    const groups = ['a', 'b'].map((name) =>
      generator({ type: 'register', keys: 5, writes: 0.7 }, seeded(name), unique),
    );
    const written = Array.from({ length: 500 }, (_, index) => groups[index % 2]!.next()).filter(
      ({ f }) => f === 'write',
    );
    expect(new Set(written.map(({ value }) => value)).size).toBe(written.length);
  });

  it('keeps to its keys and to its share of writes', () => {
    const operations = take(5000, 1, 'register', 0.3);
    expect(new Set(operations.map(({ key }) => key))).toEqual(new Set(['k0', 'k1', 'k2', 'k3', 'k4']));
    const share = operations.filter(({ f }) => f === 'write').length / operations.length;
    expect(share).toBeGreaterThan(0.27);
    expect(share).toBeLessThan(0.33);
  });

  it('is the same for the same seed and another for another', () => {
    expect(take(50, 7, 'register')).toEqual(take(50, 7, 'register'));
    expect(take(50, 7, 'register')).not.toEqual(take(50, 8, 'register'));
  });
});

describe('a set workload', () => {
  it('writes every element once and reads only what was written before', () => {
    const operations = take(2000, 3, 'set');
    const written = new Set<string>();
    for (const { f, key } of operations) {
      if (f === 'write') {
        expect(written.has(key)).toBe(false);
        written.add(key);
      } else expect(written.has(key)).toBe(true);
    }
    expect(operations[0]?.f).toBe('write');
  });
});
