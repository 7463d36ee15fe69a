/** The final reads of a service that does not answer: they end, and what was not read is no evidence. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { VirtualClock } from '../../src/clock.js';
import type { EnvironmentError } from '../../src/errors.js';
import { finalReads } from '../../src/run/final-reads.js';
import { Recorder } from '../../src/run/recorder.js';
import type { Scene } from '../../src/run/scene.js';
import type { Outcome } from '../../src/system/system.js';
import { processes } from '../../src/workload/client-group.js';
import { queue } from '../../src/workload/queue.js';
import type { Workload } from '../../src/workload/workload.js';
import { freshFolder } from '../drills/drill-command.js';

const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

async function recorded(options: { most?: number } = {}) {
  const clock = new VirtualClock();
  const failures: EnvironmentError[] = [];
  const recorder = await Recorder.open({
    clock,
    file: join(freshFolder(), 'history.jsonl'),
    onFailure: (error) => failures.push(error),
    ...options,
  });
  return { clock, recorder, failures };
}

async function readAll(keys: number, answer: () => Promise<Outcome>, final?: Workload['final']) {
  const { clock, recorder } = await recorded();
  for (let key = 0; key < keys; key++)
    recorder.record({ type: 'invoke', process: key, f: 'write', key: `k${key}`, value: 1 });
  const scene = {
    clock,
    recorder,
    processes: processes(),
    present: { primary: () => ({ node: 'a' }) },
    places: { observe: () => ({ host: '127.0.0.1', port: 1 }) },
    system: { connect: () => ({ invoke: answer, close() {} }) },
    signal: new AbortController().signal,
  } as unknown as Scene;
  let took: number | undefined;
  const reading = finalReads(scene, final).then(() => {
    took = clock.now();
  });
  while (took === undefined) {
    await settle();
    const next = clock.next();
    if (next !== undefined) clock.advance(next - clock.now());
  }
  await reading;
  await recorder.close();
  const reads = recorder.events.filter((event) => event.type === 'invoke' && event.f === 'read');
  const problems = recorder.events.filter(({ type }) => type === 'problem');
  recorder.forget();
  return { took, reads, problems };
}

test('a service that answers nothing has a minute for all keys, however many', async () => {
  const { took, reads, problems } = await readAll(5000, () => new Promise(() => {}));
  expect(took).toBe(60_000);
  expect(reads).toHaveLength((16 * 60_000) / 2000);
  expect(problems).toMatchObject([
    { message: 'the final reads took too long: 160 of 5000 keys were asked for within 60 s' },
  ]);
});

test('keys that are answered are all read, each once', async () => {
  const { reads, problems } = await readAll(5000, async () => ({ type: 'ok', value: 1 }));
  expect(reads).toHaveLength(5000);
  expect(problems).toEqual([]);
});

test('a queue is emptied in the end; one that cannot be is told', async () => {
  const left = [1, 2, null];
  const emptied = await readAll(1, async () => ({ type: 'ok', value: left.shift() ?? null }), queue.final);
  expect([left, emptied.problems]).toEqual([[], []]);
  const { problems } = await readAll(1, async () => ({ type: 'fail', error: 'no' }), queue.final);
  expect(problems).toMatchObject([
    { message: 'what is left of k0 in the end is not known: 3 times in a row no answer' },
  ]);
});

test('a history that does not fit in memory is told once, and forgotten events make room', async () => {
  const { recorder, failures } = await recorded({ most: 10 });
  const record = () => recorder.record({ type: 'phase', phase: 'steps' });
  for (let count = 0; count < 10; count++) record();
  expect(failures).toEqual([]);
  for (let count = 0; count < 10; count++) record();
  expect(failures).toMatchObject([
    {
      message: expect.stringMatching(/expected a history of at most 10 events, which is what fits in memory/),
    },
  ]);
  recorder.forget();
  await recorder.close();
  const next = await recorded({ most: 10 });
  for (let count = 0; count < 10; count++) next.recorder.record({ type: 'phase', phase: 'steps' });
  expect(next.failures).toEqual([]);
  next.recorder.forget();
  await next.recorder.close();
});
