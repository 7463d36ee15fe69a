import { describe, expect, it } from 'vitest';
import { recoveryTimes } from '../../src/checker/recovery-times.js';
import { Building, failover } from './build.js';
import { find } from './find.js';

const EXPECT = { detect: '<= 500ms', failover: '<= 400ms', recover: '<= 800ms' };

describe('the figures of a failover', () => {
  const run = failover({ expect: EXPECT });
  const [figures] = recoveryTimes(run.history(), run.drill());

  it('are detect, failover and recover, from one instant to the next', () => {
    expect(figures).toMatchObject({
      fault: 'fault-1',
      target: 'a',
      detect_ms: 400,
      failover_ms: 302,
      recover_ms: 702,
    });
    expect(figures).toMatchObject({ boot_ms: 0, init_ms: 0 });
    expect(figures!.detect_ms! + figures!.failover_ms!).toBe(figures!.recover_ms);
  });

  it('have parts that add up to the failover', () => {
    expect(figures!.failover_parts).toEqual([
      { part: 'fencing', ms: 10 },
      { part: 'fenced', ms: 40 },
      { part: 'sealed', ms: 50 },
      { part: 'promoting', ms: 50 },
      { part: 'promoted', ms: 50 },
      { part: 'first write', ms: 102 },
    ]);
  });

  it('show boot and init where the standby is started only now', () => {
    const cold = failover({ expect: { boot: '> 0ms', init: '<= 20ms' } });
    cold.node(2510, 'b', 'starting').node(2540, 'b', 'running').node(2560, 'b', 'loaded');
    expect(recoveryTimes(cold.history(), cold.drill())[0]).toMatchObject({ boot_ms: 30, init_ms: 20 });
    expect(find(cold.history(), 'boot').verdict).toBe('pass');
    expect(find(failover({ expect: { boot: '> 0ms' } }).history(), 'boot').verdict).toBe('fail');
  });

  it('pass within their bounds and fail beyond, with the events that show it', () => {
    for (const name of ['detect', 'failover', 'recover']) {
      expect(find(run.history(), name)).toMatchObject({ verdict: 'pass' });
    }
    const strict = failover({
      expect: { detect: '<= 399ms', failover: '<= 300ms', recover: '< 702ms' },
    }).history();
    for (const name of ['detect', 'failover', 'recover']) {
      const finding = find(strict, name);
      expect(finding.verdict).toBe('fail');
      expect(finding.evidence.length).toBeGreaterThan(1);
    }
    expect(find(strict, 'detect')).toMatchObject({ expected: '<= 399ms', actual: '400.0 ms' });
    expect(find(strict, 'detect').message).toContain('s1 declared a failed 400.0 ms later');
  });
});

describe('a failover', () => {
  it('belongs to the last detection before it', () => {
    const run = new Building({ expect: { failover: '<= 1s' } }).role(0, 'a', 'primary', { term: 1 });
    run.fault(1000, { kind: 'pause' });
    run.supervisor(1400, 'declared', 'a');
    run.heal(1500, 'fault-1');
    run.fault(3000);
    run.supervisor(3400, 'declared', 'a').role(3600, 'b', 'primary', { term: 2 });
    run.writes(0, 3000, 10).writes(3700, 5000, 10, { by: 'b', term: 2 });
    const [first, second] = recoveryTimes(run.history(), run.drill());
    expect([first!.failover_ms, second!.failover_ms]).toEqual([null, 302]);
    expect(find(run.history(), 'failover')).toMatchObject({
      verdict: 'fail',
      actual: 'fault-1 never, fault-2 302.0 ms',
    });
  });

  it('is none that was asked for', () => {
    const run = new Building().role(0, 'a', 'primary', { term: 1 });
    run.heal(1500, run.fault(1000, { kind: 'pause' }));
    run
      .supervisor(1400, 'declared', 'a')
      .ask(3000, 'switchover', 'b')
      .role(3100, 'b', 'primary', { term: 2 });
    run.writes(3200, 5000, 10, { by: 'b', term: 2 });
    expect(recoveryTimes(run.history(), run.drill())[0]!.failover_ms).toBeNull();
  });
});

describe('detection', () => {
  it('is inconclusive where the fault was never seen to take effect', () => {
    const run = new Building({ steps: [{ kill: 'a' }], expect: EXPECT });
    run.role(0, 'a', 'primary', { term: 1 }).phase(100, 'steps');
    run.writes(100, 500, 10);
    run.fault(200, { effective: null });
    run.supervisor(300, 'declared', 'a');
    for (const name of ['detect', 'recover']) {
      expect(find(run.history(), name)).toMatchObject({ verdict: 'inconclusive', actual: 'not measured' });
    }
    expect(find(run.history(), 'faults take effect')).toMatchObject({ verdict: 'inconclusive' });
  });

  it('fails where nobody ever declared it, but is inconclusive where the history was cut short', () => {
    const run = new Building({ expect: EXPECT });
    run.role(0, 'a', 'primary', { term: 1 });
    run.fault(200);
    run.writes(250, 2000, 10);
    expect(find(run.history(), 'detect')).toMatchObject({ verdict: 'fail', actual: 'never' });
    expect(find(run.cutAt(1000), 'detect')).toMatchObject({ verdict: 'inconclusive', actual: 'never' });
  });

  it('still fails on a history cut short once the limit was broken', () => {
    const run = new Building({ expect: EXPECT });
    run.role(0, 'a', 'primary', { term: 1 });
    run.fault(200);
    run.supervisor(900, 'declared', 'a');
    run.writes(250, 2000, 10);
    expect(find(run.cutAt(1000), 'detect')).toMatchObject({ verdict: 'fail', actual: '700.0 ms' });
  });

  it('is judged for faults that hit the primary, by name or by isolation, not for those beside it', () => {
    const run = failover({ expect: EXPECT });
    run.fault(1500, { targets: ['c'] });
    expect(find(run.history(), 'detect')).toMatchObject({ verdict: 'pass', actual: '400.0 ms' });
    const cut = new Building({ expect: EXPECT });
    cut.role(0, 'a', 'primary', { term: 1 });
    cut.fault(200, { kind: 'partition', targets: ['b'], cuts: ['a->b', 'c->a', 's1->a:7000'] });
    cut.supervisor(500, 'declared', 'a');
    cut.writes(250, 2000, 10);
    expect(find(cut.history(), 'detect')).toMatchObject({ verdict: 'pass', actual: '300.0 ms' });
    expect(recoveryTimes(cut.history(), cut.drill())[0]!.target).toBe('a');
  });

  it('takes each half cycle of a flapping link by itself, and asks nothing of those too short to notice', () => {
    const run = new Building({ expect: EXPECT });
    run.role(0, 'a', 'primary', { term: 1 });
    for (const from of [1000, 1600]) {
      run.heal(from + 300, run.fault(from, { kind: 'partition' }));
    }
    run.fault(2200, { kind: 'partition' });
    run.supervisor(2450, 'declared', 'a');
    run.writes(0, 3000, 10);
    expect(recoveryTimes(run.history(), run.drill()).map(({ detect_ms }) => detect_ms)).toEqual([
      null,
      null,
      250,
    ]);
    expect(find(run.history(), 'detect')).toMatchObject({ verdict: 'pass', actual: '250.0 ms' });
  });

  it('of a declaration after the target was restarted is none', () => {
    const run = new Building({ expect: EXPECT }).role(0, 'a', 'primary', { term: 1 });
    run.fault(1000);
    run.ask(1300, 'restart', 'a').supervisor(1400, 'declared', 'a').writes(0, 3000, 10);
    expect(find(run.history(), 'detect')).toMatchObject({ verdict: 'fail', actual: 'never' });
  });

  describe('of a declaration after a later fault hit the same target', () => {
    /** a cannot reach b from 1000 on, is killed some time later, and is declared 400 ms after that. */
    function deafThenKilled(later: number, detect: string): Building {
      const run = new Building({ expect: { detect, failover: '<= 400ms', boot: '>= 0ms' } });
      run.role(0, 'a', 'primary', { term: 1 }).writes(0, 1000 + later, 10);
      run.fault(1000, { kind: 'partition', targets: ['a', 'b'], cuts: ['a->b'] });
      run.fault(1000 + later);
      run.supervisor(1400 + later, 'declared', 'a').role(1600 + later, 'b', 'primary', { term: 2 });
      return run.writes(1650 + later, 5000, 10, { by: 'b', term: 2 });
    }
    const detections = (run: Building) =>
      recoveryTimes(run.history(), run.drill()).map(({ detect_ms }) => detect_ms);

    it("is the later one's", () => {
      const run = deafThenKilled(1500, '<= 1s');
      expect(detections(run)).toEqual([null, 400]);
      const finding = find(run.history(), 'detect');
      expect(finding).toMatchObject({ verdict: 'fail', actual: 'fault-1 never, fault-2 400.0 ms' });
      expect(finding.message).toContain('no failure of a was declared before fault-2 (kill a) hit it, too');
    });

    it('asks nothing of the earlier one where that may have been noticed in time', () => {
      const run = deafThenKilled(300, '<= 1s');
      expect(detections(run)).toEqual([null, 400]);
      expect(find(run.history(), 'detect')).toMatchObject({ verdict: 'pass', actual: '400.0 ms' });
    });

    it('is too late for the earlier one, whichever of the two was noticed', () => {
      const run = deafThenKilled(300, '<= 500ms');
      const actual = 'fault-1 never, fault-2 400.0 ms';
      expect(find(run.history(), 'detect')).toMatchObject({ verdict: 'fail', actual });
    });

    it('leaves the failover, with its parts, to the later one', () => {
      const run = deafThenKilled(1500, '<= 1s');
      expect(recoveryTimes(run.history(), run.drill()).map(({ failover_ms }) => failover_ms)).toEqual([
        null,
        252,
      ]);
      expect(find(run.history(), 'failover')).toMatchObject({ verdict: 'pass', actual: '252.0 ms' });
      expect(find(run.history(), 'boot')).toMatchObject({ verdict: 'pass' });
    });

    it('is that of both where they were injected together', () => {
      expect(detections(deafThenKilled(90, '<= 1s'))).toEqual([490, 400]);
    });

    it("is the earlier one's where the later one hit somebody else", () => {
      const run = new Building({ expect: { detect: '<= 1s' } }).role(0, 'a', 'primary', { term: 1 });
      run.fault(1000, { kind: 'pause' });
      run.fault(1300, { targets: ['c', 's1'] });
      run.supervisor(1400, 'declared', 'a').writes(0, 3000, 10);
      expect(find(run.history(), 'detect')).toMatchObject({ verdict: 'pass', actual: '400.0 ms' });
    });
  });

  it('of a declaration after the heal is none', () => {
    const run = new Building({ expect: EXPECT });
    run.role(0, 'a', 'primary', { term: 1 });
    run.heal(1900, run.fault(1000, { kind: 'partition' }));
    run.supervisor(1950, 'declared', 'a');
    run.writes(0, 3000, 10);
    expect(find(run.history(), 'detect')).toMatchObject({ verdict: 'fail', actual: 'never' });
  });
});

describe('recovery', () => {
  it('is nothing where the service never stopped, and said to be', () => {
    const run = new Building({ expect: { recover: '<= 20ms' } });
    run.role(0, 'a', 'primary', { term: 1 });
    run.writes(0, 3000, 10);
    run.fault(1000, { targets: ['c'] });
    expect(find(run.history(), 'recover')).toMatchObject({ verdict: 'pass', actual: '0.0 ms (no outage)' });
  });

  it('does not count an acknowledgement after which the success rate does not hold', () => {
    const run = new Building({ expect: { recover: '<= 1s' } });
    run.role(0, 'a', 'primary', { term: 1 });
    run.writes(0, 1000, 10);
    run.fault(1000);
    run.writes(1000, 1500, 10, { type: 'fail' });
    run.write(1505, 'stray');
    run.writes(1510, 2500, 10, { type: 'info' });
    run.writes(2500, 4000, 10, { by: 'b', term: 2 });
    const finding = find(run.history(), 'recover');
    expect(finding).toMatchObject({ verdict: 'fail', actual: '1502.0 ms' });
  });

  it('counts operations by their intended start, so that a stalled client hides nothing', () => {
    const run = new Building({ expect: { recover: '<= 1s' } });
    run.role(0, 'a', 'primary', { term: 1 });
    run.fault(1000);
    run.write(1100, 'early');
    run.writes(2000, 2100, 10, { type: 'fail', intended: 1200 });
    run.writes(2200, 4000, 10);
    // Their clients sent them late: that is not the system's doing, but what was seen is told.
    expect(find(run.history(), 'recover')).toMatchObject({ verdict: 'inconclusive', actual: '1202.0 ms' });
  });

  it('leaves groups out that are pinned to a node', () => {
    const run = new Building({ clients: { app: {}, west: { pinned: 'a' } }, expect: { recover: '<= 1s' } });
    run.role(0, 'a', 'primary', { term: 1 });
    run.fault(1000);
    run.writes(1000, 4000, 10, { client: 'west' });
    expect(find(run.history(), 'recover')).toMatchObject({ verdict: 'inconclusive', actual: 'not measured' });
  });

  it('fails where the service never comes back', () => {
    const run = new Building({ expect: { recover: '<= 1s' } });
    run.role(0, 'a', 'primary', { term: 1 });
    run.fault(1000);
    run.writes(1000, 4000, 10, { type: 'info' });
    expect(find(run.history(), 'recover')).toMatchObject({ verdict: 'fail', actual: 'never' });
  });

  it('is judged up to the next fault where that comes before the hold is over', () => {
    const run = new Building({ expect: { recover: '<= 600ms' } });
    run.role(0, 'a', 'primary', { term: 1 });
    run.fault(1000);
    run.writes(1000, 1500, 10, { type: 'info' });
    run.writes(1500, 2000, 10);
    run.fault(2000);
    run.writes(2000, 2400, 10, { type: 'info' });
    run.writes(2400, 4000, 10);
    expect(find(run.history(), 'recover')).toMatchObject({
      verdict: 'pass',
      actual: 'fault-1 502.0 ms, fault-2 402.0 ms',
    });
  });
});
