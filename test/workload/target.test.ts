import { describe, expect, it } from 'vitest';
import { sleep, VirtualClock } from '../../src/clock.js';
import type { RoleAnswer } from '../../src/system/system.js';
import { following, pinned } from '../../src/workload/target.js';

/** Lets promises that are already decided run. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

function pool(answers: Record<string, RoleAnswer | undefined>, takes = 0) {
  const clock = new VirtualClock();
  const asked: string[] = [];
  const target = following({
    clock,
    nodes: ['a', 'b', 'c'],
    first: 'a',
    timeout: 1000,
    asker: (node) => ({
      async role() {
        asked.push(node);
        if (takes > 0) await sleep(clock, takes);
        const answer = answers[node];
        if (!answer) throw new Error('no answer');
        return answer;
      },
      close: () => undefined,
    }),
  });
  return { clock, target, asked };
}

describe('a pinned group', () => {
  it('stays where it is, whatever it learns', () => {
    const target = pinned('a');
    target.learn('a', { type: 'fail', error: 'not primary', primary: 'b' });
    expect(target.node()).toBe('a');
  });
});

describe('a group that follows the primary', () => {
  it('goes where an answer sends it', () => {
    const { target } = pool({});
    target.learn('a', { type: 'fail', error: 'not primary', primary: 'c' });
    expect(target.node()).toBe('c');
  });

  it('ignores a name that it does not know', () => {
    const { target } = pool({});
    target.learn('a', { type: 'fail', error: 'not primary', primary: 'elsewhere' });
    expect(target.node()).toBe('a');
  });

  it('asks around when its operations are not answered, and finds the new primary', async () => {
    const { clock, target, asked } = pool({
      b: { role: 'primary', term: 2 },
      c: { role: 'standby', term: 2 },
    });
    target.node();
    clock.advance(90);
    expect(asked).toEqual([]);
    clock.advance(60);
    await settle();
    expect(new Set(asked)).toEqual(new Set(['a', 'b', 'c']));
    expect(target.node()).toBe('b');
  });

  it('finds the new primary over links whose answers take longer than it waits before it asks again', async () => {
    const { clock, target, asked } = pool({ b: { role: 'primary', term: 2 } }, 400);
    target.node();
    for (let ms = 0; ms < 550; ms += 5) {
      clock.advance(5);
      await settle();
    }
    expect(target.node()).toBe('b');
    // One question each 100 ms, until the first answer.
    expect(asked.filter((node) => node === 'b').length).toBeLessThanOrEqual(5);
  });

  it('asks nodes that answer no oftener than every 25 ms, for as long as none of them is primary', async () => {
    const standby = { role: 'standby', term: 1 } as const;
    const { clock, target, asked } = pool({ a: standby, b: standby, c: standby });
    target.learn('a', { type: 'info', error: 'time-out' });
    for (let ms = 0; ms < 500; ms += 5) {
      clock.advance(5);
      await settle();
    }
    for (const name of ['a', 'b', 'c']) expect(asked.filter((node) => node === name).length, name).toBe(20);
  });

  it('does not go back to a primary of an older term', async () => {
    const { clock, target } = pool({ a: { role: 'primary', term: 1 }, b: { role: 'standby', term: 1 } });
    target.learn('a', { type: 'fail', error: 'not primary', primary: 'b' });
    target.learn('b', { type: 'ok', value: null, term: 2 });
    target.learn('b', { type: 'info', error: 'time-out' });
    clock.advance(200);
    await settle();
    expect(target.node()).toBe('b');
  });

  it('leaves answers of a node that it has left aside', () => {
    const { target } = pool({});
    target.learn('a', { type: 'fail', error: 'not primary', primary: 'b' });
    target.learn('a', { type: 'fail', error: 'not primary', primary: 'c' });
    expect(target.node()).toBe('b');
  });

  it('tries the next node where nobody can be asked', () => {
    const target = following({
      clock: new VirtualClock(),
      nodes: ['a', 'b'],
      first: 'a',
      timeout: 1000,
      asker: undefined,
    });
    target.learn('a', { type: 'info', error: 'lost connection' });
    expect(target.node()).toBe('b');
    target.learn('b', { type: 'fail', error: 'refused' });
    expect(target.node()).toBe('a');
  });
});
