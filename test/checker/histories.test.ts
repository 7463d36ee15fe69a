import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CATALOG } from '../../src/catalog.js';
import { decodeHistory, encodeHistory } from '../../src/history/codec.js';
import { historyOf } from '../../src/history/history.js';
import { judge } from '../built-in.js';
import { EXPECT, RECORDINGS, recorded } from './partition-runs.js';

const folder = new URL('../../fixtures/histories/', import.meta.url);

describe('the recorded histories', () => {
  it.each(RECORDINGS)('$file is judged $verdict', ({ file, trouble, verdict, broken }) => {
    const text = readFileSync(new URL(file, folder), 'utf8');
    const history = decodeHistory(text);
    expect(history.flaws).toEqual([]);
    expect(text === encodeHistory(recorded(trouble)), 'the file is what partition-runs.ts builds').toBe(true);
    const judged = judge(history);
    const unmet = judged.findings.filter((finding) => finding.verdict !== 'pass');
    expect(unmet.map(({ expectation }) => expectation).sort()).toEqual([...broken].sort());
    expect(judged.verdict).toBe(verdict);
    for (const finding of unmet) expect(finding.message).not.toBe('');
  });

  it('hold for every expectation one that is accepted and one that is rejected', () => {
    for (const verdict of ['pass', 'fail']) {
      const findings = RECORDINGS.flatMap(({ trouble }) => judge(historyOf(recorded(trouble))).findings);
      const named = new Set(
        findings.filter((finding) => finding.verdict === verdict).map((one) => one.expectation),
      );
      for (const name of Object.keys(EXPECT)) expect(named, `${name}: ${verdict}`).toContain(name);
    }
  });

  it('are of every expectation, but for those whose own tests have such histories', () => {
    const others = Object.keys(CATALOG.expectations).filter((name) => !(name in EXPECT));
    // errors.test.ts, latency.test.ts, failovers.test.ts, noticed.test.ts
    expect(others).toEqual(['errors', 'latency', 'promotions', 'impact']);
  });

  it('are judged alike from memory and from the file, and every time', () => {
    for (const { file, trouble } of RECORDINGS) {
      const bytes = readFileSync(new URL(file, folder));
      const once = JSON.stringify(judge(decodeHistory(bytes)));
      expect(JSON.stringify(judge(decodeHistory(bytes)))).toBe(once);
      expect(JSON.stringify(judge(historyOf(recorded(trouble))))).toBe(once);
    }
  });

  it('never pass when cut, and never fail where the whole one passes', () => {
    for (const { file, verdict } of RECORDINGS) {
      const bytes = readFileSync(new URL(file, folder));
      for (let length = 0; length < bytes.length; length += Math.ceil(bytes.length / 41)) {
        const cut = judge(decodeHistory(bytes.subarray(0, length))).verdict;
        const right = verdict === 'fail' ? ['fail', 'inconclusive'] : ['inconclusive'];
        expect(right, `${file} cut at ${length}`).toContain(cut);
      }
    }
  });
});
