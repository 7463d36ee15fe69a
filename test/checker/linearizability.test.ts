import { describe, expect, it } from 'vitest';
import { Building, withoutEnd } from './build.js';
import { find } from './find.js';

const YES = { expect: { linearizable: true } };

describe('a linearizable history', () => {
  it('has an order that explains every answer, key by key', () => {
    const run = new Building(YES)
      .write(100, 1, { took: 100 })
      .write(120, 2, { took: 100 })
      .read(150, 2, { took: 5 });
    run
      .read(230, 1)
      .read(240, 7, { key: 'other', type: 'info' })
      .write(250, 3, { type: 'info' })
      .read(400, 3);
    expect(find(run.history(), 'linearizable')).toMatchObject({ verdict: 'pass', actual: 'true' });
    expect(find(withoutEnd(run.history()), 'linearizable').verdict).toBe('inconclusive');
  });

  it('is inconclusive without operations, or for what there is no model of', () => {
    expect(find(new Building(YES).history(), 'linearizable').verdict).toBe('inconclusive');
    const set = new Building(YES).operation(100, 'add', 1).read(200, [1]);
    expect(find(set.history(), 'linearizable').verdict).toBe('inconclusive');
  });
});

describe('a history that is not linearizable', () => {
  it('fails with the few operations that show it, drawn', () => {
    const run = new Building(YES);
    for (let at = 0; at < 20; at += 1) run.write(100 + at * 10, at);
    run.read(305, 18, { by: 'b' }).read(320, 19);
    const finding = find(run.history(), 'linearizable');
    expect(finding).toMatchObject({ verdict: 'fail', actual: 'false' });
    expect(finding.message).toMatch(/^register does not hold: .* decided by zones/);
    expect(finding.message).toMatch(/process \d+ +read -> 18 .*305\.0+ \.\. 307\.0+ ms/);
    expect(finding.evidence.length).toBeGreaterThan(1);
    expect(find(withoutEnd(run.history()), 'linearizable').verdict).toBe('fail');
  });

  it('fails on a failed write that was read, and on a value from nowhere', () => {
    const failed = new Building(YES).write(100, 1, { type: 'fail' }).read(200, 1);
    expect(find(failed.history(), 'linearizable').verdict).toBe('fail');
    expect(find(new Building(YES).read(200, 5).history(), 'linearizable').verdict).toBe('fail');
  });

  it('fails on a write in doubt that comes and goes', () => {
    const run = new Building(YES).write(100, 1).write(200, 2, { type: 'info' }).read(300, 2).read(400, 1);
    expect(find(run.history(), 'linearizable').verdict).toBe('fail');
  });
});

describe('a workload is judged by its own model', () => {
  const bank = () =>
    new Building({ ...YES, workload: { type: 'bank' } }).operation(100, 'transfer', [0, 1, 5]);
  const queue = () =>
    new Building({ ...YES, workload: { type: 'queue' } })
      .operation(100, 'enqueue', 1)
      .operation(110, 'enqueue', 2)
      .operation(200, 'dequeue', 1);

  it('a bank: a transfer that is gone, or made of half, fails', () => {
    expect(find(bank().read(200, [-5, 5]).history(), 'linearizable').verdict).toBe('pass');
    expect(find(bank().read(200, [0, 0]).history(), 'linearizable').verdict).toBe('fail');
    expect(find(bank().read(200, [-5, 0]).history(), 'linearizable')).toMatchObject({
      verdict: 'fail',
      message: expect.stringContaining('the balances sum up to -5, not 0'),
    });
  });

  it('a queue: what is gone, comes twice or out of order fails', () => {
    const end = { client: 'final' };
    const ended = (left: number[]) =>
      [...left, null].reduce(
        (run, value, at) => run.operation(300 + at * 10, 'dequeue', value, end),
        queue(),
      );
    expect(find(ended([2]).history(), 'linearizable').verdict).toBe('pass');
    expect(find(ended([]).history(), 'linearizable').verdict).toBe('fail');
    expect(find(ended([2, 1]).history(), 'linearizable').verdict).toBe('fail');
    const other = new Building({ ...YES, workload: { type: 'queue' } })
      .operation(100, 'enqueue', 1)
      .operation(110, 'enqueue', 2)
      .operation(200, 'dequeue', 2);
    expect(find(other.operation(300, 'dequeue', 1).history(), 'linearizable').verdict).toBe('fail');
  });
});
