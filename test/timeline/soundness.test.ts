import { describe, expect, it } from 'vitest';
import type { DrillFile } from '../../src/drill/schema.js';
import { judge } from '../built-in.js';
import { Building, type FaultOptions } from '../checker/build.js';
import { find } from '../checker/find.js';

const EXPECT = {
  detect: '<= 1s',
  failover: '<= 1s',
  recover: '<= 2s',
  outage: '<= 2s',
  failovers: '<= 1',
} as const;
const FIGURES = ['detect', 'failover', 'recover'];
const EFFECT = 'faults take effect';

/** a is hit at 2000 and declared some time later; b serves from 2700 on. */
function hit(fault: FaultOptions, declared = 2400, expectation: DrillFile['expect'] = EXPECT): Building {
  const run = new Building({ expect: expectation, steps: [{ kill: 'a' }] })
    .phase(1000, 'steps')
    .step(1990, 1);
  run.role(0, 'a', 'primary', { term: 1 }).writes(20, 2000, 10).fault(2000, fault);
  run.writes(2000, 2700, 10, { type: 'info', took: 300 }).supervisor(declared, 'declared', 'a', 1);
  run.role(2600, 'b', 'primary', { term: 2 }).writes(2700, 5000, 10, { by: 'b', term: 2 });
  return run.phase(5100, 'final reads').phase(5200, 'down');
}

describe('a fault that is injected at once', () => {
  it('is measured from its first part, and may take a quarter of the shortest time-out', () => {
    const history = hit({ last: 2100 }).history();
    for (const name of [...FIGURES, EFFECT]) expect(find(history, name).verdict).toBe('pass');
    expect(judge(history).timings.faults).toMatchObject([
      { detect_ms: 400, recover_ms: 702, injection_ms: 100 },
    ]);
  });
});

describe('a fault that is not injected at once', () => {
  it('gives no figures, whether they keep their bounds or not, and says why', () => {
    for (const expectation of [
      EXPECT,
      { detect: '<= 1ms', failover: '<= 1ms', recover: '<= 1ms' },
    ] as const) {
      const history = hit({ last: 2101 }, 2400, expectation).history();
      for (const name of [...FIGURES, EFFECT]) {
        const finding = find(history, name);
        expect(finding.verdict).toBe('inconclusive');
        expect(finding.message).toContain(
          'its last part came into force 101.0 ms after its first, and at most 100.0 ms',
        );
      }
    }
  });

  it('is one between whose parts something was declared, however close they lie', () => {
    const history = hit({ last: 2060 }, 2050).history();
    for (const name of [...FIGURES, EFFECT]) expect(find(history, name).verdict).toBe('inconclusive');
    expect(find(history, EFFECT)).toMatchObject({
      actual: '1 not as asked for',
      message: expect.stringContaining('a was declared failed before its last part came into force'),
    });
    expect(find(hit({ last: 2060 }, 2061).history(), EFFECT).verdict).toBe('pass');
  });

  it('may take 50 ms where there is no detector, and a quarter of the interval of a process list', () => {
    const within = (supervisor: NonNullable<DrillFile['topology']>['supervisor'], last: number) => {
      const nodes = { a: { role: 'primary' }, b: {} } as const;
      const run = new Building({
        topology: { nodes, ...(supervisor ? { supervisor } : {}) },
        steps: [{ kill: 'a' }],
      });
      run.step(1, 1).role(0, 'a', 'primary').fault(1000, { last });
      return find(run.history(), EFFECT).verdict;
    };
    expect([within('none', 1050), within('none', 1051)]).toEqual(['pass', 'inconclusive']);
    const list = { detect: { process: { every: '400ms' } } };
    expect([within(list, 1100), within(list, 1101)]).toEqual(['pass', 'inconclusive']);
  });

  it('excuses no damage that was seen', () => {
    const run = hit({ last: 2500 }, 2400, { double_primaries: 0, outage: '<= 100ms' });
    run.role(4000, 'a', 'primary', { term: 1 }).phase(5200, 'down');
    expect(find(run.history(), 'double_primaries').verdict).toBe('fail');
    expect(find(run.history(), 'outage').verdict).toBe('inconclusive');
    expect(find(hit({}, 2400, { outage: '<= 100ms' }).history(), 'outage').verdict).toBe('fail');
  });
});

describe('a fault with a length', () => {
  const BLIP = { failovers: 0, outage: '<= 100ms', double_primaries: 0 } as const;

  /** A cut that is asked for `asked` ms and lasts `lasted`; nobody fails over, unless `over`. */
  function cut(
    asked: number,
    lasted: number,
    over = false,
    steps: DrillFile['steps'] = [{ wait: '1s' }],
  ): Building {
    const run = new Building({ expect: BLIP, steps }).phase(500, 'steps').step(990, 1);
    run.role(0, 'a', 'primary', { term: 1 }).writes(500, 1000, 10);
    run.heal(1000 + lasted, run.fault(1000, { kind: 'partition', for: asked }));
    run.writes(1000, 1000 + lasted, 10, { type: 'fail' }).writes(1000 + lasted, 3000, 10);
    if (over) run.role(1500, 'a', 'standby').role(1600, 'b', 'primary', { term: 2 });
    return run.phase(3000, 'heal').phase(3100, 'down');
  }

  it.each([
    [150, 150, 'pass'],
    [150, 170, 'pass'],
    [150, 171, 'inconclusive'],
    [150, 129, 'inconclusive'],
    [1000, 1100, 'pass'],
    [1000, 1101, 'inconclusive'],
  ])('of %i ms may last %i ms: %s', (asked, lasted, verdict) => {
    const history = cut(asked, lasted).history();
    for (const name of ['failovers', 'double_primaries', EFFECT])
      expect(find(history, name).verdict).toBe(verdict);
    expect(judge(history).timings.faults).toMatchObject([{ asked_ms: asked, lasted_ms: lasted }]);
  });

  it('is measured between the middles of its injection and its heal, each of which is to be at once', () => {
    const healed = (at: number) => {
      const run = new Building({ expect: BLIP, steps: [{ wait: '1s' }] }).phase(500, 'steps').step(990, 1);
      const fault = run.fault(1000, { kind: 'partition', for: 300, last: 1060 });
      run.writes(500, 3000, 10).heal(1300, fault, at, undefined, 1300);
      return run.phase(3000, 'heal').phase(3100, 'down').history();
    };
    expect(judge(healed(1400)).timings.faults).toMatchObject([{ asked_ms: 300, lasted_ms: 320 }]);
    expect(find(healed(1400), EFFECT).verdict).toBe('pass');
    expect(find(healed(1401), EFFECT)).toMatchObject({
      verdict: 'inconclusive',
      message: expect.stringContaining('not undone at once: its last part ended 101.0 ms after its first'),
    });
  });

  it('is none where its parts lie further apart than half of it, however patient the detectors are', () => {
    const spread = (ms: number) => {
      const nodes = { a: { role: 'primary' }, b: {} } as const;
      const detect = { heartbeat: { interval: '1s', timeout: '10s' } };
      const topology = { nodes, supervisor: { detect, lease: '15s' } };
      const run = new Building({ topology, expect: BLIP, steps: [{ wait: '1s' }] }).step(990, 1);
      const fault = run.fault(1000, { kind: 'partition', for: 300, last: 1000 + ms });
      run.heal(1300, fault, 1300 + ms, undefined, 1300);
      return find(run.phase(5000, 'down').history(), EFFECT);
    };
    expect(spread(150).verdict).toBe('pass');
    expect(spread(151)).toMatchObject({
      verdict: 'inconclusive',
      message: expect.stringContaining(
        'not one fault of 300.0 ms: its parts came or ended up to 151.0 ms apart',
      ),
    });
  });

  it('is not known where somebody else ended it', () => {
    const run = cut(300, 5000).look(1200, 'fault-1', false);
    expect(judge(run.history()).timings.faults).toMatchObject([{ lasted_ms: null }]);
    expect(find(run.history(), EFFECT).message).not.toContain('that were asked for');
    expect(find(run.history(), EFFECT).verdict).toBe('inconclusive');
  });

  it('that was another one blames nobody, and says how long it was', () => {
    const history = cut(150, 500, true).history();
    for (const name of ['failovers', 'outage']) {
      expect(find(history, name)).toMatchObject({
        verdict: 'inconclusive',
        message: expect.stringContaining('lasted 500.0 ms, not the 150.0 ms that were asked for'),
      });
    }
    expect(find(cut(500, 500, true).history(), 'failovers').verdict).toBe('fail');
    const double = cut(150, 500, true).role(2000, 'a', 'primary', { term: 1 });
    expect(find(double.history(), 'double_primaries').verdict).toBe('fail');
  });

  it('is as long as asked where the drill itself ends it sooner', () => {
    for (const step of [{ heal: 'all' }, { heal: 'fault-1' }, { resume: 'a' }]) {
      const run = cut(1000, 300, false, [{ wait: '1s' }, step]).step(1299, 2);
      expect(find(run.history(), EFFECT).verdict).toBe('pass');
    }
    const other = cut(1000, 300, false, [{ wait: '1s' }, { heal: 'other' }]).step(1299, 2);
    expect(find(other.history(), EFFECT).verdict).toBe('inconclusive');
  });

  it('is cut short by the end of the steps', () => {
    const run = new Building({ expect: BLIP, steps: [{ heal: 'all' }] }).phase(500, 'steps').step(990, 1);
    run.role(0, 'a', 'primary', { term: 1 }).writes(500, 2000, 10).phase(1004, 'heal');
    run.heal(1005, run.fault(1000, { kind: 'pause', for: 4000 }));
    expect(find(run.history(), EFFECT)).toMatchObject({
      verdict: 'inconclusive',
      message: expect.stringContaining(
        'lasted 5.0 ms, not the 4000.0 ms that were asked for, for the steps had ended',
      ),
    });
  });
});

describe('a fault that nobody saw take effect', () => {
  it('excuses what did not come of it', () => {
    const run = hit({ effective: null }, 2400, { failovers: 0, outage: '<= 100ms' });
    for (const name of ['failovers', 'outage'])
      expect(find(run.history(), name).verdict).toBe('inconclusive');
  });
});
