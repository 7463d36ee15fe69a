import { describe, expect, it } from 'vitest';
import { Building, failover } from './build.js';
import { find } from './find.js';

describe('failovers', () => {
  it('are the new terms between the first fault and the failback', () => {
    const run = failover({ expect: { failovers: 1 }, failback: { to: 'a' } });
    run.phase(5000, 'failback').ask(5010, 'failback', 'a').role(5050, 'a', 'primary', { term: 3 });
    expect(find(run.history(), 'failovers')).toMatchObject({ verdict: 'pass', actual: '1' });
    expect(find(run.history(), 'failovers').message).toBe('b became primary in term 2 at 2600.0 ms');
  });

  const AUTOMATIC = { expect: { failovers: 1 }, failback: { to: 'a', trigger: 'automatic' } } as const;

  it('do not count the way back that supervisors take by themselves, also before its phase', () => {
    const run = failover(AUTOMATIC).supervisor(4000, 'switchover', 'a', 2);
    run.supervisor(4100, 'promoted', 'a', 3).role(4100, 'a', 'primary', { term: 3 }).phase(5000, 'failback');
    expect(find(run.history(), 'failovers')).toMatchObject({ verdict: 'pass', actual: '1' });
  });

  it('count what comes after the way back', () => {
    const run = failover(AUTOMATIC).supervisor(3500, 'switchover', 'a', 2);
    run.role(3600, 'a', 'primary', { term: 3 }).fault(4000, { kind: 'pause' });
    run.supervisor(4400, 'declared', 'a').role(4500, 'c', 'primary', { term: 4 });
    run.supervisor(4700, 'switchover', 'a', 4).role(4800, 'a', 'primary', { term: 5 });
    expect(find(run.history(), 'failovers')).toMatchObject({ verdict: 'fail', actual: '2' });
  });

  it('count a failure that came upon the way back', () => {
    const run = failover(AUTOMATIC).supervisor(4000, 'switchover', 'a', 2);
    run.supervisor(4050, 'declared', 'b').role(4300, 'a', 'primary', { term: 3 });
    expect(find(run.history(), 'failovers')).toMatchObject({ verdict: 'fail', actual: '2' });
  });

  it('are none where the run ended before its steps, whoever was the first primary', () => {
    const run = new Building({ expect: { failovers: 0 } })
      .phase(0, 'up')
      .role(500, 'a', 'primary', { term: 1 });
    run.phase(600, 'steady').at(900, { type: 'problem', message: 'clients are behind', lost: 800e6 });
    run.phase(901, 'down');
    expect(find(run.history(), 'failovers')).toMatchObject({ verdict: 'inconclusive', actual: '0' });
  });

  it('are too many where the primary changes again', () => {
    const run = failover({ expect: { failovers: '<= 1' } });
    run.role(3000, 'b', 'standby').role(3001, 'c', 'primary', { term: 3 });
    expect(find(run.history(), 'failovers')).toMatchObject({ verdict: 'fail', actual: '2' });
  });
});

describe('promotions', () => {
  const planned = (promotions: number) => {
    const run = new Building({ expect: { promotions, failovers: 0 } }).phase(500, 'steps');
    run.role(0, 'a', 'primary', { term: 1 }).ask(1000, 'switchover', 'b');
    return run.role(1100, 'b', 'primary', { term: 2 }).phase(2000, 'final reads').history();
  };

  it('are all new primaries since the steps began, the planned ones too', () => {
    expect(find(planned(1), 'promotions')).toMatchObject({ verdict: 'pass', actual: '1' });
    expect(find(planned(0), 'promotions')).toMatchObject({ verdict: 'fail', actual: '1' });
    expect(find(planned(1), 'failovers')).toMatchObject({ verdict: 'pass', actual: '0' });
  });

  it('are failovers, too, and none of the failback', () => {
    const run = failover({ expect: { promotions: 1 }, failback: { to: 'a' } });
    run.phase(5000, 'failback').ask(5010, 'failback', 'a').role(5050, 'a', 'primary', { term: 3 });
    expect(find(run.history(), 'promotions')).toMatchObject({ verdict: 'pass', actual: '1' });
  });
});
