import { describe, expect, it } from 'vitest';
import type { DrillFile } from '../../src/drill/schema.js';
import { judge } from '../built-in.js';
import { Building } from '../checker/build.js';
import { find } from '../checker/find.js';

const RECOVER = { expect: { recover: '<= 1s' } } as const;
const recovery = (run: Building) => find(run.history(), 'recover');

describe('the loss of a majority of the supervisors', () => {
  /** Two of three supervisors die at 2000; the lease of a runs out at 3000, and nobody serves from then on. */
  function majorityLoss(to = 8000): Building {
    const run = new Building({ ...RECOVER, steps: [{ kill: 'random 2 supervisor' }, { wait: '6s' }] });
    run.phase(0, 'steps').step(1999, 1).role(0, 'a', 'primary', { term: 1 });
    run.fault(2000, { targets: ['s1', 's2'] });
    return run.writes(20, 2870, 10).writes(2870, to, 10, { type: 'fail' });
  }

  it('is never recovered from, though writes were acknowledged for longer than the hold after it', () => {
    const run = majorityLoss().phase(8000, 'heal').writes(8300, 9000, 10).phase(9100, 'final reads');
    expect(recovery(run)).toMatchObject({ verdict: 'fail', actual: 'never' });
    expect(recovery(run).message).toContain('the service did not recover');
    expect(recovery(run).message).toContain(
      'when the steps ended 6000.0 ms after that; the last one was by a (term 1) at 2862.0 ms',
    );
    expect(judge(run.history()).timings.faults).toMatchObject([{ recover_ms: null }]);
  });

  it('is recovered from where somebody serves again before the steps end', () => {
    const run = majorityLoss(4000).writes(4000, 8000, 10, { by: 'b', term: 2 }).phase(8000, 'heal');
    expect(recovery(run)).toMatchObject({ verdict: 'fail', actual: '2002.0 ms' });
  });
});

describe('the undoing of a fault', () => {
  /** a is cut off at 2000 for so long, and nobody serves until then. */
  function undone(after: number, drill: Partial<DrillFile> = {}): Building {
    const run = new Building({ ...RECOVER, steps: [], ...drill })
      .phase(0, 'steps')
      .role(0, 'a', 'primary', { term: 1 });
    run.writes(20, 2000, 10).heal(2000 + after, run.fault(2000, { kind: 'partition' }));
    return run.writes(2000, 2000 + after, 10, { type: 'fail' }).writes(2000 + after, 6000, 10);
  }

  it('is no recovery', () => {
    expect(recovery(undone(1500))).toMatchObject({ verdict: 'fail', actual: 'never' });
    expect(recovery(undone(1500)).message).toContain('when it was undone 1500.0 ms after that');
  });

  it('before the service had to be there again says nothing', () => {
    const finding = recovery(undone(700));
    expect(finding).toMatchObject({ verdict: 'inconclusive', actual: 'not measured' });
    expect(finding.message).toContain('before the <= 1s had passed: let the fault last longer');
  });

  it('before any detector could act leaves it to the service to be back', () => {
    expect(recovery(undone(150))).toMatchObject({ verdict: 'pass', actual: '152.0 ms' });
    const away = undone(150).writes(2155, 6000, 5, { type: 'fail' });
    expect(recovery(away)).toMatchObject({ verdict: 'fail' });
  });

  it('is one where nobody can take over: there the service is back when it is', () => {
    const nodes = { a: { role: 'primary' }, db: { role: 'dependency' } } as const;
    const system = {
      http: { port: 80, live: 'GET /', write: { request: 'PUT /{key}' }, read: { request: 'GET /{key}' } },
    };
    const alone = { topology: { nodes, system } } as Partial<DrillFile>;
    expect(recovery(undone(700, alone))).toMatchObject({ verdict: 'pass', actual: '702.0 ms' });
    expect(recovery(undone(1500, alone))).toMatchObject({ verdict: 'fail', actual: '1502.0 ms' });
  });
});

describe('what comes after a boundary', () => {
  it('is not the fault that came before', () => {
    const served = new Building(RECOVER).phase(0, 'steps').role(0, 'a', 'primary', { term: 1 });
    served.fault(1000);
    served.writes(20, 1000, 10).writes(1000, 1300, 10, { type: 'fail' }).writes(1300, 3000, 10);
    served.ask(3000, 'switchover', 'b').writes(3000, 5000, 10, { type: 'fail' }).writes(5000, 6000, 10);
    expect(recovery(served)).toMatchObject({ verdict: 'pass', actual: '302.0 ms' });
  });

  it('too soon after the fault leaves nothing to tell', () => {
    const run = new Building(RECOVER).phase(0, 'steps').role(0, 'a', 'primary', { term: 1 });
    run.fault(1000, { targets: ['c'] });
    run.ask(1200, 'switchover', 'b').writes(20, 5000, 10);
    expect(recovery(run)).toMatchObject({ verdict: 'inconclusive', actual: 'not measured' });
    expect(recovery(run).message).toContain('too soon to tell');
  });
});

describe('unavailability', () => {
  it('begins again where the service fails again, and ends with the last time', () => {
    const run = new Building({ expect: { recover: '<= 2s' } })
      .phase(0, 'steps')
      .role(0, 'a', 'primary', { term: 1 });
    run.fault(1000);
    run.writes(20, 1000, 10).writes(1000, 1500, 10, { type: 'fail' }).writes(1500, 3000, 10);
    run.writes(3000, 3500, 10, { type: 'fail' }).writes(3500, 5000, 10);
    expect(recovery(run)).toMatchObject({ verdict: 'fail', actual: '2502.0 ms' });
  });

  it('is also that operations wait, and are served in the end', () => {
    const run = new Building(RECOVER).phase(0, 'steps').role(0, 'a', 'primary', { term: 1 });
    run.fault(1000);
    run.writes(20, 1000, 10);
    for (let ms = 1000; ms < 2400; ms += 10) run.write(ms, `${ms}`, { took: Math.max(2, 2400 - ms) });
    run.writes(2400, 5000, 10);
    expect(recovery(run)).toMatchObject({ verdict: 'fail', actual: '1400.0 ms' });
  });

  it('is not a single operation that fails among many', () => {
    const run = new Building(RECOVER).phase(0, 'steps').role(0, 'a', 'primary', { term: 1 });
    run.fault(1000, { targets: ['c'] });
    run.writes(20, 5000, 4).write(4001, 'stray', { type: 'fail' });
    expect(recovery(run)).toMatchObject({ verdict: 'pass', actual: '0.0 ms (no outage)' });
  });
});

describe('where nothing is written', () => {
  /** a dies at 2000, and reads are answered again from an instant on. */
  function readers(again: number): Building {
    const run = new Building({ ...RECOVER, steps: [{ kill: 'a' }], workload: { writes: '0%' } });
    run.phase(0, 'steps').role(0, 'a', 'primary', { term: 1 });
    const reads = (from: number, to: number, options = {}) => {
      for (let ms = from; ms < to; ms += 10) run.read(ms, null, options);
    };
    reads(20, 2000);
    run.fault(2000);
    reads(2000, again, { type: 'fail' });
    reads(again, 6000, { by: 'b', term: 2 });
    return run.phase(6100, 'final reads');
  }

  it('reads tell when the service is there again', () => {
    expect(recovery(readers(2700))).toMatchObject({ verdict: 'pass', actual: '702.0 ms' });
    expect(recovery(readers(3500))).toMatchObject({ verdict: 'fail', actual: '1502.0 ms' });
    expect(recovery(readers(6000))).toMatchObject({ verdict: 'fail', actual: 'never' });
  });
});
