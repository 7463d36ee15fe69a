import { describe, expect, it } from 'vitest';
import { judge } from '../../src/checker/judge.js';
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
    const run = failover(BACK).ask(5200, 'failback', 'a');
    expect(find(run.history(), 'failback')).toMatchObject({ verdict: 'fail', actual: 'never' });
  });

  it('is inconclusive where nobody asked for it', () => {
    expect(find(failover(BACK).history(), 'failback')).toMatchObject({ verdict: 'inconclusive' });
  });

  it('is measured from the supervisors own switchover where it is automatic', () => {
    const run = failover({ ...BACK, failback: { to: 'a', trigger: 'automatic' } });
    run.supervisor(6100, 'switchover', 'a').role(6350, 'a', 'primary', { term: 3 });
    run.writes(6400, 7000, 10, { term: 3 });
    expect(find(run.history(), 'failback')).toMatchObject({ verdict: 'pass', actual: '302.0 ms' });
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
