import { describe, expect, it } from 'vitest';
import { judge } from '../built-in.js';
import { Building, failover } from '../checker/build.js';
import { find } from '../checker/find.js';

const EXPECT = {
  detect: '<= 1s',
  recover: '<= 1s',
  outage: '<= 1s',
  availability: '>= 99%',
  lost_writes: 0,
  double_primaries: 0,
  linearizable: true,
  failback: '<= 1s',
} as const;

/** A failover as it should be; Toxiproxy is gone from `lost` on, and nothing is served any more. */
function gone(lost: number): Building {
  const run = new Building({ expect: EXPECT, steps: [{ kill: 'a' }], failback: { to: 'a' } })
    .phase(1000, 'steps')
    .step(1000, 1);
  run.role(0, 'a', 'primary', { term: 1 }).writes(20, 2000, 10).fault(2000);
  run.writes(2000, 2700, 10, { type: 'fail' }).supervisor(2400, 'declared', 'a');
  run.role(2600, 'b', 'primary', { term: 2 }).writes(2700, lost, 10, { by: 'b', term: 2 });
  run.writes(lost, 9100, 10, { type: 'info' }).ask(8000, 'failback', 'a').phase(9000, 'final reads');
  run.at(9000, { type: 'problem', message: 'Toxiproxy ended: signal SIGKILL', lost: lost * 1e6 });
  return run.phase(9100, 'down');
}

describe('a ground that was lost', () => {
  it('makes inconclusive what reaches past that instant, and names the cause once', () => {
    const verdict = judge(gone(3000).history());
    expect(verdict.verdict).toBe('inconclusive');
    expect(verdict.findings.filter((finding) => finding.verdict === 'fail')).toEqual([]);
    const told = verdict.findings.filter(({ message }) => message.includes('SIGKILL'));
    expect(told.map(({ expectation }) => expectation)).toEqual(['drill carried out']);
    for (const name of Object.keys(EXPECT)) {
      expect(find(gone(3000).history(), name)).toMatchObject({
        verdict: 'inconclusive',
        message: expect.stringContaining('what the drill stands on was lost at 3000.0 ms'),
      });
    }
    expect(verdict.groups.app!.outage_ms).toBe(710);
  });

  it('is not the same as a service that is gone', () => {
    const run = gone(3000);
    const kept = run.events().filter(({ type }) => type !== 'problem');
    const events = kept.map((event, index) => ({ ...event, index }));
    const verdict = judge({ events, run: events[0] as never, flaws: [] });
    const failed = verdict.findings
      .filter((finding) => finding.verdict === 'fail')
      .map(({ expectation }) => expectation);
    expect(failed).toEqual(expect.arrayContaining(['outage', 'availability', 'failback']));
  });

  it('excuses no damage that was seen before, and blames nobody for what was seen after', () => {
    const before = gone(4000).role(3000, 'c', 'primary', { term: 3 });
    expect(find(before.history(), 'double_primaries').verdict).toBe('fail');
    const after = gone(4000).role(4500, 'c', 'primary', { term: 3 });
    expect(find(after.history(), 'double_primaries').verdict).toBe('inconclusive');
  });

  it('is not lost by a problem of another kind', () => {
    const run = failover({ expect: { detect: '<= 1s' } }).at(3000, { type: 'problem', message: 'b is slow' });
    expect(find(run.history(), 'detect').verdict).toBe('pass');
  });
});
