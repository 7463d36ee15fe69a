import { expect, test } from 'vitest';
import { startBench } from './harness.js';

test('noop passes bytes and the end of the stream on', async () => {
  const bench = await startBench();
  await bench.api.addToxic('noop');
  const { client, server } = await bench.connect();
  client.send('ping');
  expect(await server.read(4)).toBe('ping');
  server.send('pong');
  expect(await client.read(4)).toBe('pong');
  server.socket.end();
  expect(await client.ended()).toBe('FIN');
});
