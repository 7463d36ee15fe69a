import { expect, test } from 'vitest';
import { startBench } from './harness.js';

test('limit_data passes so many bytes and then closes both ends', async () => {
  const bench = await startBench();
  await bench.api.addToxic('limit_data', { bytes: 10 });
  const { client, server } = await bench.connect();
  server.send('0123456');
  expect(await client.read(7)).toBe('0123456');
  server.send('789abc');
  expect(await client.read(3)).toBe('789');
  await client.ended();
  await server.ended();
  expect(client.waiting).toBe(0);
});

test('it closes as soon as the limit is reached exactly', async () => {
  const bench = await startBench();
  await bench.api.addToxic('limit_data', { bytes: 4 });
  const { client, server } = await bench.connect();
  server.send('four');
  expect(await client.read(4)).toBe('four');
  expect(await client.ended()).toBe('FIN');
});

test('with 0 the first bytes close the connection', async () => {
  const bench = await startBench();
  await bench.api.addToxic('limit_data', { bytes: 0 });
  const { client, server } = await bench.connect();
  server.send('x');
  await client.ended();
  expect(client.waiting).toBe(0);
});

test('the count outlives a change of the limit', async () => {
  const bench = await startBench();
  await bench.api.addToxic('limit_data', { bytes: 100 });
  const { client, server } = await bench.connect();
  server.send('12345');
  await client.read(5);
  await bench.api.updateToxic({ bytes: 8 });
  server.send('6789');
  expect(await client.read(3)).toBe('678');
  await client.ended();
});

test('each connection has a count of its own', async () => {
  const bench = await startBench();
  await bench.api.addToxic('limit_data', { bytes: 6 });
  for (let round = 0; round < 2; round++) {
    const { client, server } = await bench.connect();
    server.send('hello');
    expect(await client.read(5)).toBe('hello');
  }
});
