/** The known-bad configurations are caught, with the finding that they announce. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeHistory } from '../../src/history/codec.js';
import { drill, type Ended, freshFolder, ROOT, verdictIn } from './drill-command.js';
import { files, nameOf } from './library-files.js';

describe('every known-bad configuration', () => {
  const out = freshFolder();
  const all = files('fixtures/known-bad');
  let ended: Ended;
  beforeAll(async () => {
    ended = await drill('run', 'fixtures/known-bad/', '--out', out);
  }, 300_000);

  it('fails', () => {
    expect(ended.code, `${ended.stdout}\n${ended.stderr}`).toBe(1);
    expect(ended.stdout).toContain(`${all.length} failed`);
  });

  it.each(all)('%s is caught, with evidence', (file) => {
    const announced = /^# Must fail: (\w+)$/m.exec(readFileSync(join(ROOT, file), 'utf8'))?.[1];
    const verdict = verdictIn(out, nameOf(file));
    const finding = verdict.findings.find(({ expectation }) => expectation === announced);
    expect(finding?.verdict).toBe('fail');
    // The evidence points into the history, at what it speaks of.
    const { events } = decodeHistory(readFileSync(join(out, nameOf(file), '1', 'history.jsonl')));
    expect(finding?.evidence.length).toBeGreaterThan(0);
    for (const index of finding?.evidence ?? []) expect(events[index]?.index).toBe(index);
    expect(finding?.message).toMatch(/term \d/);
    expect(verdict.findings.filter(({ verdict }) => verdict === 'inconclusive')).toEqual([]);
  });
});
