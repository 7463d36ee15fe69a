import { describe, expect, it } from 'vitest';
import type { EventBody, Role } from '../../src/history/event.js';
import { judge } from '../built-in.js';
import { Building, failover, withoutEnd } from './build.js';
import { find } from './find.js';

const NONE = { expect: { double_primaries: 0 } };
const NOTHING = { intervals: 0, claims: 0, accepts: 0, acknowledges: 0 };

function counted(run: Building) {
  const { counts } = judge(run.history());
  return { intervals: counts.double_primary_intervals, ...counts.double_primary_levels };
}

function handover(): Building {
  return new Building(NONE).role(0, 'a', 'primary', { term: 1 });
}

/** The answer to a probe that was asked at an instant, ms. */
function probed(node: string, role: Role, asked: number, term?: number): EventBody {
  const known = term === undefined ? {} : { term };
  return { type: 'role', node, role, source: 'probe', at: asked * 1e6, ...known };
}

describe('no double primary', () => {
  it('is a failover in which the old primary was killed first', () => {
    const history = failover(NONE).history();
    expect(find(history, 'double_primaries')).toMatchObject({ verdict: 'pass', actual: '0' });
  });

  it('is a clean handover: a steps down, then b starts', () => {
    const run = handover().writes(0, 1000, 10);
    run
      .role(1010, 'a', 'standby')
      .role(1020, 'b', 'primary', { term: 2 })
      .writes(1030, 2000, 10, { by: 'b', term: 2 });
    expect(counted(run)).toEqual({ intervals: 0, claims: 0, accepts: 0, acknowledges: 0 });
  });

  it('is a handover at one instant, as far as the clock can tell', () => {
    const run = handover()
      .role(1000.0005, 'a', 'standby')
      .role(1000, 'b', 'primary', { term: 2 })
      .phase(2000, 'down');
    expect(counted(run).intervals).toBe(0);
  });

  it('is a handover that only probes have seen, though the last probe of a is from before b began', () => {
    const run = new Building(NONE);
    for (let ms = 0; ms <= 1000; ms += 100) run.role(ms, 'a', 'primary', { term: 1, source: 'probe' });
    run
      .role(1050, 'b', 'primary', { term: 2, source: 'probe' })
      .role(1100, 'a', 'standby', { source: 'probe' });
    expect(counted(run.phase(2000, 'down')).intervals).toBe(0);
  });

  it("is a probe's answer that was under way while the node stepped down", () => {
    const run = handover().role(1000, 'a', 'standby').role(1000.2, 'b', 'primary', { term: 2 });
    run.role(1000.4, 'a', 'primary', { term: 1, source: 'probe' }).phase(2000, 'down');
    expect(counted(run).intervals).toBe(0);
  });

  it("is an old process's answer that arrives after the node was started again", () => {
    const run = new Building(NONE).role(0, 'a', 'primary', { source: 'probe' });
    run.node(1000, 'a', 'exited').role(1001, 'b', 'primary', { source: 'probe' });
    run.node(1002, 'a', 'starting').at(1050, probed('a', 'primary', 999));
    run.at(1110, probed('a', 'standby', 1100)).phase(2000, 'down');
    expect(counted(run).intervals).toBe(0);
  });

  it('is a handover that one probe each has seen while its answer was under way', () => {
    const run = new Building(NONE).at(5, probed('a', 'primary', 0));
    // The answer of a was long under way: by the time it came, a had made way for b.
    run.at(200, probed('a', 'primary', 50)).at(110, probed('b', 'primary', 100));
    run.at(260, probed('a', 'standby', 250)).phase(2000, 'down');
    expect(counted(run).intervals).toBe(0);
  });

  it('is an answer of the old term that a stalled link delivered late', () => {
    const run = handover().write(900, 'held', { took: 4000 });
    run
      .role(1000, 'a', 'standby')
      .role(1100, 'b', 'primary', { term: 2 })
      .writes(1100, 6000, 100, { by: 'b', term: 2 });
    expect(counted(run).intervals).toBe(0);
  });

  it('is a primary that was cut off and whose lease ran out before the next one began', () => {
    const run = new Building(NONE);
    for (let ms = 0; ms <= 1000; ms += 100)
      run.role(ms, 'a', 'primary', { term: 1, source: 'probe', until: ms + 600 });
    run.role(1601, 'b', 'primary', { term: 2 }).role(3000, 'a', 'standby', { source: 'probe' });
    expect(counted(run.phase(4000, 'down')).intervals).toBe(0);
  });

  it('is a paused primary whose lease ran out, and that steps down when it wakes', () => {
    const run = handover().role(1000, 'a', 'primary', { term: 1, source: 'probe', until: 1600 });
    run.role(1601, 'b', 'primary', { term: 2 });
    run.role(4990, 'a', 'primary', { term: 1, source: 'probe', until: 1600 }).role(5000, 'a', 'standby');
    expect(counted(run.phase(6000, 'down')).intervals).toBe(0);
  });

  it('is a primary whose process exited, or that was fenced', () => {
    for (const end of ['exited', 'fenced'] as const) {
      const run = handover();
      if (end === 'exited') run.node(1000, 'a', 'exited');
      else run.supervisor(1000, 'fenced', 'a');
      run.role(1001, 'b', 'primary', { term: 2 }).phase(2000, 'down');
      expect(counted(run).intervals, end).toBe(0);
    }
  });

  it('is what nodes say of themselves while the run takes them down', () => {
    const run = handover().phase(1000, 'down').role(1100, 'b', 'primary', { term: 2 });
    expect(counted(run).intervals).toBe(0);
  });
});

describe('the levels that count', () => {
  it('are those that are named and the graver ones: who acknowledges has accepted', () => {
    const run = new Building({ expect: { double_primaries: { levels: ['accepts'] } } });
    run
      .role(0, 'a', 'primary', { term: 1 })
      .role(1000, 'a', 'standby')
      .role(1010, 'b', 'primary', { term: 2 });
    run.writes(1020, 1500, 10, { by: 'b', term: 2 }).writes(1600, 1700, 10, { by: 'a', term: 1 });
    run.phase(2000, 'down');
    expect(counted(run)).toMatchObject({ accepts: 0, acknowledges: 1 });
    expect(find(run.history(), 'double_primaries').verdict).toBe('fail');
  });

  /** Both believe it for 200 ms, and b alone acknowledges. */
  const believed = (limit: object) =>
    find(
      new Building({ expect: { double_primaries: limit } })
        .role(0, 'a', 'primary', { term: 1 })
        .role(800, 'b', 'primary', { term: 2 })
        .writes(800, 1000, 10, { by: 'b', term: 2 })
        .role(1000, 'a', 'standby')
        .phase(2000, 'down')
        .history(),
      'double_primaries',
    );

  it('are all of them, or those that are named', () => {
    expect(believed({ levels: ['claims'] })).toMatchObject({ verdict: 'fail', actual: '1' });
    expect(believed({ levels: ['accepts', 'acknowledges'] })).toMatchObject({
      verdict: 'pass',
      actual: '0',
      message: 'not counted: 1 on lesser levels alone (claims)',
    });
    expect(believed({ levels: ['claims', 'accepts'], count: '<= 1' }).verdict).toBe('pass');
  });
});

describe('a double primary', () => {
  it('lasts as long as the log of the one that steps down says, though a probe heard of its end first', () => {
    const run = handover()
      .at(950, probed('a', 'primary', 940, 1))
      .role(960, 'b', 'primary', { term: 2 });
    run
      .role(1000, 'a', 'standby')
      .at(1001, probed('a', 'standby', 999, 1))
      .phase(2000, 'down');
    expect(find(run.history(), 'double_primaries').message).toContain('for 40.0 ms');
  });

  it('is no longer than from an answer to a question, where only probes have seen it', () => {
    const run = new Building(NONE);
    for (let ms = 0; ms <= 1000; ms += 50) run.at(ms + 5, probed('a', 'primary', ms));
    for (let ms = 500; ms <= 1500; ms += 50) run.at(ms + 5, probed('b', 'primary', ms));
    run.at(1055, probed('a', 'standby', 1050)).phase(2000, 'down');
    expect(find(run.history(), 'double_primaries').message).toContain('from 505.0 ms to 1000.0 ms');
  });

  it('is a node that was started again and says at once that it is primary', () => {
    const run = new Building(NONE).role(0, 'a', 'primary', { source: 'probe' });
    run.node(1000, 'a', 'exited').role(1100, 'b', 'primary', { source: 'probe' });
    run.node(2000, 'a', 'starting').role(2100, 'a', 'primary', { source: 'probe' }).phase(3000, 'down');
    expect(find(run.history(), 'double_primaries').message).toContain('from 2100.0 ms to 3000.0 ms');
  });

  it('is two nodes that claim at once, with who, which terms and which interval', () => {
    const run = handover().role(2413, 'b', 'primary', { term: 2 }).role(2825.5, 'a', 'standby');
    run.writes(2420, 2480, 10).writes(2600, 2610, 10, { by: 'b', term: 2 });
    const finding = find(run.history(), 'double_primaries');
    expect(finding).toMatchObject({ verdict: 'fail', expected: '0', actual: '1' });
    expect(finding.message).toContain(
      'a (term 1) and b (term 2) were both primary for 412.5 ms, from 2413.0 ms to 2825.5 ms (claims, accepts, acknowledges)',
    );
    expect(finding.message).toMatch(/a acknowledged 6 writes in it \(events \d+(, \d+){4}, ...\)/);
    expect(finding.message).toMatch(/b acknowledged 1 write in it \(events \d+\)/);
    const { events } = run.history();
    expect(finding.evidence.map((index) => events[index]!.type)).toEqual(
      expect.arrayContaining(['role', 'ok']),
    );
  });

  it('is a paused primary without a lease, for it claims on as soon as it goes on', () => {
    const run = handover();
    run.heal(4000, run.fault(1000, { kind: 'pause' }));
    run.role(2000, 'b', 'primary', { term: 2 }).role(5000, 'a', 'standby').phase(6000, 'down');
    expect(counted(run)).toEqual({ intervals: 1, claims: 1, accepts: 0, acknowledges: 0 });
    expect(find(run.history(), 'double_primaries').message).toContain(
      'for 1000.0 ms, from 4000.0 ms to 5000.0 ms',
    );
  });

  it('is no paused primary while it stands still, nor one whose lease has run out by the time it goes on', () => {
    const stopped = handover();
    stopped.fault(1000, { kind: 'pause' });
    stopped.role(2000, 'b', 'primary', { term: 2 }).phase(6000, 'down');
    expect(counted(stopped)).toEqual(NOTHING);
    const leased = handover().role(900, 'a', 'primary', { term: 1, until: 1500 });
    leased.heal(4000, leased.fault(1000, { kind: 'pause' }));
    leased.role(2000, 'b', 'primary', { term: 2 }).role(5000, 'a', 'standby').phase(6000, 'down');
    expect(counted(leased)).toEqual(NOTHING);
  });

  it('is no paused primary of several until all of them are', () => {
    const run = handover();
    run.fault(1000, { kind: 'pause', targets: ['c', 'a'], last: 1100 });
    run.role(1050, 'b', 'primary', { term: 2 }).phase(6000, 'down');
    expect(find(run.history(), 'double_primaries').message).toContain('from 1050.0 ms to 1100.0 ms');
  });

  it('is the rest of a node of which something else was killed than what serves', () => {
    for (const kind of ['kill', 'kill-process']) {
      const run = handover();
      run.fault(2000, { kind });
      run.role(2010, 'b', 'primary', { term: 2 }).role(2500, 'a', 'standby', { term: 1 }).phase(5200, 'down');
      expect(find(run.history(), 'double_primaries').message, kind).toContain('for 490.0 ms');
    }
    const gone = handover();
    gone.fault(2000);
    gone.node(2005, 'a', 'exited').node(2400, 'a', 'starting').role(2500, 'a', 'standby', { term: 1 });
    gone.role(2010, 'b', 'primary', { term: 2 }).phase(5200, 'down');
    expect(counted(gone)).toEqual(NOTHING);
    const silent = handover();
    silent.fault(2000, { kind: 'kill-process' });
    silent.role(2010, 'b', 'primary', { term: 2 }).phase(5200, 'down');
    expect(counted(silent)).toEqual(NOTHING);
  });

  it('is seen by what both accepted, even where no client heard of it', () => {
    const run = handover().role(1000, 'b', 'primary', { term: 2 });
    for (const [ms, a, b] of [
      [1100, 40, 2],
      [1200, 44, 9],
    ] as const) {
      run.role(ms, 'a', 'primary', { term: 1, source: 'probe', accepted: a });
      run.role(ms, 'b', 'primary', { term: 2, source: 'probe', accepted: b });
    }
    expect(counted(run.phase(2000, 'down'))).toEqual({
      intervals: 1,
      claims: 1,
      accepts: 1,
      acknowledges: 0,
    });
  });

  it('is seen by what both acknowledged, even where nobody claimed', () => {
    const run = new Building(NONE).writes(0, 3000, 100);
    run.writes(2000, 4000, 100, { by: 'b', term: 2 });
    expect(counted(run)).toEqual({ intervals: 1, claims: 0, accepts: 0, acknowledges: 1 });
    expect(find(run.history(), 'double_primaries').message).toContain('from 2002.0 ms to 2900.0 ms');
  });

  it('is seen by a read that a deposed primary still answers as primary', () => {
    const run = new Building(NONE).writes(0, 1000, 100).writes(2000, 3000, 100, { by: 'b', term: 2 });
    run.read(2500, 'a900');
    expect(counted(run)).toMatchObject({ intervals: 1, acknowledges: 1 });
    expect(find(run.history(), 'double_primaries').message).toContain('a acknowledged 1 read in it');
  });

  it('counts once where all three levels see the same interval, and twice where it comes back', () => {
    const run = handover().role(1000, 'b', 'primary', { term: 2 }).role(2000, 'a', 'standby');
    run.writes(900, 1900, 10).writes(1000, 4000, 10, { by: 'b', term: 2 });
    expect(counted(run)).toEqual({ intervals: 1, claims: 1, accepts: 1, acknowledges: 1 });
    run.role(3000, 'c', 'primary', { term: 3 });
    expect(counted(run).intervals).toBe(2);
  });

  it('is two primaries in one term, even one after the other', () => {
    const run = handover()
      .role(1000, 'a', 'standby')
      .role(2000, 'b', 'primary', { term: 1 })
      .phase(3000, 'down');
    expect(counted(run)).toMatchObject({ intervals: 1, claims: 1 });
    expect(find(run.history(), 'double_primaries').message).toContain('in one term, one after the other');
    const acks = new Building(NONE).writes(0, 500, 100).writes(1000, 1500, 100, { by: 'b' });
    expect(counted(acks)).toMatchObject({ intervals: 1, acknowledges: 1 });
  });

  it('is too few in a history that was cut short only as long as there may be more', () => {
    const run = new Building({ expect: { double_primaries: 2 } }).role(0, 'a', 'primary', { term: 1 });
    run.role(1000, 'b', 'primary', { term: 2 }).phase(3000, 'down');
    expect(find(run.history(), 'double_primaries').verdict).toBe('fail');
    expect(find(withoutEnd(run.history()), 'double_primaries').verdict).toBe('inconclusive');
  });

  it('is still seen in a history that was cut short, and never excluded by one', () => {
    const bad = handover().role(1000, 'b', 'primary', { term: 2 }).phase(3000, 'down');
    expect(find(withoutEnd(bad.history()), 'double_primaries').verdict).toBe('fail');
    expect(find(withoutEnd(failover(NONE).history()), 'double_primaries').verdict).toBe('inconclusive');
  });

  it('may be what the drill expects', () => {
    const run = handover().role(1000, 'b', 'primary', { term: 2 }).phase(3000, 'down');
    const expecting = new Building({ expect: { double_primaries: '>= 1' } });
    for (const { time, ...event } of run.history().events.slice(1, -2)) expecting.at(time / 1e6, event);
    expect(find(expecting.history(), 'double_primaries').verdict).toBe('pass');
    expect(
      find(failover({ expect: { double_primaries: '>= 1' } }).history(), 'double_primaries').verdict,
    ).toBe('fail');
  });
});

describe('no evidence', () => {
  it('is no proof of a single primary', () => {
    expect(find(new Building(NONE).history(), 'double_primaries').verdict).toBe('inconclusive');
  });
});

describe('terms', () => {
  it('that go back are reported', () => {
    const run = new Building(NONE).role(0, 'a', 'primary', { term: 5 }).role(1000, 'a', 'standby');
    run.role(2000, 'b', 'primary', { term: 4 }).phase(3000, 'down');
    expect(find(run.history(), 'double_primaries').message).toContain(
      'the term went back: b (term 4) began at 2000.0 ms, after term 5',
    );
  });
});
