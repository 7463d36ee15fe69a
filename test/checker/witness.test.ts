import { describe, expect, it } from 'vitest';
import { judge } from '../../src/checker/judge.js';
import { Building } from './build.js';
import { find } from './find.js';

const NAME = 'faults take effect';

describe('faults', () => {
  it('that were seen to take effect and to be healed are fine', () => {
    const run = new Building();
    run.heal(500, run.fault(100));
    expect(find(run.history(), NAME)).toMatchObject({ verdict: 'pass', actual: '1 of 1 faults witnessed' });
  });

  it('that did nothing make no verdict, and say what was seen', () => {
    const run = new Building();
    run.fault(100, { effective: null });
    const finding = find(run.history(), NAME);
    expect(finding).toMatchObject({ verdict: 'inconclusive', actual: '1 not witnessed' });
    expect(finding.message).toBe('fault-1 (kill a) did not take effect: a: expected gone, found there');
  });

  it('that nobody looked at, or whose heal did nothing, make no verdict', () => {
    const run = new Building();
    run.at(100, { type: 'fault', fault: 'fault-9', kind: 'kill', targets: ['a'], text: 'kill a' });
    expect(find(run.history(), NAME).message).toContain('no probe looked');
    const healed = new Building();
    healed.heal(500, healed.fault(100), null);
    expect(find(healed.history(), NAME).message).toContain(
      'the heal of fault-1 (kill a) did not take effect',
    );
  });

  it('that the drill means but the run never injected make no verdict; without any there is nothing to say', () => {
    const meant = new Building({ steps: [{ together: [{ kill: 'a' }] }] });
    expect(find(meant.history(), NAME).message).toContain('no fault was injected');
    const { findings } = judge(new Building({ steps: [{ wait: '1s' }] }).history());
    expect(findings.map(({ expectation }) => expectation)).not.toContain(NAME);
  });
});
