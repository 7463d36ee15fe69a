import { expect, test } from 'vitest';
import { VirtualClock } from '../../src/clock.js';
import { settle, startBench, timed } from './harness.js';

test('bandwidth passes no more than its rate', async () => {
  const bench = await startBench();
  await bench.api.addToxic('bandwidth', { rate: 1000 });
  const { client, server } = await bench.connect();
  const size = 200_000;
  const took = await timed(async () => {
    server.send(Buffer.alloc(size, 'x'));
    await client.read(size);
  });
  expect(took).toBeGreaterThanOrEqual(size / 1000);
});

test('a chunk that takes long is sent in parts of 100 ms', async () => {
  const clock = new VirtualClock();
  const bench = await startBench(clock);
  await bench.api.addToxic('bandwidth', { rate: 1 });
  const { client, server } = await bench.connect();
  server.send(Buffer.alloc(250, 'x'));
  await settle();
  clock.advance(99);
  await settle();
  expect(client.waiting).toBe(0);
  for (const [ms, size] of [
    [1, 100],
    [100, 100],
    [50, 50],
  ] as const) {
    clock.advance(ms);
    await client.read(size);
    expect(client.waiting).toBe(0);
  }
});

test('a rate of 0 holds bytes and the end of the stream until it is healed', async () => {
  const clock = new VirtualClock();
  const bench = await startBench(clock);
  await bench.api.addToxic('bandwidth', { rate: 0 });
  const { client, server } = await bench.connect();
  server.send('held');
  server.socket.end();
  await settle();
  clock.advance(1e9);
  await settle();
  expect([client.waiting, client.ending]).toEqual([0, undefined]);
  await bench.api.removeToxic();
  expect(await client.read(4)).toBe('held');
  expect(await client.ended()).toBe('FIN');
});

test('a held link stops reading: the sender feels it', async () => {
  const bench = await startBench(new VirtualClock());
  await bench.api.addToxic('bandwidth', { rate: 0 });
  const { client, server } = await bench.connect();
  const total = 32 * 1024 * 1024;
  server.send(Buffer.alloc(total, 'x'));
  await settle();
  await settle();
  expect(server.socket.writableLength).toBeGreaterThan(0);
  expect(server.socket.bytesWritten - server.socket.writableLength).toBeLessThan(total / 2);
  await bench.api.removeToxic();
  expect((await client.read(total)).length).toBe(total);
});
