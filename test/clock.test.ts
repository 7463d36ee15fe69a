/** Time: what goes on at once, and what is given up. */
import { expect, test } from 'vitest';
import { systemClock as clock, firstToEnd, sleep } from '../src/clock.js';

test('the first to end decides how it ended, and the others are told to give up', async () => {
  const outer = new AbortController();
  const given: unknown[] = [];
  const waits = (signal: AbortSignal) => sleep(clock, 60_000, signal).catch((error) => given.push(error));
  expect(await firstToEnd<unknown>(outer.signal, waits, async () => 'first')).toBe('first');
  const refusal = new Error('refused');
  await expect(firstToEnd<unknown>(outer.signal, waits, () => Promise.reject(refusal))).rejects.toBe(refusal);
  await expect.poll(() => given.length).toBe(2);
});

test('whoever gives up from outside ends all of them', async () => {
  const outer = new AbortController();
  const waits = (signal: AbortSignal) => sleep(clock, 60_000, signal);
  const ended = firstToEnd(outer.signal, waits, waits);
  outer.abort(new Error('no longer wanted'));
  await expect(ended).rejects.toThrow('no longer wanted');
});
