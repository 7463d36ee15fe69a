import { describe, expect, it } from 'vitest';
import { Building, failover } from './build.js';
import { find } from './find.js';

const budget = (failures: string) => ({ expect: { budget: { unavailable: '10m', per: '60m', failures } } });

describe('the budget', () => {
  it('allows as many failures as recoveries fit into it', () => {
    const finding = find(failover(budget('>= 5')).history(), 'budget');
    expect(finding).toMatchObject({
      verdict: 'pass',
      expected: '>= 5 failures per 1h',
      actual: 'allows 854 failures',
    });
    expect(finding.message).toBe(
      'the budget allows 854 failures in 1h (>= 5 needed): unavailable at most 10m, and recovered within 702.0 ms at worst',
    );
    expect(find(failover(budget('>= 900')).history(), 'budget').verdict).toBe('fail');
  });

  it('fails where the service does not recover, and is inconclusive where no fault was measured', () => {
    const run = new Building(budget('>= 5'));
    expect(find(run.history(), 'budget').verdict).toBe('inconclusive');
    run.fault(1000);
    run.writes(1000, 2000, 10, { type: 'fail' });
    expect(find(run.history(), 'budget')).toMatchObject({ verdict: 'fail', actual: 'allows 0 failures' });
    expect(find(run.cutAt(1900), 'budget').verdict).toBe('inconclusive');
  });
});
