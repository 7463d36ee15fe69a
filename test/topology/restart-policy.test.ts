/** When a node that has ended is started again, in Compose's words and by the engine's rules. */
import { describe, expect, it } from 'vitest';
import {
  type Ends,
  NO_ENDS,
  oneMoreEnd,
  RESTART_POLICY,
  restartsAfter,
} from '../../src/topology/restart-policy.js';

/** After ends one after the other, each after a life of a second. */
const ends = (...details: string[]): Ends =>
  details.reduce((before, detail) => oneMoreEnd(before, detail, 1000), NO_ENDS);

describe('a restart policy', () => {
  it.each(['no', 'always', 'unless-stopped', 'on-failure', 'on-failure:3'])('may be %s', (text) =>
    expect(text).toMatch(RESTART_POLICY),
  );
  it.each(['', 'yes', 'never', 'on-failure:', 'on-failure:0', 'always:3', 'on-failure:12345'])(
    'is not %j',
    (text) => expect(text).not.toMatch(RESTART_POLICY),
  );

  it('starts again after every end, after failures, or never', () => {
    for (const policy of ['always', 'unless-stopped']) {
      expect(restartsAfter(policy, ends('exit code 0'))).toBe(true);
      expect(restartsAfter(policy, ends('signal SIGKILL'))).toBe(true);
    }
    expect(restartsAfter('on-failure', ends('exit code 0'))).toBe(false);
    expect(restartsAfter('on-failure', ends('exit code 1'))).toBe(true);
    expect(restartsAfter('no', ends('exit code 1'))).toBe(false);
    expect(restartsAfter(undefined, ends('exit code 1'))).toBe(false);
  });

  it('counts the failures in a row', () => {
    const [one, two] = ['exit code 1', 'signal SIGKILL'];
    expect(restartsAfter('on-failure:2', ends(one, two))).toBe(true);
    expect(restartsAfter('on-failure:2', ends(one, two, one))).toBe(false);
    expect(restartsAfter('on-failure:2', ends(one, two, 'exit code 0', one))).toBe(true);
  });

  it('waits twice as long each time, a minute at most, and begins anew after a long life', () => {
    const ten = Array.from({ length: 10 }, () => 'exit code 1');
    expect(ten.map((_, at) => ends(...ten.slice(0, at + 1)).delay)).toEqual([
      100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 51_200,
    ]);
    expect(ends(...ten, ...ten).delay).toBe(60_000);
    expect(oneMoreEnd(ends(...ten), 'exit code 1', 10_001).delay).toBe(100);
  });
});
