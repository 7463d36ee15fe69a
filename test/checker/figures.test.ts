/**
 * Histories of which it is easy to say what is right, and was easy to judge wrong: what each figure is measured from, to,
 * and by whose word.
 */

import { describe, expect, it } from 'vitest';
import type { DrillFile } from '../../src/drill/schema.js';
import { judge } from '../built-in.js';
import { Building } from './build.js';
import { find } from './find.js';

const EXPECT = {
  detect: '<= 1s',
  failover: '<= 1s',
  recover: '<= 2s',
  double_primaries: 0,
  lost_writes: 0,
  failovers: '<= 1',
} as const;

function begin(drill: Partial<DrillFile> = {}): Building {
  const run = new Building({ expect: EXPECT, steps: [], ...drill });
  return run.phase(0, 'up').phase(10, 'steady').phase(1000, 'steps');
}
const inTerm = (drill?: Partial<DrillFile>) => begin(drill).role(0, 'a', 'primary', { term: 1 });

/** b serves in term 2 up to 5000, and the run ends. */
function served(run: Building, from: number): Building {
  run.writes(from, 5000, 10, { by: 'b', term: 2 }).phase(5100, 'final reads');
  return run.read(5110, 'b4990', { by: 'b', term: 2, client: 'final' }).phase(5200, 'down');
}
const timings = (run: Building) => judge(run.history()).timings.faults;
const verdictOn = (run: Building, name: string) => find(run.history(), name).verdict;

describe('a primary that restarts within the time-out and is declared all the same', () => {
  const run = inTerm().writes(20, 2000, 10);
  run.fault(2000);
  run.ask(2100, 'restart', 'a').node(2101, 'a', 'starting').node(2150, 'a', 'running');
  run.writes(2000, 2300, 10, { type: 'info', took: 300 });
  run
    .supervisor(2160, 'declared', 'a', 1)
    .supervisor(2200, 'sealed', 'b', 2)
    .supervisor(2250, 'promoted', 'b', 2);
  run.role(2250, 'b', 'primary', { term: 2 });
  served(run, 2300);

  it('was detected and replaced because of the kill: z = d + f', () => {
    expect(timings(run)).toMatchObject([
      { detect_ms: 160, failover_ms: 142, recover_ms: 302, outage_ms: 302 },
    ]);
    for (const name of ['detect', 'failover', 'recover', 'failovers'])
      expect(verdictOn(run, name)).toBe('pass');
  });

  it('was not, where it had served again before it was declared', () => {
    const again = inTerm().writes(20, 2000, 10);
    again.fault(2000);
    again.ask(2100, 'restart', 'a').writes(2120, 3000, 10).supervisor(2500, 'declared', 'a', 1);
    expect(timings(again)).toMatchObject([{ detect_ms: null, failover_ms: null }]);
    expect(find(again.history(), 'detect')).toMatchObject({ verdict: 'fail', actual: 'never' });
  });
});

describe('an isolated primary that goes on acknowledging under its lease', () => {
  it.each([600, 1200])('of %i ms is recovered from at the end of the outage that follows', (lease) => {
    const run = inTerm().writes(20, 2000 + lease, 10);
    run.heal(5000, run.fault(2000, { kind: 'partition' }));
    run.role(2000 + lease, 'a', 'standby', { term: 1 }).supervisor(2400, 'declared', 'a', 1);
    run.supervisor(2000 + lease, 'sealed', 'b', 2).writes(2000 + lease, 2900 + lease, 10, { type: 'fail' });
    run.role(2900 + lease, 'b', 'primary', { term: 2 }).supervisor(2900 + lease, 'promoted', 'b', 2);
    run.writes(2900 + lease, 7000, 10, { by: 'b', term: 2 });
    const [figures] = timings(run);
    expect(figures).toMatchObject({ detect_ms: 400, recover_ms: lease + 902, outage_ms: 910 });
    expect(figures!.detect_ms! + figures!.failover_ms!).toBe(figures!.recover_ms);
    expect(verdictOn(run, 'recover')).toBe(lease === 600 ? 'pass' : 'fail');
  });
});

describe('two faults close together', () => {
  /** a is killed at 2000; something happens to c at 2300; the service is there again at 2700, where it is. */
  function both(until = 2700): Building {
    const run = inTerm().writes(20, 2000, 10);
    run.fault(2000);
    run.fault(2300, { targets: ['c'], kind: 'pause' });
    run.writes(2000, until, 10, { type: 'info', took: 300 });
    run.supervisor(2400, 'declared', 'a', 1);
    if (until > 4000) return run.phase(5100, 'final reads').phase(5200, 'down');
    run.role(2600, 'b', 'primary', { term: 2 }).supervisor(2600, 'promoted', 'b', 2);
    return served(run, until);
  }

  it('are one episode, whose figures agree', () => {
    expect(timings(both())).toMatchObject([
      { detect_ms: 400, failover_ms: 302, recover_ms: 702, outage_ms: 702 },
      { recover_ms: 402, outage_ms: 402 },
    ]);
    expect(find(both().history(), 'recover')).toMatchObject({
      verdict: 'pass',
      actual: 'fault-1 702.0 ms, fault-2 402.0 ms',
    });
  });

  it('are none, where the service was back between them', () => {
    const run = inTerm().writes(20, 2000, 10);
    run.fault(2000);
    run.writes(2000, 2300, 10, { type: 'fail' }).supervisor(2100, 'declared', 'a', 1);
    run.role(2200, 'b', 'primary', { term: 2 }).writes(2300, 3000, 10, { by: 'b', term: 2 });
    run.fault(3000, { targets: ['c'], kind: 'pause' });
    run.writes(3000, 3400, 10, { by: 'b', type: 'fail' });
    expect(timings(served(run, 3400))).toMatchObject([
      { recover_ms: 302, outage_ms: 302 },
      { recover_ms: 402, outage_ms: 402 },
    ]);
  });

  it('never recover together where the service stays away', () => {
    expect(find(both(5000).history(), 'recover')).toMatchObject({
      verdict: 'fail',
      actual: 'fault-1 never, fault-2 never',
    });
  });
});

describe('a declaration', () => {
  it('up to the effect is not a detection of the fault; it is said what it is', () => {
    const run = inTerm().writes(20, 2000, 10).supervisor(1990, 'declared', 'a', 1);
    run.fault(2000);
    run.writes(2000, 2700, 10, { type: 'info', took: 300 });
    run.role(2600, 'b', 'primary', { term: 2 }).supervisor(2600, 'promoted', 'b', 2);
    served(run, 2700);
    expect(timings(run)).toMatchObject([{ detect_ms: null, failover_ms: null, recover_ms: 702 }]);
    for (const name of ['detect', 'failover']) {
      expect(find(run.history(), name)).toMatchObject({
        verdict: 'inconclusive',
        message: expect.stringContaining('s1 had declared a failed 10.0 ms before it took effect'),
      });
    }
  });

  it('of an earlier failure, which is over, is no such thing', () => {
    const run = inTerm().writes(20, 2000, 10).supervisor(1100, 'declared', 'a', 1);
    run.supervisor(1300, 'in-sync', 'a').fault(2000);
    run.writes(2000, 4000, 10, { type: 'info' });
    expect(find(run.history(), 'detect')).toMatchObject({ verdict: 'fail', actual: 'never' });
  });

  /** c is cut off at 2000 and declares a at 2395; a is killed at 2200, and the supervisors declare it at 2620. */
  function watched(drill: Partial<DrillFile>, who: string, cutOff: string): Building {
    const run = inTerm(drill).writes(20, 2200, 10);
    const cuts = ['a', 'b', 'c'].filter((other) => other !== cutOff).map((other) => `${cutOff}->${other}`);
    run.fault(2000, { targets: [cutOff], kind: 'partition', cuts });
    run.fault(2200);
    run.at(2395, { type: 'supervisor', node: who, event: 'declared', target: 'a', term: 1 });
    run.writes(2200, 3000, 10, { type: 'info', took: 300 }).supervisor(2620, 'declared', 'a', 1);
    run.role(2800, 'b', 'primary', { term: 2 }).supervisor(2800, 'promoted', 'b', 2);
    return served(run, 3000);
  }
  const standbys: Partial<DrillFile> = {
    topology: {
      nodes: { a: { role: 'primary' }, b: {}, c: {} },
      supervisor: { trigger: 'standby' },
    },
  };

  it('counts by whoever may declare it: no standby where the supervisors trigger', () => {
    for (const cutOff of ['c', 'b']) {
      const [, killed] = timings(watched({}, 'c', cutOff));
      expect(killed).toMatchObject({ detect_ms: 420, failover_ms: 382, recover_ms: 802 });
    }
  });

  it('counts by a standby that triggers, but for one that is cut off, and for its own silence nobody', () => {
    expect(timings(watched(standbys, 'c', 's1'))[1]).toMatchObject({ detect_ms: 195, failover_ms: 607 });
    expect(timings(watched(standbys, 'c', 'c'))[1]).toMatchObject({ detect_ms: 420, failover_ms: 382 });
    expect(timings(watched(standbys, 'a', 'b'))[1]).toMatchObject({ detect_ms: 420 });
  });
});

describe('a primary that is stopped for good', () => {
  it('is no primary beside the one that took over, though only probes tell, without terms and leases', () => {
    const run = begin();
    for (let ms = 0; ms < 2000; ms += 100) run.role(ms, 'a', 'primary', { source: 'probe' });
    run.writes(20, 2000, 10, { term: null }).fault(2000, { kind: 'pause' });
    run.writes(2000, 2700, 10, { type: 'info', took: 300 });
    for (let ms = 2600; ms < 5000; ms += 100) run.role(ms, 'b', 'primary', { source: 'probe' });
    run.writes(2700, 5000, 10, { by: 'b', term: null }).phase(5100, 'final reads');
    run.read(5110, 'b4990', { by: 'b', term: null, client: 'final' }).phase(5200, 'down');
    expect(find(run.history(), 'double_primaries')).toMatchObject({ verdict: 'pass', actual: '0' });
    expect(find(run.history(), 'failovers')).toMatchObject({ verdict: 'pass', actual: '1' });
  });
});

describe('a lost write', () => {
  /** Write 2 was acknowledged by a; b, which takes over, shows 1, until 3 overwrites it. */
  function overwritten(shown: number, reader = 'b'): Building {
    const run = begin()
      .role(0, 'a', 'primary', { source: 'probe' })
      .role(1900, 'a', 'primary', { source: 'probe' });
    run.write(1500, 1, { term: null }).write(1600, 2, { term: null }).fault(2000);
    run.role(2600, 'b', 'primary', { source: 'probe' }).read(2700, shown, { by: reader, term: null });
    run.write(2800, 3, { by: 'b', term: null }).phase(5100, 'final reads');
    return run.read(5110, 3, { by: 'b', term: null, client: 'final' }).phase(5200, 'down');
  }

  it('is found without terms, too, though it was overwritten', () => {
    const finding = find(overwritten(1).history(), 'lost_writes');
    expect(finding).toMatchObject({ verdict: 'fail', actual: '1' });
    expect(finding.message).toContain('write 2 to k');
  });

  it('is none that the new primary showed, nor one that only a standby did not show', () => {
    expect(verdictOn(overwritten(2), 'lost_writes')).toBe('pass');
    expect(verdictOn(overwritten(1, 'c'), 'lost_writes')).toBe('pass');
  });

  it('is each that is newer than what is there, overwritten or not: of a key that was cleared, all', () => {
    const run = inTerm();
    for (let at = 1; at <= 100; at++) run.write(at * 10, at);
    run.fault(2000);
    run.role(2600, 'b', 'primary', { term: 2 }).phase(5100, 'final reads');
    run.read(5110, null, { by: 'b', term: 2, client: 'final' }).phase(5200, 'down');
    const finding = find(run.history(), 'lost_writes');
    expect(finding).toMatchObject({ verdict: 'fail', actual: '100' });
    expect(finding.message).toContain('100 of 100 acknowledged writes are lost, of 1 key;');
  });

  it('cannot be told where one in doubt may have taken effect after it', () => {
    const run = inTerm({ expect: { lost_writes: 0, linearizable: true, stale_reads: 0 } });
    run.write(1000, 1, { type: 'info', took: 100 }).write(1500, 2).read(1600, 2).fault(2000);
    run
      .role(2600, 'b', 'primary', { term: 2 })
      .read(3000, 1, { by: 'b', term: 2 })
      .phase(5100, 'final reads');
    run.read(5110, 1, { by: 'b', term: 2, client: 'final' }).phase(5200, 'down');
    for (const name of ['lost_writes', 'linearizable', 'stale_reads'])
      expect(verdictOn(run, name)).toBe('pass');
  });
});

describe('a workload of reads alone', () => {
  const reads = (until: number) => {
    const run = inTerm({ expect: { recover: '<= 2s', outage: '<= 2s' } });
    for (let ms = 20; ms < 2000; ms += 10) run.read(ms, null);
    run.fault(2000);
    for (let ms = 2000; ms < until; ms += 10) run.read(ms, null, { type: 'fail' });
    for (let ms = until; ms < 5000; ms += 10) run.read(ms, null, { by: 'b', term: 2 });
    return run.phase(5200, 'down');
  };

  it('is recovered by reads', () => {
    expect(find(reads(2700).history(), 'recover')).toMatchObject({ verdict: 'pass', actual: '702.0 ms' });
    expect(find(reads(5000).history(), 'recover')).toMatchObject({ verdict: 'fail', actual: 'never' });
  });
});

describe('a planned switchover', () => {
  const switched = () => {
    const run = inTerm().writes(20, 2000, 10);
    run.fault(1500, { targets: ['c'], kind: 'pause' });
    run.ask(2000, 'switchover', 'b').role(2010, 'a', 'standby', { term: 1 });
    return run.role(2020, 'b', 'primary', { term: 2 }).supervisor(2020, 'promoted', 'b', 2);
  };

  it('is no failover', () => {
    expect(find(served(switched(), 2030).history(), 'failovers')).toMatchObject({
      actual: '0',
      verdict: 'pass',
    });
  });

  it('is one where the primary failed while it was waited for', () => {
    const declared = switched().supervisor(2005, 'declared', 'a', 1);
    expect(find(served(declared, 2030).history(), 'failovers')).toMatchObject({ actual: '1' });
    const killed = switched();
    killed.fault(2005);
    expect(find(served(killed, 2030).history(), 'failovers')).toMatchObject({ actual: '1' });
  });

  it('does not hide a primary that only changes its mind', () => {
    const run = begin().writes(20, 2000, 10, { term: null });
    run.fault(1500, { targets: ['c'], kind: 'pause' });
    const words = [
      [0, 'primary'],
      [1600, 'standby'],
      [1700, 'primary'],
      [1800, 'standby'],
      [1900, 'primary'],
    ] as const;
    for (const [ms, role] of words) run.role(ms, 'a', role, { source: 'probe' });
    expect(find(run.history(), 'failovers')).toMatchObject({ actual: '0' });
    expect(find(run.history(), 'double_primaries')).toMatchObject({ actual: '0' });
  });
});
