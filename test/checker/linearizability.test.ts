import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { searchRegister } from '../../src/checker/register-search.js';
import type { Operation } from '../../src/history/operations.js';
import { pairOperations } from '../../src/history/operations.js';
import { Building, withoutEnd } from './build.js';
import { find } from './find.js';

const YES = { expect: { linearizable: true } };

describe('a linearizable history', () => {
  it('has an order that explains every answer, key by key', () => {
    const run = new Building(YES)
      .write(100, 1, { took: 100 })
      .write(120, 2, { took: 100 })
      .read(150, 2, { took: 5 });
    run
      .read(230, 1)
      .read(240, 7, { key: 'other', type: 'info' })
      .write(250, 3, { type: 'info' })
      .read(400, 3);
    expect(find(run.history(), 'linearizable')).toMatchObject({ verdict: 'pass', actual: 'true' });
    expect(find(withoutEnd(run.history()), 'linearizable').verdict).toBe('inconclusive');
  });

  it('is inconclusive without operations, or for what there is no model of', () => {
    expect(find(new Building(YES).history(), 'linearizable').verdict).toBe('inconclusive');
    const set = new Building(YES).operation(100, 'add', 1).read(200, [1]);
    expect(find(set.history(), 'linearizable').verdict).toBe('inconclusive');
  });
});

describe('a history that is not linearizable', () => {
  it('fails with the operations around the one that cannot be placed', () => {
    const run = new Building(YES);
    for (let at = 0; at < 20; at += 1) run.write(100 + at * 10, at);
    run.read(305, 18, { by: 'b' }).read(320, 19);
    const finding = find(run.history(), 'linearizable');
    expect(finding).toMatchObject({ verdict: 'fail', actual: 'false' });
    expect(finding.message).toContain('key k: no order of its operations explains every answer');
    expect(finding.message).toMatch(
      /read 18 {2}\[305.0 ms .. 307.0 ms\] ok by b \(term 1\), event \d+ {3}<- cannot be placed/,
    );
    expect(finding.evidence.length).toBeGreaterThan(1);
    expect(find(withoutEnd(run.history()), 'linearizable').verdict).toBe('fail');
  });

  it('fails on a failed write that was read, and on a value from nowhere', () => {
    const failed = new Building(YES).write(100, 1, { type: 'fail' }).read(200, 1);
    expect(find(failed.history(), 'linearizable').verdict).toBe('fail');
    expect(find(new Building(YES).read(200, 5).history(), 'linearizable').verdict).toBe('fail');
  });

  it('fails on a write in doubt that comes and goes', () => {
    const run = new Building(YES).write(100, 1).write(200, 2, { type: 'info' }).read(300, 2).read(400, 1);
    expect(find(run.history(), 'linearizable').verdict).toBe('fail');
  });
});

/** Tries every order of every subset of the operations in doubt. */
function bruteForce(operations: readonly Operation[]): boolean {
  const place = (left: readonly Operation[], value: unknown): boolean => {
    if (left.every(({ type }) => type === 'info')) return true;
    const firstEnd = Math.min(...left.map(({ type, complete }) => (type === 'ok' ? complete! : Infinity)));
    return left.some((operation) => {
      if (operation.invoke > firstEnd) return false;
      const rest = left.filter((other) => other !== operation);
      if (operation.f === 'read') return operation.value === value && place(rest, value);
      return place(rest, operation.value);
    });
  };
  return place(operations, null);
}

describe('the search', () => {
  it('agrees with trying every order, on small random histories', () => {
    const operation = fc.record({
      f: fc.constantFrom('read' as const, 'write' as const),
      value: fc.integer({ min: 1, max: 3 }),
      type: fc.constantFrom('ok' as const, 'ok' as const, 'ok' as const, 'info' as const),
      at: fc.integer({ min: 0, max: 30 }),
      took: fc.integer({ min: 1, max: 12 }),
    });
    let illegal = 0;
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 7 }), (operations) => {
        const run = new Building();
        for (const { f, value, type, at, took } of operations) run.operation(at, f, value, { type, took });
        const paired = pairOperations(run.events()).operations.filter(
          ({ f, type }) => f !== 'read' || type === 'ok',
        );
        const expected = bruteForce(paired);
        if (!expected) illegal += 1;
        expect(searchRegister(paired, 100_000).verdict).toBe(expected ? 'ok' : 'illegal');
      }),
      { numRuns: 4000, seed: 7 },
    );
    expect(illegal).toBeGreaterThan(500);
  });

  it('says unknown when its budget is spent', () => {
    const run = new Building();
    for (let at = 0; at < 40; at += 1) run.write(100, at, { took: 100 });
    for (let at = 0; at < 40; at += 1) run.read(300, 39 - at);
    const { operations } = pairOperations(run.events());
    expect(searchRegister(operations, 10).verdict).toBe('unknown');
  });
});
