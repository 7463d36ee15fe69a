import { expect, test } from 'vitest';
import { VirtualClock } from '../../src/clock.js';
import { settle, startBench, timed } from './harness.js';

const bytes = (size: number) => Buffer.from(Array.from({ length: size }, (_, index) => index % 251));

test('slicer cuts chunks and keeps every byte in order', async () => {
  const clock = new VirtualClock();
  const bench = await startBench(clock);
  await bench.api.addToxic('slicer', { average_size: 100, size_variation: 20, delay: 1000 });
  const { client, server } = await bench.connect();
  const data = bytes(1000);
  server.send(data);
  await settle();
  const sizes: number[] = [];
  for (let got = 0; got < data.length; got += sizes.at(-1) as number) {
    await settle();
    sizes.push(client.waiting);
    expect(await client.read(client.waiting)).toBe(
      data.subarray(got, got + (sizes.at(-1) as number)).toString('latin1'),
    );
    clock.advance(1);
  }
  expect(sizes.length).toBeGreaterThanOrEqual(1000 / 120);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(120);
});

test('it pauses for its delay, which counts microseconds', async () => {
  const bench = await startBench();
  await bench.api.addToxic('slicer', { average_size: 10, size_variation: 0, delay: 500 });
  const { client, server } = await bench.connect();
  const took = await timed(async () => {
    server.send(bytes(1024));
    await client.read(1024);
  });
  // 128 slices of 8 bytes, with a pause after all but the last.
  expect(took).toBeGreaterThanOrEqual(127 * 0.5);
});

test('removing it sends the rest in one piece', async () => {
  const bench = await startBench(new VirtualClock());
  await bench.api.addToxic('slicer', { average_size: 10, size_variation: 0, delay: 1e9 });
  const { client, server } = await bench.connect();
  const data = bytes(5000);
  server.send(data);
  await settle();
  expect(client.waiting).toBeLessThan(20);
  await bench.api.removeToxic();
  expect(await client.read(5000)).toBe(data.toString('latin1'));
});

test.each([
  { average_size: 0, size_variation: 0, delay: 0 },
  { average_size: 1, size_variation: 5000, delay: 0 },
  { average_size: -5, size_variation: -7, delay: 0 },
  { average_size: 10, size_variation: 9, delay: -1 },
])('it keeps every byte with senseless attributes: %o', async (attributes) => {
  const bench = await startBench();
  await bench.api.addToxic('slicer', attributes);
  const { client, server } = await bench.connect();
  const data = bytes(2000);
  server.send(data);
  expect(await client.read(2000)).toBe(data.toString('latin1'));
});
