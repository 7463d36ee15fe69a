import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/clock.js';
import type { EventBody } from '../../src/history/event.js';
import type { Connection, Outcome } from '../../src/system/system.js';
import { processes, RunningGroup, room } from '../../src/workload/client-group.js';
import { pinned } from '../../src/workload/target.js';
import { values } from '../../src/workload/workload.js';

const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

function group(
  answer: (key: string, signal: AbortSignal) => Promise<Outcome>,
  timeout = 1000,
  connect: (open: Connection) => Connection = (open) => open,
  most?: number,
) {
  const clock = new VirtualClock();
  const events: (EventBody & { intended?: number })[] = [];
  const connection: Connection = {
    invoke: ({ key }, signal) => answer(key, signal),
    close() {},
  };
  const unique = values();
  const full: number[] = [];
  const running = new RunningGroup({
    name: 'app',
    spec: { count: 2, rate: 100, timeout },
    clock,
    generator: { next: () => ({ f: 'write', key: 'k', value: unique.take() }) },
    processes: processes(),
    room: room(most),
    onFull: (since) => full.push(since),
    onBroken: (error) => expect.fail(String(error)),
    target: pinned('a'),
    connect: () => connect(connection),
    record: (body, times) => events.push({ ...body, ...times } as EventBody),
  });
  return { clock, events, running, full };
}

const untilAborted = (_key: string, signal: AbortSignal) =>
  new Promise<Outcome>((resolve) =>
    signal.addEventListener('abort', () => resolve({ type: 'info', error: 'time-out' })),
  );

describe('a client group', () => {
  it('records every operation with its beginning, its intended instant and its end', async () => {
    const { clock, events, running } = group(async () => ({ type: 'ok', value: null, node: 'a', term: 3 }));
    running.start();
    clock.advance(10);
    await settle();
    await running.stop();
    expect(events.map(({ type }) => type).sort()).toEqual(['invoke', 'invoke', 'ok', 'ok']);
    expect(events.filter(({ type }) => type === 'invoke').map(({ intended }) => intended)).toEqual([0, 10]);
    expect(events.find(({ type }) => type === 'ok')).toMatchObject({
      node: 'a',
      term: 3,
      client: 'app',
      value: 1,
    });
  });

  it('goes on beginning operations while earlier ones are not answered', async () => {
    const { clock, events, running } = group(untilAborted, 200);
    running.start();
    clock.advance(100);
    expect(events.filter(({ type }) => type === 'invoke')).toHaveLength(11);
    const stopped = running.stop();
    clock.advance(1000);
    await stopped;
    expect(events.filter(({ type }) => type === 'info')).toHaveLength(11);
  });

  it('sends nothing for which there is no room, and says since when', async () => {
    const { clock, events, running, full } = group(untilAborted, 200, undefined, 5);
    running.start();
    clock.advance(1000);
    await settle();
    expect(events.filter(({ type }) => type === 'invoke')).toHaveLength(5);
    expect(full).toEqual([50]);
    await running.stop();
    expect(events.filter(({ type }) => type === 'info')).toHaveLength(5);
  });

  it('has room again for as many as have ended', async () => {
    const { clock, events, running, full } = group(untilAborted, 30, undefined, 5);
    running.start();
    for (let step = 0; step < 50; step++) {
      clock.advance(10);
      await settle();
    }
    expect(full).toEqual([]);
    expect(events.filter(({ type }) => type === 'invoke')).toHaveLength(51);
    running.abandon();
  });

  it('never uses a process again whose operation is in doubt', async () => {
    const { clock, events, running } = group(untilAborted, 5);
    running.start();
    for (let step = 0; step < 20; step++) {
      clock.advance(10);
      await settle();
    }
    await Promise.all([running.stop(), Promise.resolve(clock.advance(10))]);
    const used = events
      .filter(({ type }) => type === 'invoke')
      .map((event) => ('process' in event ? event.process : -1));
    expect(new Set(used).size).toBe(used.length);
  });

  it.each([
    ['rejects', () => Promise.reject(new Error('torn\napart'))],
    [
      'throws',
      () => {
        throw new Error('torn\napart');
      },
    ],
  ])('takes an operation that %s for one in doubt, and goes on', async (_how, fail) => {
    const answers = [fail, async (): Promise<Outcome> => ({ type: 'ok', value: null })];
    const { clock, events, running } = group(() => (answers.shift() ?? fail)());
    running.start();
    clock.advance(10);
    await settle();
    await running.stop();
    const ended = events.filter(({ type }) => type !== 'invoke');
    expect(ended).toMatchObject([{ type: 'info', process: 0, error: 'torn apart' }, { type: 'ok' }]);
  });

  it('takes one whose connection cannot be opened for one in doubt, and opens it the next time', async () => {
    let opened = 0;
    const { clock, events, running } = group(
      async () => ({ type: 'ok', value: null }),
      1000,
      (open) => {
        if (opened++ === 0) throw new Error('no such driver');
        return open;
      },
    );
    running.start();
    clock.advance(20);
    await settle();
    await running.stop();
    expect(events.filter(({ type }) => type === 'info')).toMatchObject([{ error: 'no such driver' }]);
    expect(events.filter(({ type }) => type === 'ok')).toHaveLength(2);
  });

  it('ends where its generator throws, and says so', async () => {
    const clock = new VirtualClock();
    const told: unknown[] = [];
    const running = new RunningGroup({
      name: 'app',
      spec: { count: 1, rate: 100, timeout: 1000 },
      clock,
      generator: {
        next() {
          throw new Error('no such luck');
        },
      },
      processes: processes(),
      room: room(),
      onFull: () => expect.fail('there is room'),
      onBroken: (error) => told.push(error),
      target: pinned('a'),
      connect: () => expect.fail('nothing is asked for'),
      record: () => expect.fail('nothing is recorded'),
    });
    running.start();
    await settle();
    clock.advance(100);
    await settle();
    await running.stop();
    expect(told.map(String)).toEqual(['Error: no such luck']);
  });
});
