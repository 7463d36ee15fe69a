import { describe, expect, it } from 'vitest';
import { Building, failover } from './build.js';
import { find } from './find.js';

const IMPACT = { expect: { impact: true } } as const;

describe('impact', () => {
  it('is there where clients noticed every fault', () => {
    expect(find(failover(IMPACT).history(), 'impact')).toMatchObject({
      verdict: 'pass',
      actual: '1 of 1 faults noticed',
    });
    expect(find(failover({ expect: { impact: false } }).history(), 'impact').verdict).toBe('fail');
  });

  it("is missed where one fault was nobody's business", () => {
    const run = failover(IMPACT);
    run.fault(4000, { targets: ['c'] });
    const finding = find(run.history(), 'impact');
    expect(finding).toMatchObject({ verdict: 'fail', actual: '1 of 2 faults noticed' });
    expect(finding.message).toContain('fault-2 (kill c): none: no operation failed');
    expect(finding.evidence).toHaveLength(2);
  });

  it('is not known where nobody saw the fault take effect, or nobody asked for anything', () => {
    const run = new Building({ ...IMPACT, steps: [{ kill: 'a' }] }).phase(0, 'steps').writes(0, 1000, 10);
    run.fault(500, { effective: null });
    expect(find(run.history(), 'impact').verdict).toBe('inconclusive');
  });

  it('that a machine that stood still may have made proves nothing', () => {
    const run = new Building({ ...IMPACT, steps: [{ kill: 'c' }] }).phase(0, 'steps');
    run
      .role(0, 'a', 'primary', { term: 1 })
      .writes(0, 1000, 10)
      .fault(1000, { targets: ['c'] });
    run.stall(1200, 60).write(1200, 'x', { took: 60 }).writes(1260, 2000, 10).phase(2100, 'final reads');
    expect(find(run.history(), 'impact').verdict).toBe('inconclusive');
  });
});
