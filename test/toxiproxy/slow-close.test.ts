import { expect, test } from 'vitest';
import { VirtualClock } from '../../src/clock.js';
import { settle, startBench } from './harness.js';

async function endedSlowly() {
  const clock = new VirtualClock();
  const bench = await startBench(clock);
  await bench.api.addToxic('slow_close', { delay: 1000 });
  const { client, server } = await bench.connect();
  server.send('bytes');
  server.socket.end();
  expect(await client.read(5)).toBe('bytes');
  await settle();
  return { bench, clock, client };
}

test('slow_close passes bytes at once and the end late', async () => {
  const { clock, client } = await endedSlowly();
  clock.advance(999);
  await settle();
  expect(client.ending).toBeUndefined();
  clock.advance(1);
  expect(await client.ended()).toBe('FIN');
});

test('removing slow_close closes what waits to be closed', async () => {
  const { bench, client } = await endedSlowly();
  await bench.api.removeToxic();
  expect(await client.ended()).toBe('FIN');
});

test('changing slow_close starts the delay anew', async () => {
  const { bench, clock, client } = await endedSlowly();
  clock.advance(900);
  await bench.api.updateToxic({ delay: 500 });
  clock.advance(499);
  await settle();
  expect(client.ending).toBeUndefined();
  clock.advance(1);
  expect(await client.ended()).toBe('FIN');
});
