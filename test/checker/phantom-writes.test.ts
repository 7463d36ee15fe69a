import { describe, expect, it } from 'vitest';
import { Building } from './build.js';
import { find } from './find.js';

const NONE = { expect: { phantom_writes: 0 } };

describe('a phantom write', () => {
  it('is a failed one that a read shows, a final read included', () => {
    for (const client of ['app', 'final']) {
      const run = new Building(NONE).write(100, 1, { type: 'fail' }).read(200, 1, { by: 'b', client });
      const finding = find(run.history(), 'phantom_writes');
      expect(finding).toMatchObject({ verdict: 'fail', actual: '1' });
      expect(finding.message).toContain('write 1 to k failed at 102.0 ms');
      expect(finding.evidence).toHaveLength(2);
    }
  });

  it('is a failed element in a list', () => {
    const run = new Building(NONE).operation(100, 'add', 1, { type: 'fail' }).read(200, [3, 1]);
    expect(find(run.history(), 'phantom_writes').actual).toBe('1');
  });

  it('is none that stays away, and none where another write explains what was read', () => {
    const run = new Building(NONE).write(100, 1, { type: 'fail' }).read(200, null);
    run.write(300, 2, { type: 'fail' }).write(310, 2, { type: 'info' }).read(400, 2);
    expect(find(run.history(), 'phantom_writes')).toMatchObject({ verdict: 'pass', actual: '0' });
  });

  it('is none in doubt', () => {
    const run = new Building(NONE).write(100, 1, { type: 'info' }).read(200, 1);
    expect(find(run.history(), 'phantom_writes').verdict).toBe('pass');
  });
});
