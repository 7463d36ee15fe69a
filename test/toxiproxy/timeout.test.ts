import { expect, test } from 'vitest';
import { VirtualClock } from '../../src/clock.js';
import { settle, startBench } from './harness.js';

test('with 0, bytes vanish and the connection stays up', async () => {
  const clock = new VirtualClock();
  const bench = await startBench(clock);
  await bench.api.addToxic('timeout', { timeout: 0 });
  const { client, server } = await bench.connect();
  server.send('lost');
  await settle();
  clock.advance(1e9);
  client.send('up');
  expect(await server.read(2)).toBe('up');
  expect([client.waiting, client.ending]).toEqual([0, undefined]);
});

test('removing it closes both ends of every connection', async () => {
  const bench = await startBench();
  await bench.api.addToxic('timeout', { timeout: 0 }, { stream: 'upstream' });
  const { client, server } = await bench.connect();
  await bench.api.removeToxic();
  expect(await Promise.all([client.ended(), server.ended()])).toEqual(['FIN', 'FIN']);
});

test('removing it closes even connections that its toxicity spared', async () => {
  const bench = await startBench();
  await bench.api.addToxic('timeout', { timeout: 0 }, { toxicity: 0 });
  const { client, server } = await bench.connect();
  server.send('hi');
  expect(await client.read(2)).toBe('hi');
  await bench.api.removeToxic();
  expect(await client.ended()).toBe('FIN');
});

test('/reset closes them too', async () => {
  const bench = await startBench();
  await bench.api.addToxic('timeout', { timeout: 0 });
  const { client, server } = await bench.connect();
  await bench.api.call('POST', '/reset');
  expect(await Promise.all([client.ended(), server.ended()])).toEqual(['FIN', 'FIN']);
});

test('it closes a connection that brings nothing for so long, and bytes start the wait anew', async () => {
  const clock = new VirtualClock();
  const bench = await startBench(clock);
  await bench.api.addToxic('timeout', { timeout: 1000 });
  const { client, server } = await bench.connect();
  clock.advance(900);
  server.send('x');
  await settle();
  clock.advance(999);
  await settle();
  expect(client.ending).toBeUndefined();
  clock.advance(1);
  expect(await client.ended()).toBe('FIN');
});

test('a FIN passes where bytes do not', async () => {
  const bench = await startBench();
  await bench.api.addToxic('timeout', { timeout: 0 });
  const { client, server } = await bench.connect();
  server.socket.end('lost');
  expect(await client.ended()).toBe('FIN');
  expect(client.waiting).toBe(0);
});

test('a toxic before it can be removed while bytes vanish', async () => {
  const bench = await startBench();
  await bench.api.addToxic('latency', { latency: 5 }, { name: 'before', stream: 'upstream' });
  await bench.api.addToxic('timeout', { timeout: 0 }, { stream: 'upstream' });
  const { client, server } = await bench.connect();
  client.send('lost');
  expect((await bench.api.removeToxic('before')).status).toBe(204);
  client.send('lost as well');
  await settle();
  expect([server.waiting, server.ending]).toEqual([0, undefined]);
});
