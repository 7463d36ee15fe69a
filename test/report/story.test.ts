import { describe, expect, test } from 'vitest';
import { storyText } from '../../src/report/story.js';
import { columnsOf } from '../../src/report/text.js';
import { CONTROLS, finding, passing, runOf } from './samples.js';

const plain = { colors: false };
const PROOF = [
  finding('faults take effect', 'pass', { checker: 'witness', actual: '1 of 1 faults witnessed' }),
  finding('history complete', 'pass', { checker: 'integrity', actual: 'history intact' }),
];

describe('the story of a run', () => {
  test('tells what was met, what followed upon the fault, the data, the proof, and the commands', () => {
    const run = passing();
    run.verdict.findings.push(...PROOF);
    expect(storyText(run, plain)).toBe(`split-brain: pass (seed 123, process, 14.2 s)
met   recover 508.3 ms (<= 2500ms), double_primaries 0
more  detect 412.1 ms, failover 96.2 ms, outage 531.0 ms, failback 88.4 ms
chain a cut off from everyone (drop) at 2013.4 ms > declared +412.1 ms
      > fence +443.2 ms > recovered +508.3 ms
chain failed back in 88.4 ms
data  1400 writes acknowledged, 0 seen lost, 4 in doubt
proof 1 of 1 faults witnessed, history intact
again drill run drills/split-brain.yaml --seed 123 --runtime process
show  drill report .drill/now/split-brain/1
`);
  });

  test('begins with what was not met, why, and what may be the reason', () => {
    const run = runOf([
      finding('recover', 'pass'),
      finding('lost_writes', 'fail', { expected: '0', actual: '16', cause: 'the drill has no lease' }),
      finding('faults take effect', 'inconclusive', { expected: 'a witness', actual: 'none', message: '' }),
    ]);
    const text = storyText(run, plain);
    expect(
      text.startsWith(`split-brain: FAIL (seed 123, process, 14.2 s)
FAIL lost_writes: expected 0, found 16
  what was seen of lost_writes
  in two lines
  likely cause: the drill has no lease
inconclusive faults take effect: expected a witness, found none
met   recover`),
    ).toBe(true);
    expect(text).not.toContain('real ');
  });

  test('has a command more where it was simulated and did not pass', () => {
    const run = runOf([finding('recover', 'fail')], { runtime: 'sim' });
    expect(storyText(run, plain)).toContain(
      '\nreal  drill run drills/split-brain.yaml --seed 123 --runtime process\n',
    );
  });

  test('is at most 15 lines of 80 columns, however much there is, and cuts no value', () => {
    const many = Array.from({ length: 12 }, (_, at) =>
      finding(`expectation_${at}`, at % 2 ? 'pass' : 'fail', {
        message: 'word '.repeat(200),
        cause: 'because '.repeat(6),
        actual: `${at}234.5 ms`,
      }),
    );
    const text = storyText(runOf([...many, ...PROOF]), { ...plain, columns: 200 });
    const lines = text.trimEnd().split('\n');
    expect(lines.length).toBeLessThanOrEqual(15);
    for (const line of lines) expect(columnsOf(line)).toBeLessThanOrEqual(80);
    for (const value of text.match(/\d*234\S*/g) ?? []) expect(value).toMatch(/^\d+234\.5$/);
    expect(text).toMatch(/^also {2}FAIL .* and \d+ more$/m);
  });

  test('tells all that was not met in a log', () => {
    const many = Array.from({ length: 12 }, (_, at) =>
      finding(`expectation_${at}`, 'fail', { message: `${'word '.repeat(99)}end-${at}`, cause: 'because' }),
    );
    const text = storyText(runOf(many), { ...plain, whole: true });
    for (const { message } of many) expect(text.replace(/\s+/g, ' ')).toContain(message);
    expect(text.match(/likely cause/g)).toHaveLength(12);
    expect(text).not.toMatch(/…|more$/m);
  });

  test('keeps to the width of the terminal, wide characters included', () => {
    const run = runOf([
      finding('日本語の名前', 'pass', { expected: 'x'.repeat(90), actual: '本'.repeat(90) }),
    ]);
    for (const columns of [40, 60, 80]) {
      const lines = storyText({ verdict: run.verdict }, { ...plain, columns }).split('\n');
      for (const line of lines) expect(columnsOf(line)).toBeLessThanOrEqual(columns);
      expect(lines.join('').match(/本/g)).toHaveLength(91);
    }
  });

  test('tells the one reason before what follows from it, and a failure before all', () => {
    const findings = [
      finding('recover', 'inconclusive'),
      finding('faults take effect', 'inconclusive'),
      finding('history complete', 'inconclusive'),
      finding('drill carried out', 'inconclusive'),
      finding('lost_writes', 'fail'),
    ];
    const titles = (of: typeof findings) =>
      storyText(runOf(of), plain).match(/(?<=^(inconclusive|FAIL) )[a-z_ ]+(?=: expected)/gm);
    expect(titles(findings.slice(0, 4))).toEqual(['drill carried out', 'faults take effect']);
    expect(storyText(runOf(findings.slice(0, 4)), plain)).toContain(
      'also  inconclusive recover 508.3 ms (expected <= 2500ms)',
    );
    expect(titles(findings)?.slice(0, 2)).toEqual(['lost_writes', 'drill carried out']);
    const interrupted = findings.with(
      2,
      finding('history complete', 'inconclusive', { message: 'the run was interrupted' }),
    );
    expect(titles(interrupted.slice(0, 4))?.[0]).toBe('history complete');
  });

  test('uses colour only where it may', () => {
    expect(storyText(passing(), { colors: true })).toContain('split-brain: \x1b[32mpass\x1b[39m (');
    expect(storyText(passing(), plain)).not.toContain('\x1b');
  });

  test('does not let a text move the cursor', () => {
    const evil = '\x1b[2J\x1b]0;x\x07\x9b3A\revil';
    const run = runOf([finding(evil, 'fail', { expected: evil, actual: evil, message: evil, cause: evil })], {
      drill: evil,
    });
    Object.assign(run.verdict.timings.faults[0] ?? {}, { text: evil });
    const text = storyText({ ...run, file: evil, folder: evil }, plain);
    expect(text).not.toMatch(CONTROLS);
  });

  test('gives commands that a shell takes as they stand', () => {
    const run = runOf([finding('recover', 'fail')]);
    expect(storyText({ ...run, file: "my drill's; rm.yaml" }, plain)).toContain(
      "drill run 'my drill'\\''s; rm.yaml' --seed 123",
    );
    const far = `${'folder/'.repeat(12)}x.yaml`;
    expect(storyText({ ...run, file: far }, plain)).toContain(
      `again drill run ${far} \\\n      --seed 123 --runtime process\n`,
    );
  });
});
