import { expect, test } from 'vitest';
import { VirtualClock } from '../../src/clock.js';
import { settle, startBench, timed } from './harness.js';

test('latency never delivers sooner than it says', async () => {
  const bench = await startBench();
  await bench.api.addToxic('latency', { latency: 60 });
  const { client, server } = await bench.connect();
  const took = await timed(async () => {
    server.send('late');
    await client.read(4);
  });
  expect(took).toBeGreaterThanOrEqual(60);
});

test('latency works on its own stream only', async () => {
  const bench = await startBench(new VirtualClock());
  await bench.api.addToxic('latency', { latency: 1000 });
  const { client, server } = await bench.connect();
  client.send('up');
  expect(await server.read(2)).toBe('up');
});

test('latency delays each chunk from its own arrival, so it does not limit throughput', async () => {
  const clock = new VirtualClock();
  const bench = await startBench(clock);
  await bench.api.addToxic('latency', { latency: 1000 });
  const { client, server } = await bench.connect();
  server.send('one');
  await settle();
  clock.advance(600);
  server.send('two');
  await settle();
  clock.advance(399);
  await settle();
  expect(client.waiting).toBe(0);
  clock.advance(1);
  expect(await client.read(3)).toBe('one');
  clock.advance(599);
  await settle();
  expect(client.waiting).toBe(0);
  clock.advance(1);
  expect(await client.read(3)).toBe('two');
});

test('jitter stays within its bounds', async () => {
  const clock = new VirtualClock();
  const bench = await startBench(clock);
  await bench.api.addToxic('latency', { latency: 1000, jitter: 200 });
  const { client, server } = await bench.connect();
  const delays = new Set<number>();
  for (let round = 0; round < 10; round++) {
    server.send('x');
    await settle();
    const start = clock.now();
    clock.advance(800 - 1);
    expect(client.waiting).toBe(0);
    clock.advance((clock.next() as number) - clock.now());
    await client.read(1);
    expect(clock.now() - start).toBeLessThan(1200);
    delays.add(clock.now() - start);
  }
  expect(delays.size).toBeGreaterThan(1);
});

test('the delays of two latency toxics add up', async () => {
  const clock = new VirtualClock();
  const bench = await startBench(clock);
  await bench.api.addToxic('latency', { latency: 300 }, { name: 'a' });
  await bench.api.addToxic('latency', { latency: 500 }, { name: 'b' });
  const { client, server } = await bench.connect();
  server.send('x');
  await settle();
  clock.advance(799);
  await settle();
  expect(client.waiting).toBe(0);
  clock.advance(1);
  expect(await client.read(1)).toBe('x');
});

test('a delay longer than a timer can count holds', async () => {
  const clock = new VirtualClock();
  const bench = await startBench(clock);
  await bench.api.addToxic('latency', { latency: 2 ** 40 });
  const { client, server } = await bench.connect();
  server.send('x');
  await settle();
  clock.advance(2 ** 40 - 1);
  await settle();
  expect(client.waiting).toBe(0);
  clock.advance(1);
  expect(await client.read(1)).toBe('x');
});

test('removing latency delivers what it holds at once and in order', async () => {
  const bench = await startBench(new VirtualClock());
  await bench.api.addToxic('latency', { latency: 1e9 });
  const { client, server } = await bench.connect();
  for (const text of ['a', 'b', 'c']) {
    server.send(text);
    await settle();
  }
  await bench.api.removeToxic();
  expect(await client.read(3)).toBe('abc');
  server.send('d');
  expect(await client.read(1)).toBe('d');
});

test('shortening latency delivers what is due under the new one', async () => {
  const clock = new VirtualClock();
  const bench = await startBench(clock);
  await bench.api.addToxic('latency', { latency: 1e9 });
  const { client, server } = await bench.connect();
  server.send('a');
  await settle();
  server.send('b');
  await settle();
  await bench.api.updateToxic({ latency: 10 });
  expect(await client.read(1)).toBe('a');
  clock.advance(10);
  expect(await client.read(1)).toBe('b');
});
