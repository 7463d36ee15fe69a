import { describe, expect, it } from 'vitest';
import type { DrillFile } from '../../src/drill/schema.js';
import { judge } from '../built-in.js';
import { Building, failover } from '../checker/build.js';
import { find } from '../checker/find.js';

const TIGHT = {
  detect: '<= 300ms',
  failover: '<= 200ms',
  recover: '<= 600ms',
  outage: '<= 600ms',
  availability: '>= 99%',
  failovers: 0,
  budget: { unavailable: '10m', per: '60m', failures: '>= 900' },
} as const;
const verdicts = (run: Building, expectation: object) =>
  Object.fromEntries(Object.keys(expectation).map((name) => [name, find(run.history(), name).verdict]));
const all = (expectation: object, verdict: string) =>
  Object.fromEntries(Object.keys(expectation).map((name) => [name, verdict]));

describe('a runner that stood still', () => {
  it('blames nobody for what was late: 3 s in a failover', () => {
    const run = failover({ expect: TIGHT }).stall(2010, 3000);
    expect(verdicts(run, TIGHT)).toEqual(all(TIGHT, 'inconclusive'));
    expect(find(run.history(), 'recover').message).toContain(
      'the runner stood still for 3000.0 ms, 11.0 ms after fault-1 (kill a): this machine was too busy',
    );
    expect(judge(run.history())).toMatchObject({ worst_stall_ms: 3000, verdict: 'inconclusive' });
    expect(verdicts(failover({ expect: TIGHT }), TIGHT)).toEqual(all(TIGHT, 'fail'));
  });

  it('at another time is no excuse', () => {
    // Long before, and after all that was measured.
    const run = failover({ expect: TIGHT }).stall(1010, 50).stall(4000, 500);
    expect(verdicts(run, { detect: 1, failover: 1, recover: 1, outage: 1 })).toEqual(
      all({ detect: 1, failover: 1, recover: 1, outage: 1 }, 'fail'),
    );
  });

  it('for so short a time that it changes nothing is no excuse, and one that could be the reason is', () => {
    const recover = (bound: string) =>
      find(
        failover({ expect: { recover: bound } })
          .stall(2300, 40)
          .history(),
        'recover',
      );
    expect(recover('<= 600ms').verdict).toBe('fail');
    expect(recover('<= 670ms').verdict).toBe('inconclusive');
    // Even with it, it kept the bound.
    expect(recover('<= 702ms').verdict).toBe('pass');
  });

  it('while the fault was injected may have hidden how long it was in force: it must keep the bound with that, too', () => {
    const detect = (bound: string) => {
      const run = new Building({ expect: { detect: bound } }).role(0, 'a', 'primary', { term: 1 });
      run.fault(2000, { effective: 2090 });
      return find(run.stall(2000, 90).supervisor(2400, 'declared', 'a').history(), 'detect');
    };
    expect(detect('<= 399ms')).toMatchObject({ verdict: 'inconclusive', actual: '310.0 ms' });
    expect(detect('<= 400ms')).toMatchObject({ verdict: 'pass' });
  });

  it('or a Toxiproxy that did, is named', () => {
    const run = failover({ expect: { recover: '<= 600ms' } });
    run.at(2500, { type: 'stall', at: 2100e6, took: 400e6, node: 'toxiproxy' } as never);
    expect(find(run.history(), 'recover').message).toContain('toxiproxy stood still for 400.0 ms');
  });

  it('excuses no damage', () => {
    const run = failover({ expect: { double_primaries: 0, lost_writes: 0 } }).stall(2010, 3000);
    run.role(3000, 'c', 'primary', { term: 3 }).write(4000, 'gone', { key: 'other', by: 'b', term: 2 });
    run.read(5120, null, { key: 'other', by: 'b', term: 2, client: 'final' });
    for (const name of ['double_primaries', 'lost_writes'])
      expect(find(run.history(), name).verdict).toBe('fail');
  });
});

describe('operations that were sent late', () => {
  /** From 2000 to 3000 every operation is sent `late` ms after it was meant to be, and fails where it is to. */
  function late(ms: number, expectation: DrillFile['expect'], type: 'ok' | 'fail' = 'ok'): Building {
    const run = new Building({ expect: expectation }).phase(0, 'steps').role(0, 'a', 'primary', { term: 1 });
    run.writes(0, 2000, 10).fault(1990, { targets: ['c'] });
    for (let at = 2000; at < 3000; at += 10) run.write(at + ms, `${at}`, { intended: at, type });
    for (let at = 3000 + ms; at < 6000; at += 10) run.write(at, `${at}`, { intended: at });
    return run;
  }

  it('say nothing about the system, whether they failed or were served', () => {
    for (const type of ['ok', 'fail'] as const) {
      const run = late(400, { availability: '>= 99%', outage: '<= 200ms', recover: '<= 100ms' }, type);
      expect(verdicts(run, { outage: 1, recover: 1, availability: 1 })).toEqual(
        all({ outage: 1, recover: 1, availability: 1 }, 'inconclusive'),
      );
    }
    expect(judge(late(400, {}).history()).worst_stall_ms).toBe(400);
  });

  it('are not late for what every event loop does', () => {
    const run = late(15, { availability: '>= 99%', recover: '<= 100ms' }, 'fail');
    expect(verdicts(run, { recover: 1, availability: 1 })).toEqual(
      all({ recover: 1, availability: 1 }, 'fail'),
    );
    expect(judge(run.history()).worst_stall_ms).toBe(0);
    expect(judge(failover().history()).worst_stall_ms).toBeNull();
  });
});
