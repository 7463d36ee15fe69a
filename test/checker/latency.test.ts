import { describe, expect, it } from 'vitest';
import { Building } from './build.js';
import { find } from './find.js';

type Limit = Record<string, unknown>;

/** 100 operations of 2 ms, and 10 of 80 ms while c is paused from 2000 to 2200. */
function run(latency: Limit): Building {
  const built = new Building({ steps: [{ pause: 'c' }], expect: { latency } }).phase(0, 'steps');
  built.role(0, 'a', 'primary', { term: 1 }).writes(0, 2000, 20);
  built.heal(2200, built.fault(2000, { kind: 'pause', targets: ['c'] }));
  return built.writes(2000, 2200, 20, { took: 80 }).writes(2210, 3000, 20).phase(3100, 'final reads');
}

const latencyOf = (limit: Limit) => find(run(limit).history(), 'latency');

describe('latency', () => {
  it('is a quantile of what was acknowledged, from when it was meant to begin', () => {
    expect(latencyOf({ p50: '<= 2ms', max: '<= 80ms' })).toMatchObject({
      verdict: 'pass',
      actual: 'app p50 2.0 ms, app max 80.0 ms',
    });
    const strict = latencyOf({ app: { p99: '<= 79ms' } });
    expect(strict).toMatchObject({ verdict: 'fail', expected: 'app p99 <= 79ms' });
    expect(strict.evidence).toHaveLength(1);
  });

  it('is measured while faults and their consequences last, where that is asked for', () => {
    expect(latencyOf({ app: { p50: '<= 20ms', during: 'faults' } }).verdict).toBe('pass');
    expect(latencyOf({ app: { p90: '<= 20ms', during: 'faults' } })).toMatchObject({
      verdict: 'fail',
      actual: 'app p90 during faults 80.0 ms',
    });
    expect(latencyOf({ app: { p90: '<= 20ms' } }).verdict).toBe('pass');
  });

  it('is not known where nothing was acknowledged', () => {
    const none = new Building({ expect: { latency: { p99: '<= 1s' } } }).phase(0, 'steps');
    none.writes(0, 1000, 10, { type: 'fail' });
    expect(find(none.history(), 'latency')).toMatchObject({ verdict: 'inconclusive' });
  });

  it('that the machine itself made is no failure', () => {
    const late = new Building({ expect: { latency: { max: '<= 50ms' } } }).phase(0, 'steps');
    late.writes(0, 1000, 10).stall(1000, 60).write(1000, 'x', { took: 60 }).writes(1060, 2000, 10);
    expect(find(late.history(), 'latency').verdict).toBe('inconclusive');
    late.write(1500, 'y', { took: 55 });
    expect(find(late.history(), 'latency').verdict).toBe('fail');
  });
});
