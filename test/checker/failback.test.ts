import { describe, expect, it } from 'vitest';
import { judge } from '../built-in.js';
import { Building, failover } from './build.js';
import { find } from './find.js';

const BACK = { failback: { to: 'a' }, expect: { failback: '<= 500ms', resync: '<= 900ms' } };

function thereAndBack(): Building {
  const run = failover(BACK);
  run
    .ask(5200, 'restart', 'a')
    .node(5210, 'a', 'starting')
    .node(5400, 'a', 'running')
    .node(6000, 'a', 'in-sync');
  run.ask(6100, 'failback', 'a');
  run.role(6300, 'b', 'standby').role(6350, 'a', 'primary', { term: 3 });
  run.writes(6400, 7000, 10, { term: 3 });
  return run;
}

describe('failback', () => {
  it('ends with the first write that the original primary acknowledges in a newer term', () => {
    const run = thereAndBack();
    run.write(6200, 'late answer of the old term', { term: 1 });
    const history = run.history();
    expect(find(history, 'failback')).toMatchObject({ verdict: 'pass', actual: '302.0 ms' });
    expect(judge(history).timings).toMatchObject({ failback_ms: 302, resync_ms: 800 });
  });

  it('fails where the original primary never acknowledges a write again', () => {
    const run = failover(BACK).ask(4300, 'failback', 'a');
    expect(find(run.history(), 'failback')).toMatchObject({ verdict: 'fail', actual: 'never' });
  });

  it('cannot be told where clients stop asking before its limit is over', () => {
    const run = failover(BACK).ask(4700, 'failback', 'a');
    expect(find(run.history(), 'failback')).toMatchObject({
      verdict: 'inconclusive',
      actual: 'not measured',
      message: expect.stringContaining(
        'the clients that could write to it stopped before the limit was over',
      ),
    });
  });

  it('is inconclusive where nobody asked for it', () => {
    expect(find(failover(BACK).history(), 'failback')).toMatchObject({ verdict: 'inconclusive' });
  });
});

describe('an automatic failback', () => {
  const EXPECT = { failback: '<= 500ms', recover: '<= 1s' };
  const AUTOMATIC = { expect: EXPECT, failback: { to: 'a', trigger: 'automatic' } } as const;

  /** a is killed at 2000; b is primary in term 2 from 2600 on and acknowledges from 2700 to 4000. */
  function away(drill: object = {}): Building {
    const run = new Building({ ...AUTOMATIC, ...drill }).phase(1000, 'steps');
    run.role(0, 'a', 'primary', { term: 1 }).writes(0, 2000, 10);
    run.fault(2000);
    run.writes(2000, 2700, 10, { type: 'fail' }).supervisor(2400, 'declared', 'a');
    return run.role(2600, 'b', 'primary', { term: 2 }).writes(2700, 4000, 10, { by: 'b', term: 2 });
  }
  const back = (run: Building) =>
    run.role(4250, 'a', 'primary', { term: 3 }).writes(4300, 5000, 10, { term: 3 });

  it('is measured from the supervisors own switchover', () => {
    const run = back(away().supervisor(4000, 'switchover', 'a', 2));
    expect(find(run.history(), 'failback')).toMatchObject({ verdict: 'pass', actual: '302.0 ms' });
  });

  it.each([
    [3500, 310],
    [4100, 302],
  ])('is measured from there also where the conductor waits for it from %i on', (from, outage) => {
    const run = away().phase(from, 'failback').ask(from, 'failback', 'a');
    const history = back(run.supervisor(4000, 'switchover', 'a', 2)).history();
    expect(find(history, 'failback')).toMatchObject({ verdict: 'pass', actual: '302.0 ms' });
    expect(judge(history).timings.failback_outage_ms).toBe(outage);
  });

  it('takes as long as it takes, however often it is given up and begun again', () => {
    const run = away().supervisor(3500, 'switchover', 'a', 2).supervisor(4000, 'switchover', 'a', 2);
    expect(find(back(run).history(), 'failback')).toMatchObject({ verdict: 'fail', actual: '802.0 ms' });
  });

  it('fails where the supervisors never begin one though the conductor waits for it', () => {
    const run = away().phase(4000, 'failback').ask(4000, 'failback', 'a');
    run.writes(4000, 4600, 10, { by: 'b', term: 2 });
    expect(find(run.history(), 'failback')).toMatchObject({ verdict: 'fail', actual: 'never' });
  });

  it('of an earlier failover is not the one that the conductor waits for', () => {
    const run = back(away().supervisor(4000, 'switchover', 'a', 2));
    run.fault(5000);
    run.role(5500, 'b', 'primary', { term: 4 }).writes(5500, 6000, 10, { by: 'b', term: 4 });
    run.phase(6000, 'failback').ask(6000, 'failback', 'a').writes(6000, 6600, 10, { by: 'b', term: 4 });
    expect(find(run.history(), 'failback')).toMatchObject({ verdict: 'fail', actual: 'never' });
  });

  it('ends what a fault is to blame for', () => {
    // Longer than all that the fault had cost.
    const run = away({ recovery: { success: '100%', hold: '2s' } }).supervisor(4000, 'switchover', 'a', 2);
    run.writes(4000, 5000, 10, { by: 'b', type: 'fail' }).writes(5000, 6000, 10, { term: 3 });
    const { timings } = judge(run.role(4900, 'a', 'primary', { term: 3 }).history());
    expect(timings).toMatchObject({ faults: [{ outage_ms: 702, recover_ms: 702 }], failback_ms: 1002 });
  });
});

describe('resync', () => {
  it('is from the restart to in sync', () => {
    expect(find(thereAndBack().history(), 'resync')).toMatchObject({ verdict: 'pass', actual: '800.0 ms' });
  });

  it('fails where a restarted node never gets in sync', () => {
    const run = failover(BACK).ask(5200, 'restart', 'a').node(5210, 'a', 'starting');
    expect(find(run.history(), 'resync')).toMatchObject({ verdict: 'fail', actual: 'never' });
  });

  it('is from the heal for a deposed primary that was never restarted', () => {
    const run = new Building(BACK);
    run.role(0, 'a', 'primary', { term: 1 });
    run.heal(3000, run.fault(1000, { kind: 'partition' }));
    run.role(1500, 'a', 'standby').role(1600, 'b', 'primary', { term: 2 });
    run.supervisor(3200, 'in-sync', 'a');
    expect(find(run.history(), 'resync')).toMatchObject({ verdict: 'pass', actual: '200.0 ms' });
  });

  it('is nothing for a node that stayed in sync all along', () => {
    const run = new Building(BACK);
    run.role(0, 'a', 'primary', { term: 1 });
    run.heal(1100, run.fault(1000, { kind: 'partition', targets: ['c'] }));
    expect(find(run.history(), 'resync')).toMatchObject({ verdict: 'inconclusive', actual: 'not measured' });
  });
});
