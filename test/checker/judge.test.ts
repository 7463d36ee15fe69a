import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { CATALOG } from '../../src/catalog.js';
import { judge as judgeBy } from '../../src/checker/judge.js';
import { decodeHistory, encodeHistory } from '../../src/history/codec.js';
import { type History, historyOf } from '../../src/history/history.js';
import { judge } from '../built-in.js';
import { Building, failover } from './build.js';
import { EXPECT } from './partition-runs.js';

const names = (history: History) => judge(history).findings.map(({ expectation }) => expectation);

describe('the judge', () => {
  it('gives the findings in the order of the drill file, then what every run must show', () => {
    const run = failover({ expect: { lost_writes: 0, detect: '<= 1s', double_primaries: 0 } });
    expect(names(run.history())).toEqual([
      'lost_writes',
      'detect',
      'double_primaries',
      'faults take effect',
      'history complete',
      'drill carried out',
      'nothing left behind',
    ]);
  });

  it('gives the same verdict from memory and from the file', () => {
    const events = failover({ expect: EXPECT }).events();
    const fromFile = judge(decodeHistory(encodeHistory(events)));
    expect(JSON.stringify(fromFile)).toBe(JSON.stringify(judge(historyOf(events))));
  });

  it('fills in every figure, whether anything was expected of it or not', () => {
    const verdict = judge(failover().history());
    expect(verdict).toMatchObject({
      drill: 'tiny',
      runtime: 'process',
      seed: 7,
      execution: 1,
      duration_ms: 5200,
    });
    expect(verdict.verdict).toBe('pass');
    expect(verdict.timings).toMatchObject({ failback_ms: null, failback_outage_ms: null, resync_ms: null });
    expect(verdict.timings.faults[0]).toMatchObject({
      detect_ms: 400,
      failover_ms: 302,
      recover_ms: 702,
      outage_ms: 702,
    });
    expect(verdict.counts).toMatchObject({
      ok: 428,
      fail: 0,
      info: 70,
      acked_writes: 428,
      lost_writes: 0,
      failovers: 1,
    });
  });

  it('judges an interrupted run by what there is of it', () => {
    const verdict = judge(failover({ expect: EXPECT }).cutAt(3000));
    expect(verdict.verdict).toBe('inconclusive');
    expect(verdict.timings.faults[0]).toMatchObject({ detect_ms: 400, failover_ms: 302 });
    expect(
      verdict.findings.filter(({ expectation }) => expectation in EXPECT).map((one) => one.verdict),
    ).not.toContain('pass');
    expect(verdict.findings.find(({ expectation }) => expectation === 'detect')!.message).toContain(
      'the history is not whole; in what there is of it: ',
    );
  });

  it('fails an interrupted run for what it has done by then', () => {
    const run = failover({ expect: { double_primaries: 0, detect: '<= 1s' } });
    run.role(2900, 'c', 'primary', { term: 3 });
    expect(judge(run.cutAt(3500)).verdict).toBe('fail');
  });

  it('is inconclusive on a history without a drill, or with one that cannot be read', () => {
    expect(judge(historyOf([]))).toMatchObject({ verdict: 'inconclusive', drill: 'unknown' });
    const events = new Building().events();
    const broken = events.map((event) =>
      event.type === 'run' ? { ...event, drill: { name: 5 } as never } : event,
    );
    const verdict = judge(historyOf(broken));
    expect(verdict).toMatchObject({ verdict: 'inconclusive', drill: 'unknown' });
    expect(verdict.findings[0]).toMatchObject({ expectation: 'drill readable', verdict: 'inconclusive' });
  });

  it('is inconclusive on a drill in a later language, and says what to judge it with', () => {
    const in1 = (language: number) =>
      historyOf(
        failover()
          .events()
          .map((event) => (event.type === 'run' ? { ...event, language } : event)),
      );
    expect(judge(in1(2)).verdict).toBe('pass');
    expect(judge(in1(3)).findings[0]).toMatchObject({
      expectation: 'drill readable',
      verdict: 'inconclusive',
      message: expect.stringContaining('of version 2 or earlier, found one of version 3'),
    });
  });

  it.each([
    ['nothing', () => undefined],
    ['a promise', async () => ({ verdict: 'pass' })],
    [
      'another word for it',
      () => ({ verdict: 'passed', evidence: [], message: '', expected: '', actual: '' }),
    ],
    [
      'an error',
      () => {
        throw new Error('no such luck');
      },
    ],
  ])('passes no expectation whose part gives %s', (_, judgeIt) => {
    const odd = { name: 'odd', schema: z.unknown(), needs: [], judge: judgeIt as never };
    const catalog = { ...CATALOG, expectations: { ...CATALOG.expectations, odd } };
    const events = failover()
      .events()
      .map((event) =>
        event.type === 'run' ? { ...event, drill: { ...event.drill, expect: { odd: 1 } } as never } : event,
      );
    const verdict = judgeBy(historyOf(events), catalog);
    expect(verdict.verdict).toBe('inconclusive');
    expect(verdict.findings[0]).toMatchObject({ expectation: 'odd', verdict: 'inconclusive' });
    expect(verdict.findings[0]?.message).toMatch(/^the expectation `odd` could not be judged: /);
  });

  it('reads over steps that no part here stands behind, and passes no expectation that none judges', () => {
    const drill = {
      steps: [{ vanish: 'a' }, { kill: 'a' }],
      expect: { lost_writes: 0, charm: '>= 3', constructor: 1 },
    };
    const { findings } = judge(
      historyOf(
        failover()
          .events()
          .map((event) =>
            event.type === 'run' ? { ...event, drill: { ...event.drill, ...drill } as never } : event,
          ),
      ),
    );
    const of = (name: string) => findings.find(({ expectation }) => expectation === name);
    expect(of('drill readable')).toBeUndefined();
    expect(of('lost_writes')?.verdict).toBe('pass');
    for (const name of ['charm', 'constructor'])
      expect(of(name)).toMatchObject({ verdict: 'inconclusive', actual: 'unknown' });
  });

  it('never passes on no evidence: a run in which nothing happened meets no expectation', () => {
    const { findings, verdict } = judge(new Building({ expect: EXPECT, failback: { to: 'a' } }).history());
    expect(verdict).not.toBe('pass');
    const expected = findings.filter(({ expectation }) => expectation in EXPECT);
    expect(expected.length).toBeGreaterThanOrEqual(Object.keys(EXPECT).length);
    expect(expected.filter(({ verdict }) => verdict === 'pass')).toEqual([]);
  });
});
