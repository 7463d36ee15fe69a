/** When a history is with the operating system: before something is done, or, where it can be had again, in large pieces. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { VirtualClock } from '../../src/clock.js';
import { Recorder } from '../../src/run/recorder.js';
import { scratch } from '../runtime/opened.js';

async function recorded(gathers: boolean, events: number) {
  const [clock, file] = [new VirtualClock(), join(scratch(), 'history.jsonl')];
  const onFailure = (error: Error) => {
    throw error;
  };
  const recorder = await Recorder.open({ clock, file, gathers, onFailure });
  for (let event = 0; event < events; event++) recorder.record({ type: 'problem', message: 'x'.repeat(500) });
  await recorder.flush();
  const lines = () => readFileSync(file, 'utf8').split('\n').length - 1;
  return { recorder, clock, lines };
}

it('a history that is flushed is there, also while it goes on', async () => {
  const { recorder, clock, lines } = await recorded(false, 3);
  expect(lines()).toBe(3);
  recorder.record({ type: 'end', reason: 'done' });
  expect(clock.next()).toBe(10);
  await recorder.close();
  expect(lines()).toBe(4);
});

it('one that is gathered waits for nothing real and sets no timer, and is whole at its close', async () => {
  const { recorder, clock, lines } = await recorded(true, 3);
  expect([lines(), clock.next()]).toEqual([0, undefined]);
  await recorder.close();
  expect(lines()).toBe(3);
});

it('one that is gathered is not held in memory as a whole', async () => {
  const { recorder, lines } = await recorded(true, 5000);
  await new Promise<void>((resolve) => {
    const look = () => (lines() > 1000 ? resolve() : setImmediate(look));
    look();
  });
  await recorder.close();
  expect(lines()).toBe(5000);
});
