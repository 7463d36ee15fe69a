import { describe, expect, it } from 'vitest';
import { type Kind, type Served, ServiceRecord } from '../../src/timeline/service-record.js';

const RULE = { success: 0.99, hold: 500 };
const usual = () => 100;

/** Writes every 10 from an instant up to another; `took` until each is over. */
function writes(from: number, to: number, ok = true, took = 2, kind: Kind = 'write'): Served[] {
  const found: Served[] = [];
  for (let intended = from; intended < to; intended += 10)
    found.push({ kind, intended, end: intended + took, ok });
  return found;
}
const seen = (operations: Served[], from: number, to: number) => {
  const { state, back, kind, asked } = new ServiceRecord(operations, RULE).between(from, to, usual);
  return { state, back: back?.end, kind, asked };
};

describe('a service', () => {
  it('that answers all the time is up, and was never away', () => {
    expect(seen(writes(0, 2000), 500, 1500)).toEqual({
      state: 'up',
      back: undefined,
      kind: undefined,
      asked: 100,
    });
  });

  it('that answers again is up since its first answer after the last failure that counts', () => {
    const operations = [...writes(0, 500), ...writes(500, 900, false), ...writes(900, 2000)];
    expect(seen(operations, 500, 2000)).toMatchObject({ state: 'up', back: 902, kind: 'write' });
  });

  it('that answers no more is down, whether operations fail or wait', () => {
    for (const took of [2, 5000]) {
      const operations = [...writes(0, 1500), ...writes(1500, 2500, false, took)];
      expect(seen(operations, 500, 2500)).toMatchObject({ state: 'down', back: undefined, kind: 'write' });
    }
  });

  it('is unclear where the look ends too soon', () => {
    const operations = [...writes(0, 1500), ...writes(1500, 1800, true, 400), ...writes(1800, 2500)];
    expect(seen(operations, 500, 1750)).toMatchObject({ state: 'unclear', back: 1802 });
  });

  it('is unclear where the load ends in a wait that is no outage yet, and down where the wait grows past the hold', () => {
    // The machine stood still for a moment, so that none of the waits counts as a failure by itself.
    const rule = { ...RULE, off: () => 1 };
    const state = (end: number) => {
      const load = [...writes(0, 1500), ...writes(1500, end, false, Number.POSITIVE_INFINITY)];
      return new ServiceRecord(load, rule).between(500, 1620, usual).state;
    };
    expect(state(1620)).toBe('unclear');
    expect(state(2100)).toBe('down');
  });

  it('may fail at times, but for the share that is allowed', () => {
    const every = (kind: Kind) =>
      writes(0, 5000, true, 2, kind).flatMap((one) => [one, { ...one, end: one.end + 1 }]);
    const stray: Served = { kind: 'write', intended: 2001, end: 2003, ok: false };
    expect(seen([...every('write'), stray], 500, 5000)).toMatchObject({ state: 'up', back: undefined });
    expect(seen([...every('write'), stray, { ...stray, intended: 2101 }], 500, 5000)).toMatchObject({
      state: 'up',
      back: 2102,
    });
  });

  it('is away for writes, though reads are served', () => {
    const reads = writes(0, 5000, true, 1, 'read');
    const rare: Served[] = [0, 1000, 2000, 3000].map((intended) => ({
      kind: 'write',
      intended,
      end: intended + (intended === 1000 ? 900 : 2),
      ok: true,
    }));
    expect(seen([...reads, ...rare], 500, 4000)).toMatchObject({ state: 'up', back: 1900, kind: 'write' });
  });

  it('is not missed by who asks for nothing', () => {
    const operations = [...writes(0, 1000), ...writes(4000, 5000)];
    expect(seen(operations, 500, 5000)).toMatchObject({ state: 'up', back: undefined });
  });
});

describe('what is usual', () => {
  it('is three times the longest wait of undisturbed times, but no less than 100 ms', () => {
    const record = (took: number) => {
      const one: Served = { kind: 'write', intended: 10e6, end: 10e6 + took, ok: true };
      return new ServiceRecord([one], { success: 1, hold: 500e6 });
    };
    expect(record(2e6).usual('write', { from: 0, to: 1e9 })).toBe(100e6);
    expect(record(60e6).usual('write', { from: 0, to: 1e9 })).toBe(180e6);
    expect(record(60e6).usual('write', { from: 0, to: 1e9 }, () => 30e6)).toBe(100e6);
  });
});
