import { describe, expect, it } from 'vitest';
import { Building } from './build.js';
import { find } from './find.js';

const NONE = { expect: { stale_reads: 0 } };

describe('a stale read', () => {
  it('returns something older than what was acknowledged before it began, and says by how much', () => {
    const run = new Building(NONE).write(100, 1).write(200, 2).read(300, 1, { by: 'b' });
    const finding = find(run.history(), 'stale_reads');
    expect(finding).toMatchObject({ verdict: 'fail', actual: '1' });
    expect(finding.message).toContain('the worst by 98.0 ms');
    expect(finding.message).toContain('a read of k by b (term 1) began at 300.0 ms and returned 1');
    expect(finding.evidence).toHaveLength(2);
  });

  it('returns nothing where something was acknowledged', () => {
    const run = new Building(NONE).write(100, 1).read(300, null);
    expect(find(run.history(), 'stale_reads').actual).toBe('1');
  });

  it('is stale since the first write that it missed', () => {
    const run = new Building(NONE).write(100, 1).write(200, 2).write(250, 3).read(300, 1);
    expect(find(run.history(), 'stale_reads').message).toContain('the worst by 98.0 ms');
  });

  it('is a list without an element that was there', () => {
    const run = new Building(NONE)
      .operation(100, 'add', 1)
      .operation(200, 'add', 2)
      .read(300, [2])
      .read(310, [1, 2]);
    expect(find(run.history(), 'stale_reads')).toMatchObject({ verdict: 'fail', actual: '1' });
  });

  it('is none that runs at the same time as the newer write, or returns a write in doubt', () => {
    const run = new Building(NONE).write(100, 1).write(200, 2, { took: 50 }).read(220, 1);
    run.write(300, 3, { type: 'info' }).write(400, 4).read(500, 3);
    expect(find(run.history(), 'stale_reads')).toMatchObject({ verdict: 'pass', actual: '0' });
  });

  it('is none before anything was written', () => {
    expect(find(new Building(NONE).read(100, null).write(100, 1).history(), 'stale_reads').verdict).toBe(
      'pass',
    );
  });
});
