import { describe, expect, it } from 'vitest';
import { judge } from '../built-in.js';
import { Building, failover, withoutEnd } from './build.js';
import { find } from './find.js';

const NONE = { expect: { lost_writes: 0 } };
const FINAL = { client: 'final' };

describe('no lost write', () => {
  it('is what was added to a counter, whose reads give sums; nor is such a read stale', () => {
    const run = new Building({ workload: { type: 'counter' } })
      .operation(100, 'add', 2)
      .operation(200, 'add', 3);
    run.read(300, 5).read(900, 5, FINAL);
    const { lost_writes, phantom_writes, stale_reads } = judge(run.history()).counts;
    expect([lost_writes, phantom_writes, stale_reads]).toEqual([0, 0, 0]);
  });

  it('is one that the final read shows', () => {
    expect(find(failover(NONE).history(), 'lost_writes')).toMatchObject({ verdict: 'pass', actual: '0' });
  });

  it('is one that was superseded by what the final read shows, acknowledged or in doubt', () => {
    for (const type of ['ok', 'info'] as const) {
      const run = new Building(NONE).write(100, 1).write(200, 2, { type }).read(900, 2, FINAL);
      expect(find(run.history(), 'lost_writes').verdict).toBe('pass');
    }
  });

  it('is one that ran at the same time as what the final read shows', () => {
    const run = new Building(NONE)
      .write(100, 1, { took: 50 })
      .write(120, 2, { took: 50 })
      .read(900, 1, FINAL);
    expect(find(run.history(), 'lost_writes').verdict).toBe('pass');
  });

  it('is one in doubt, whose value may have come late', () => {
    const run = new Building(NONE).write(100, 1, { type: 'info' }).write(300, 2).read(900, 1, FINAL);
    expect(find(run.history(), 'lost_writes').verdict).toBe('pass');
    const gone = new Building(NONE).write(100, 1).write(200, 2, { type: 'info' }).read(900, 1, FINAL);
    expect(judge(gone.history()).counts).toMatchObject({ lost_writes: 0, info: 1 });
  });

  it('is an element that the final list has', () => {
    const run = new Building(NONE).operation(100, 'add', 1).operation(200, 'add', 2).read(900, [2, 1], FINAL);
    expect(find(run.history(), 'lost_writes').verdict).toBe('pass');
  });
});

describe('a lost write', () => {
  it('is one after which the final read shows what was surely before', () => {
    const run = new Building(NONE)
      .write(100, 1)
      .write(200, 2, { by: 'a', term: 7 })
      .read(300, 2)
      .read(900, 1, { ...FINAL, by: 'b' });
    const fault = run.fault(250);
    expect(fault).toBe('fault-1');
    const finding = find(run.history(), 'lost_writes');
    expect(finding).toMatchObject({ verdict: 'fail', expected: '0', actual: '1' });
    expect(finding.message).toContain('1 of 2 acknowledged writes are lost');
    expect(finding.message).toContain(
      'the earliest was acknowledged 48.0 ms before fault-1 (kill a) took effect',
    );
    expect(finding.message).toMatch(/write 2 to k \(event \d+\), acknowledged by a \(term 7\) at 202.0 ms/);
    expect(finding.message).toContain('last seen by a read by a (term 1) at 302.0 ms');
    expect(finding.message).toContain('the final read shows 1');
    expect(finding.evidence).toHaveLength(3);
  });

  it('is every one of those that asynchronous replication left behind', () => {
    const run = new Building(NONE).write(100, 'kept', { key: 'x' }).write(150, 'kept', { key: 'y' });
    run.fault(1000, { kind: 'partition' });
    for (const [ms, key] of [
      [1100, 'x'],
      [1200, 'y'],
      [1300, 'x'],
    ] as const)
      run.write(ms, `lost${ms}`, { key });
    run.write(1400, 'newer', { key: 'z', by: 'b', term: 2 });
    for (const key of ['x', 'y']) run.read(9000, 'kept', { ...FINAL, key });
    run.read(9000, 'newer', { ...FINAL, key: 'z' });
    const finding = find(run.history(), 'lost_writes');
    expect(finding).toMatchObject({ verdict: 'fail', actual: '3' });
    expect(finding.message).toContain('102.0 ms after fault-1');
  });

  it('does not hide behind a later write to the same key that is not what the final read shows', () => {
    const run = new Building(NONE).write(100, 0).write(200, 1).write(300, 2).read(900, 0, FINAL);
    expect(find(run.history(), 'lost_writes').actual).toBe('2');
  });

  it('does not hide behind a newer value where a read of a later term has shown it to be gone', () => {
    const run = new Building(NONE).write(100, 0).write(200, 1);
    run.read(300, 0, { by: 'b', term: 2 }).write(400, 2, { by: 'b', term: 2 }).read(900, 2, FINAL);
    run.read(350, 1, { by: 'a', term: 1 });
    const finding = find(run.history(), 'lost_writes');
    expect(finding).toMatchObject({ verdict: 'fail', actual: '1' });
    expect(finding.message).toContain('a read by b (term 2) at 302.0 ms shows 0');
  });

  it('is none where only the old term, or a read from before its acknowledgement, shows something older', () => {
    const run = new Building(NONE).write(100, 0).write(200, 1, { took: 50 }).read(300, 0);
    run.read(240, 0, { by: 'b', term: 2 }).write(400, 2, { by: 'b', term: 2 }).read(900, 2, FINAL);
    expect(find(run.history(), 'lost_writes').verdict).toBe('pass');
    const back = new Building(NONE).write(100, 0).write(200, 1).read(300, 0, { by: 'b', term: 2 });
    back.read(350, 1, { term: 3 }).write(400, 2, { term: 3 }).read(900, 2, FINAL);
    expect(find(back.history(), 'lost_writes').verdict).toBe('pass');
  });

  it('is one of which nothing is there', () => {
    const run = new Building(NONE).write(100, 1).read(900, null, FINAL);
    expect(find(run.history(), 'lost_writes')).toMatchObject({ verdict: 'fail', actual: '1' });
    const list = new Building(NONE).operation(100, 'add', 1).operation(200, 'add', 2).read(900, [2], FINAL);
    expect(find(list.history(), 'lost_writes')).toMatchObject({ verdict: 'fail', actual: '1' });
  });
});

describe('evidence that is missing', () => {
  it('makes it inconclusive: no final reads, or not of every key', () => {
    const run = new Building(NONE).write(100, 1).write(200, 1, { key: 'other' });
    expect(find(run.history(), 'lost_writes').verdict).toBe('inconclusive');
    run.read(900, 1, FINAL);
    const finding = find(run.history(), 'lost_writes');
    expect(finding.verdict).toBe('inconclusive');
    expect(finding.message).toContain('no final read of 1 key(s) with acknowledged writes: other');
  });

  it('does not excuse what is lost already', () => {
    const run = new Building(NONE).write(100, 1).write(200, 1, { key: 'other' }).read(900, null, FINAL);
    expect(find(run.history(), 'lost_writes').verdict).toBe('fail');
    expect(find(withoutEnd(run.history()), 'lost_writes').verdict).toBe('fail');
  });

  it('is all of it where nothing was acknowledged', () => {
    expect(find(new Building(NONE).history(), 'lost_writes').verdict).toBe('inconclusive');
  });
});
