import { describe, expect, test } from 'vitest';
import { summaryMarkdown } from '../../src/report/summary.js';
import { finding, passing, runOf, verdictOf } from './samples.js';

describe('summary.md', () => {
  test('shows a drill with its figures against their bounds, and those without a bound', () => {
    expect(summaryMarkdown([passing()])).toBe(`## Failover drills: pass

| Drill | Verdict | Runtime | Time | File |
| --- | --- | --- | --- | --- |
| split-brain | pass | process | 14.2 s | drills/split-brain.yaml |

### split-brain: pass

The primary is cut off.

| Figure | Bound | Measured | Verdict |
| --- | --- | --- | --- |
| recover | \\<= 2500ms | 508.3 ms | pass |
| double\\_primaries | 0 | 0 | pass |
| detect |  | 412.1 ms |  |
| failover |  | 96.2 ms |  |
| outage |  | 531.0 ms |  |
| failback |  | 88.4 ms |  |

\`\`\`mermaid
timeline
  title split-brain
  section fault-1
    2013.4 ms : a cut off from everyone (drop)
    +412.1 ms : declared
    +443.2 ms : fence
    +508.3 ms : recovered
  section failback
    +88.4 ms : first write
\`\`\`

Inventory: before: nothing of this run; created: 8 processes, 33 proxies and 1 folder; after: nothing of this run

Reproduce:

\`\`\`sh
drill run drills/split-brain.yaml --seed 123 --runtime process
\`\`\`
`);
  });

  test('condenses repeats to the median and the worst, and reproduces the one that failed', () => {
    const runs = [500, 700, 2900].map((ms, index) => {
      const { timings } = verdictOf([]);
      const faults = timings.faults.map((fault) => ({ ...fault, recover_ms: ms }));
      return runOf([finding('recover', ms > 2500 ? 'fail' : 'pass', { actual: `${ms} ms` })], {
        execution: index + 1,
        seed: 100 + index,
        timings: { ...timings, faults },
      });
    });
    const text = summaryMarkdown(runs);
    expect(text).toContain('## Failover drills: 2 pass, 1 FAIL');
    expect(text).toContain('| Figure | Bound | Median | Worst | Verdict |');
    expect(text).toContain('| recover | \\<= 2500ms | 700.0 ms | 2900.0 ms | 2 pass, 1 FAIL |');
    expect(text).toContain('| detect |  | 412.1 ms | 412.1 ms |  |');
    expect(text).toContain('**FAIL: recover** (execution 3, seed 102): expected \\<= 2500ms, found 2900 ms');
    expect(text).toContain('--seed 102');
    expect(text).toContain('Evidence: events 12, 41 of .drill/now/split-brain/3/history.jsonl');
  });

  test('shows what the drill file and the nodes wrote as text, not as Markdown', () => {
    const text = summaryMarkdown([
      runOf([finding('x|y', 'fail', { message: '```\n<script>\x1b[2J' })], { about: '<img> | [a](b)\n# c' }),
    ]);
    expect(text).toContain('\\<img\\> \\| \\[a\\](b) \\# c');
    expect(text).toContain('| x\\|y |');
    expect(text).toContain('````\n```\n<script>\n````');
  });

  test('draws texts of others as text, whatever Mermaid would make of them', () => {
    const evil = 'x : y; %% #z\n```\nsection <b>"';
    const run = runOf([finding('recover', 'pass')], { drill: evil });
    const [fault] = run.verdict.timings.faults;
    Object.assign(fault ?? {}, { fault: evil, text: evil });
    const [, block = ''] = /```mermaid\n([\s\S]*?)```/.exec(summaryMarkdown([run])) ?? [];
    const text = 'x #58; y#59; #37;#37; #35;z #96;#96;#96; section #60;b#62;#34;';
    expect(block.split('\n').slice(0, 4)).toEqual([
      'timeline',
      `  title ${text}`,
      `  section ${text}`,
      `    2013.4 ms : ${text}`,
    ]);
  });

  test('has no timeline where no fault took effect', () => {
    const run = passing();
    Object.assign(run.verdict.timings.faults[0] ?? {}, { at_ms: null });
    expect(summaryMarkdown([run])).not.toContain('mermaid');
  });

  test('tells the likely cause', () => {
    const text = summaryMarkdown([runOf([finding('x', 'fail', { cause: 'the drill has no lease' })])]);
    expect(text).toContain('\n\nLikely cause: the drill has no lease\n\n');
  });

  test('stays under the size that a CI service takes', () => {
    const message = 'x'.repeat(50_000);
    const runs = Array.from({ length: 300 }, (_, index) =>
      runOf(
        Array.from({ length: 10 }, () => finding('recover', 'fail', { message })),
        { drill: `d${index}` },
      ),
    );
    const text = summaryMarkdown(runs);
    expect(Buffer.byteLength(text)).toBeLessThan(1024 * 1024);
    expect(text).toContain('more drills are left off');
    expect(text).toContain('5 more unmet expectations');
  });

  test('says so where nothing was run', () => {
    expect(summaryMarkdown([])).toContain('## Failover drills: none was run');
  });
});
