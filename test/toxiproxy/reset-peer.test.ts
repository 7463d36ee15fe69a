import { expect, test } from 'vitest';
import { VirtualClock } from '../../src/clock.js';
import { settle, startBench } from './harness.js';

test.each(['upstream', 'downstream'])(
  'reset_peer on the %s resets both ends when the first bytes come',
  async (stream) => {
    const bench = await startBench();
    await bench.api.addToxic('reset_peer', { timeout: 0 }, { stream });
    const { client, server } = await bench.connect();
    await settle();
    expect([client.ending, server.ending]).toEqual([undefined, undefined]);
    (stream === 'upstream' ? client : server).send('x');
    expect(await Promise.all([client.ended(), server.ended()])).toEqual(['RST', 'RST']);
  },
);

test('it waits for its timeout after the first bytes', async () => {
  const clock = new VirtualClock();
  const bench = await startBench(clock);
  await bench.api.addToxic('reset_peer', { timeout: 1000 });
  const { client, server } = await bench.connect();
  clock.advance(5000);
  server.send('x');
  await settle();
  clock.advance(999);
  await settle();
  expect(client.ending).toBeUndefined();
  clock.advance(1);
  expect(await client.ended()).toBe('RST');
  expect(client.waiting).toBe(0);
});

test('a reset under way cannot be called off', async () => {
  const bench = await startBench(new VirtualClock());
  await bench.api.addToxic('reset_peer', { timeout: 1000 });
  const { client, server } = await bench.connect();
  server.send('x');
  await settle();
  await bench.api.removeToxic();
  expect(await client.ended()).toBe('RST');
});

test('with a toxicity of 0 bytes pass', async () => {
  const bench = await startBench();
  await bench.api.addToxic('reset_peer', { timeout: 0 }, { toxicity: 0 });
  const { client, server } = await bench.connect();
  server.send('x');
  expect(await client.read(1)).toBe('x');
});

test('a connection made before the toxic is closed, not reset, as Toxiproxy does', async () => {
  const bench = await startBench();
  const { client, server } = await bench.connect();
  await bench.api.addToxic('reset_peer', { timeout: 0 });
  server.send('x');
  expect(await client.ended()).toBe('FIN');
});
