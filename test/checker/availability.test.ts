import { describe, expect, it } from 'vitest';
import { impactText } from '../../src/checker/impact.js';
import { judge } from '../built-in.js';
import { Building, failover } from './build.js';
import { find } from './find.js';

describe('outage', () => {
  it('is the longest stretch without an acknowledged operation', () => {
    const history = failover({ expect: { outage: '<= 720ms' } }).history();
    expect(find(history, 'outage')).toMatchObject({ verdict: 'pass', actual: '710.0 ms' });
    const strict = find(failover({ expect: { outage: '<= 700ms' } }).history(), 'outage');
    expect(strict).toMatchObject({ verdict: 'fail' });
    expect(strict.message).toContain('from 1992.0 ms to 2702.0 ms');
    expect(strict.evidence).toHaveLength(2);
    expect(judge(history).timings.faults[0]!.outage_ms).toBe(702);
  });

  it('begins with the steps and ends with the load, acknowledged or not', () => {
    const run = new Building({ expect: { outage: '<= 1s' } });
    run.phase(0, 'up').phase(5000, 'steps');
    run.writes(5500, 6000, 100);
    run.writes(6000, 8050, 100, { type: 'info' });
    expect(find(run.history(), 'outage')).toMatchObject({ verdict: 'fail', actual: '2098.0 ms' });
  });

  it('may have a limit for each group, and is inconclusive for one that asked nothing', () => {
    const clients = { app: {}, west: { pinned: 'a' } };
    const run = new Building({ clients, expect: { outage: { app: '<= 100ms', west: '<= 1s' } } });
    run.writes(0, 1000, 20);
    expect(find(run.history(), 'outage')).toMatchObject({
      verdict: 'inconclusive',
      expected: 'app <= 100ms, west <= 1s',
      actual: 'app 20.0 ms, west not measured',
    });
    run.writes(0, 2000, 20, { client: 'west' });
    expect(find(run.history(), 'outage').verdict).toBe('fail');
  });

  it('may have a limit for reads and for writes by themselves', () => {
    const outage = (limit: Record<string, string>) => {
      const run = new Building({ expect: { outage: { app: limit } } }).phase(0, 'steps');
      run.writes(0, 1000, 10).writes(1000, 1500, 10, { type: 'fail' }).writes(1500, 2000, 10);
      for (let ms = 5; ms < 2000; ms += 10) run.read(ms, null);
      return find(run.history(), 'outage');
    };
    expect(outage({ reads: '<= 20ms' })).toMatchObject({ verdict: 'pass', expected: 'app reads <= 20ms' });
    expect(outage({ writes: '<= 600ms' })).toMatchObject({ verdict: 'pass' });
    expect(outage({ reads: '<= 20ms', writes: '<= 400ms' })).toMatchObject({
      verdict: 'fail',
      actual: expect.stringContaining('app writes 502.0 ms'),
    });
    const writers = new Building({ expect: { outage: { app: { reads: '<= 1s' } } } }).writes(0, 2000, 10);
    expect(find(writers.history(), 'outage').verdict).toBe('inconclusive');
  });

  it('of a fault leaves that of the failback out', () => {
    const run = new Building({ failback: { to: 'b' } })
      .role(0, 'a', 'primary', { term: 1 })
      .phase(10, 'steps');
    run.fault(1000, { targets: ['c'] });
    run.writes(0, 3000, 10).phase(3000, 'failback').writes(3500, 4000, 10);
    const { timings } = judge(run.phase(4000, 'down').history());
    expect(timings.faults[0]!.outage_ms).toBe(10);
    expect(timings.failback_outage_ms).toBe(502);
  });

  it('of a failback that supervisors began before its phase is that from then on, up to the next fault', () => {
    const run = new Building({
      failback: { to: 'a', trigger: 'automatic' },
      expect: { failback_outage: '<= 150ms' },
    });
    run.role(0, 'b', 'primary', { term: 2 }).phase(0, 'steps').supervisor(1000, 'switchover', 'a', 2);
    run.writes(0, 1010, 10, { by: 'b', term: 2 }).writes(1200, 2000, 10, { term: 3 });
    run.fault(2000, { targets: ['c'] });
    run.writes(3000, 4000, 10, { term: 3 }).phase(3500, 'failback').phase(3501, 'final reads');
    expect(find(run.history(), 'failback_outage')).toMatchObject({ verdict: 'fail', actual: '200.0 ms' });
  });

  it('of the failback is that within its phase', () => {
    const run = failover({ expect: { failback_outage: '<= 150ms' } });
    run.phase(4000, 'failback');
    expect(find(run.history(), 'failback_outage')).toMatchObject({ verdict: 'pass', actual: '10.0 ms' });
    expect(
      find(failover({ expect: { failback_outage: '<= 1s' } }).history(), 'failback_outage').verdict,
    ).toBe('inconclusive');
  });
});

describe('availability', () => {
  it('is the share of operations that were acknowledged', () => {
    const history = failover({ expect: { availability: '>= 80%' } }).history();
    expect(find(history, 'availability')).toMatchObject({ verdict: 'pass', actual: '82.50%' });
    expect(
      find(failover({ expect: { availability: { app: '>= 90%' } } }).history(), 'availability'),
    ).toMatchObject({
      verdict: 'fail',
      expected: 'app >= 90%',
    });
    expect(judge(history).groups.app).toMatchObject({ ok: 330, fail: 0, info: 70, availability: 0.825 });
  });

  it('is within a limit that it meets exactly', () => {
    for (let percent = 1; percent < 100; percent++) {
      const run = new Building({ expect: { availability: `>= ${percent}%` } });
      run.writes(0, 10 * percent, 10).writes(10 * percent, 1000, 10, { type: 'fail' });
      expect(find(run.history(), 'availability')).toMatchObject({
        actual: `${percent}.00%`,
        verdict: 'pass',
      });
    }
  });

  it('is told from a whole history only', () => {
    const run = failover({ expect: { availability: '>= 99%' } });
    expect(find(run.cutAt(2600), 'availability').verdict).toBe('inconclusive');
  });

  it('comes with latencies from the intended start', () => {
    const run = new Building();
    for (let at = 0; at < 100; at += 1) run.write(1000 + at * 10, at, { intended: 1000 + at * 10 - at });
    expect(judge(run.history()).groups.app!.latency_ms).toEqual({ p50: 51, p99: 100, max: 101 });
  });

  it('is nothing in an empty history', () => {
    const history = new Building({ expect: { availability: '>= 99%', outage: '<= 1s' } }).history();
    expect(find(history, 'availability')).toMatchObject({ verdict: 'inconclusive', actual: 'not measured' });
    expect(find(history, 'outage')).toMatchObject({ verdict: 'inconclusive', actual: 'not measured' });
    expect(judge(history).groups).toEqual({});
  });
});

describe('an outage of one kind of operations', () => {
  /** Writes and reads in turn, one every 10 ms; from 2000 to 3000 one kind is not served. */
  function half(out: 'read' | 'write', drill: object = {}): Building {
    const run = new Building({ expect: { outage: '<= 500ms', recover: '<= 500ms' }, steps: [], ...drill });
    run
      .phase(0, 'steps')
      .role(0, 'a', 'primary', { term: 1 })
      .fault(2000, { targets: ['c'] });
    for (let ms = 0; ms < 5000; ms += 10) {
      const kind = ms % 20 === 0 ? 'write' : 'read';
      const type = kind === out && ms >= 2000 && ms < 3000 ? 'info' : 'ok';
      run.operation(ms, kind, kind === 'read' ? null : `${ms}`, {
        key: kind,
        type,
        took: type === 'ok' ? 2 : 300,
      });
    }
    return run;
  }

  it('counts, though the other kind is served, and so does the recovery from it', () => {
    for (const [kind, outage, recover] of [
      ['write', 1002, 1002],
      ['read', 1002, 1012],
    ] as const) {
      const history = half(kind).history();
      const finding = find(history, 'outage');
      expect(finding).toMatchObject({ verdict: 'fail', actual: `${outage}.0 ms (${kind}s)` });
      expect(finding.message).toContain(`without an acknowledged ${kind} though one was asked for`);
      expect(find(history, 'recover')).toMatchObject({ verdict: 'fail', actual: `${recover}.0 ms` });
      expect(find(history, 'recover').message).toContain(`with a ${kind} that a acknowledged`);
    }
  });

  it('is none where nobody asked for that kind', () => {
    const run = new Building({ expect: { outage: '<= 100ms' } }).phase(0, 'steps');
    for (let ms = 0; ms < 5000; ms += 10) {
      if (ms < 1000 || ms >= 4000) run.write(ms, `${ms}`);
      else run.read(ms, '990');
    }
    expect(find(run.history(), 'outage')).toMatchObject({ verdict: 'pass', actual: '10.0 ms' });
  });

  it('is seen where writes are few', () => {
    const run = new Building({ expect: { recover: '<= 500ms' } }).phase(0, 'steps');
    run.role(0, 'a', 'primary', { term: 1 }).fault(2000, { targets: ['c'] });
    for (let ms = 0; ms < 5000; ms += 2) {
      const isOut = ms >= 2000 && ms < 3000;
      if (ms % 400 === 0) run.write(ms, `${ms}`, { type: isOut ? 'fail' : 'ok' });
      else run.read(ms, null, { key: 'other' });
    }
    expect(find(run.history(), 'recover')).toMatchObject({ verdict: 'fail', actual: '1202.0 ms' });
  });
});

describe('the impact of a fault', () => {
  it('is what clients noticed of it', () => {
    const { faults } = judge(failover().history()).timings;
    expect(faults[0]!.impact).toEqual({ asked: 300, fail: 0, info: 70, slow: 0 });
  });

  it('is none where no operation failed, was in doubt, or took longer than usual', () => {
    const run = new Building().phase(0, 'steps').role(0, 'a', 'primary', { term: 1 });
    run.writes(0, 3000, 10).fault(1000, { targets: ['c'] });
    const { impact } = judge(run.history()).timings.faults[0]!;
    expect(impact).toEqual({ asked: 200, fail: 0, info: 0, slow: 0 });
    expect(impactText(impact)).toBe('none: no operation failed, was in doubt, or took longer than usual');
    run.write(1500, 'slow', { took: 30 });
    expect(judge(run.history()).timings.faults[0]!.impact).toEqual({ asked: 201, fail: 0, info: 0, slow: 1 });
  });

  it('is not known where nobody asked for anything, or nobody saw the fault', () => {
    const run = new Building();
    run.fault(1000);
    run.fault(2000, { effective: null });
    const impacts = judge(run.history()).timings.faults.map(({ impact }) => impact);
    expect(impacts).toEqual([null, null]);
    expect(impactText(null)).toBe('not measured');
  });
});
