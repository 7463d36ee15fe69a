/** A person reads the facts by which the checkers judge: who was primary when, what was in force when, how long clients waited. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeHistory } from '../../src/history/codec.js';
import { historyText } from '../../src/report/history-text.js';
import { claimsOf } from '../../src/timeline/claims.js';
import { faultsOf } from '../../src/timeline/faults.js';
import { judge } from '../built-in.js';
import { Building } from '../checker/build.js';
import { RECORDINGS } from '../checker/partition-runs.js';

const folder = new URL('../../fixtures/histories/', import.meta.url);
const ms = (time: number) => `${(time / 1e6).toFixed(1)} ms`;

describe('the text of a run', () => {
  it.each(RECORDINGS)('tells of $file what its verdict goes by', ({ file }) => {
    const history = decodeHistory(readFileSync(new URL(file, folder), 'utf8'));
    const verdict = judge(history);
    const text = historyText(history, verdict);
    expect(Object.keys(verdict.groups).length).toBeGreaterThan(0);
    for (const [group, { ok, outage_ms }] of Object.entries(verdict.groups)) {
      const waited = outage_ms.toFixed(1).replace('.', '\\.');
      expect(text).toMatch(
        new RegExp(
          `^ +${group}: ${ok === 0 ? '.*nothing' : `.*longest without(?: reads| writes)? ${waited} ms`}`,
          'm',
        ),
      );
    }
    expect(claimsOf(history).length).toBeGreaterThan(0);
    for (const { node, from, to } of claimsOf(history))
      expect(text).toMatch(new RegExp(`^ +${node} in term \\d+: ${ms(from)} to ${ms(to)}$`, 'm'));
    expect(faultsOf(history).length).toBeGreaterThan(0);
    for (const { effective } of faultsOf(history))
      expect(text).toContain(
        effective === undefined ? 'not seen to take effect' : `in force from ${ms(effective)}`,
      );
  });

  it('ends a primary that was paused where the checkers do, not at the first question that it owes', () => {
    const built = new Building().phase(1000, 'steps').role(0, 'a', 'primary', { term: 1, source: 'probe' });
    built.role(1900, 'a', 'primary', { term: 1, source: 'probe' }).fault(2000, { kind: 'pause' });
    built.role(1950, 'a', 'unknown', { source: 'probe' }).writes(0, 3000, 10, { type: 'info' });
    const history = built.history();
    const [claim] = claimsOf(history);
    expect(claim?.to).toBe(2000e6);
    expect(historyText(history)).toContain(`a in term 1: 0.0 ms to ${ms(2000e6)}`);
  });
});
