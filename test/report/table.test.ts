import { describe, expect, test } from 'vitest';
import { verdictTable } from '../../src/report/table.js';
import { columnsOf } from '../../src/report/text.js';
import { CONTROLS, finding, passing, runOf } from './samples.js';

describe('the verdict table', () => {
  test('sets each figure against its bound and ends with the verdict', () => {
    expect(verdictTable(passing(), { colors: false })).toBe(`figure            bound      measured
recover           <= 2500ms  508.3 ms  pass
double_primaries  0          0         pass
detect                       412.1 ms
failover                     96.2 ms
outage                       531.0 ms
failback                     88.4 ms

split-brain: pass (seed 123, process, 14.2 s)
`);
  });

  test('shows what was not met, why, where, and the command that shows it again', () => {
    const run = runOf([
      finding('recover', 'fail', { actual: '3120.4 ms' }),
      finding('faults take effect', 'inconclusive', { expected: 'a witness', actual: 'none', evidence: [] }),
    ]);
    const text = verdictTable(run, { colors: false });
    expect(text).toContain(`recover             <= 2500ms  3120.4 ms  FAIL
faults take effect  a witness  none       inconclusive
`);
    expect(text).toContain(`
FAIL recover: expected <= 2500ms, found 3120.4 ms
  what was seen of recover
  in two lines
  events 12, 41 of .drill/now/split-brain/1/history.jsonl

inconclusive faults take effect: expected a witness, found none
`);
    expect(text).toMatch(
      /\n\nreproduce: drill run drills\/split-brain\.yaml --seed 123 --runtime process\n\n/,
    );
    expect(text.endsWith('\n\nsplit-brain: FAIL (seed 123, process, 14.2 s)\n')).toBe(true);
  });

  test('uses colour only where it may', () => {
    expect(verdictTable(passing(), { colors: true })).toContain('\x1b[32mpass\x1b[39m');
    expect(verdictTable(passing(), { colors: false })).not.toContain('\x1b');
  });

  test('keeps to the width of the terminal, wide characters included', () => {
    const run = runOf([
      finding('日本語の名前', 'pass', { expected: 'x'.repeat(90), actual: '本'.repeat(90) }),
    ]);
    for (const columns of [40, 90, 120]) {
      const text = verdictTable(run, { colors: false, columns }).split('\n\n')[0]!;
      for (const line of text.split('\n')) expect(columnsOf(line)).toBeLessThanOrEqual(columns);
      expect(text.match(/x/g)).toHaveLength(90);
      expect(text.match(/本/g)).toHaveLength(91);
    }
  });

  test('cuts no figure where the terminal is narrow', () => {
    const run = runOf([
      finding('recover', 'pass'),
      finding('drill carried out', 'inconclusive', {
        expected: 'every step done, every wait over in time',
        actual: 'not done: step 3 of 5',
      }),
    ]);
    const table = (columns: number) => verdictTable(run, { colors: false, columns }).split('\n\n')[0];
    expect(table(80)).toBe(`figure             bound                     measured
recover            <= 2500ms                 508.3 ms               pass
drill carried out  every step done, every    not done: step 3 of 5  inconclusive
                   wait over in time
detect                                       412.1 ms
failover                                     96.2 ms
outage                                       531.0 ms
failback                                     88.4 ms`);
    expect(table(40)).toBe(`recover  pass
  bound <= 2500ms
  measured 508.3 ms
drill carried out  inconclusive
  bound every step done, every wait over
  in time
  measured not done: step 3 of 5
detect
  measured 412.1 ms
failover
  measured 96.2 ms
outage
  measured 531.0 ms
failback
  measured 88.4 ms`);
  });

  test('tells the one reason before what follows from it, and a failure before all', () => {
    const findings = [
      finding('recover', 'inconclusive'),
      finding('faults take effect', 'inconclusive'),
      finding('history complete', 'inconclusive'),
      finding('drill carried out', 'inconclusive'),
      finding('lost_writes', 'fail'),
    ];
    const table = (of: typeof findings) => verdictTable(runOf(of), { colors: false });
    const titles = (text: string) => text.match(/(?<=^(inconclusive|FAIL) )[a-z_ ]+(?=: expected)/gm);
    const failed = table(findings.slice(0, 4));
    expect(titles(failed)).toEqual([
      'drill carried out',
      'faults take effect',
      'recover',
      'history complete',
    ]);
    // What follows is told in one line each.
    expect(failed).not.toContain('what was seen of recover');
    expect(titles(table(findings))?.slice(0, 2)).toEqual(['lost_writes', 'drill carried out']);
    const interrupted = findings.with(
      2,
      finding('history complete', 'inconclusive', { message: 'the run was interrupted' }),
    );
    expect(titles(table(interrupted.slice(0, 4)))?.[0]).toBe('history complete');
    // Without that, each finding speaks for itself.
    expect(table(findings.slice(0, 2))).toContain('what was seen of recover');
  });

  test('does not let a text move the cursor', () => {
    const evil = '\x1b[2J\x1b]0;x\x07\x9b3A\revil';
    const run = runOf([finding(evil, 'fail', { expected: evil, actual: evil, message: evil })], {
      drill: evil,
    });
    const text = verdictTable({ ...run, file: evil, folder: evil }, { colors: false });
    expect(text).not.toMatch(CONTROLS);
  });

  test('quotes a file name as a shell needs it', () => {
    const text = verdictTable(
      { ...runOf([finding('recover', 'fail')]), file: "my drill's; rm.yaml" },
      { colors: false },
    );
    expect(text).toContain("drill run 'my drill'\\''s; rm.yaml' --seed 123");
  });
});
