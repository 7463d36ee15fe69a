import { describe, expect, it } from 'vitest';
import { failover } from './build.js';
import { find } from './find.js';

describe('failovers', () => {
  it('are the new terms between the first fault and the failback', () => {
    const run = failover({ expect: { failovers: 1 }, failback: { to: 'a' } });
    run.phase(5000, 'failback').ask(5010, 'failback', 'a').role(5050, 'a', 'primary', { term: 3 });
    expect(find(run.history(), 'failovers')).toMatchObject({ verdict: 'pass', actual: '1' });
    expect(find(run.history(), 'failovers').message).toBe('b became primary in term 2 at 2600.0 ms');
  });

  it('are too many where the primary changes again', () => {
    const run = failover({ expect: { failovers: '<= 1' } });
    run.role(3000, 'b', 'standby').role(3001, 'c', 'primary', { term: 3 });
    expect(find(run.history(), 'failovers')).toMatchObject({ verdict: 'fail', actual: '2' });
  });
});
