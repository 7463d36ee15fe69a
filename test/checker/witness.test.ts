import { describe, expect, it } from 'vitest';
import { faultsOf } from '../../src/timeline/faults.js';
import { judge } from '../built-in.js';
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

  it('that were undone before their heal make no verdict; since when they took effect is not touched by that', () => {
    const run = new Building();
    const [held, undone] = [run.fault(100), run.fault(200, { kind: 'pause', effective: 210 })];
    run.look(500, held, true).heal(501, held);
    run.look(600, undone, false).heal(601, undone);
    const finding = find(run.history(), NAME);
    expect(finding).toMatchObject({ verdict: 'inconclusive', actual: '1 not witnessed' });
    expect(finding.message).toBe(
      'fault-2 (pause a) did not last until its heal: a: expected stopped, found not stopped',
    );
    expect(faultsOf(run.history()).map(({ effective }) => effective)).toEqual([100e6, 210e6]);
  });

  it('that were healed for some of their targets are over with the last of them, each heal witnessed', () => {
    const run = new Building();
    const fault = run.fault(100, { kind: 'pause', targets: ['b', 'a', 'c'] });
    run.look(200, fault, true).heal(201, fault, 202, ['a']);
    run.heal(300, fault, 301, ['b']);
    expect(find(run.history(), NAME)).toMatchObject({ verdict: 'pass' });
    expect(faultsOf(run.history())[0]).toMatchObject({ target: 'a', heal: undefined, over: 202e6 });
    run.heal(400, fault, 401);
    expect(find(run.history(), NAME)).toMatchObject({ verdict: 'pass' });
    expect(faultsOf(run.history())[0]).toMatchObject({ heal: { time: 400e6 }, over: 202e6 });

    const first = new Building();
    const other = first.fault(100, { kind: 'pause', targets: ['b', 'c'] });
    first.heal(200, other, null, ['c']);
    first.heal(300, other, 301);
    expect(find(first.history(), NAME).message).toBe(
      'the heal of fault-1 (pause b, c) for c did not take effect: nothing was seen',
    );
    expect(faultsOf(first.history())[0]).toMatchObject({ target: 'b', over: 301e6 });
    first.at(250, { type: 'heal', fault: other, targets: ['b'] });
    expect(find(first.history(), NAME).message).toContain(
      'the heal of fault-1 (pause b, c) for b: no probe looked whether it took effect',
    );
  });

  it('that the drill means but the run never injected make no verdict; without any there is nothing to say', () => {
    const meant = new Building({ steps: [{ together: [{ kill: 'a' }] }] });
    expect(find(meant.history(), NAME).message).toContain('no fault was injected');
    const { findings } = judge(new Building({ steps: [{ wait: '1s' }] }).history());
    expect(findings.map(({ expectation }) => expectation)).not.toContain(NAME);
  });
});
