/** Changes while connections are live: what is done to a proxy is done to them at once, and no byte is lost. */
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { VirtualClock } from '../../src/clock.js';
import { settle, startBench } from './harness.js';

test('a toxic works on live connections as soon as the call returns', async () => {
  const bench = await startBench(new VirtualClock());
  const { client, server } = await bench.connect();
  server.send('before');
  await client.read(6);
  await bench.api.addToxic('latency', { latency: 1e6 });
  server.send('after');
  await settle();
  expect(client.waiting).toBe(0);
  await bench.api.removeToxic();
  expect(await client.read(5)).toBe('after');
});

test('no byte is lost or moved while toxics come and go under load', async () => {
  const bench = await startBench();
  const { client, server } = await bench.connect();
  const total = 8 * 1024 * 1024;
  const data = Buffer.from(Array.from({ length: 251 * 1000 }, (_, index) => index % 251));
  let stopped = false;
  const toxics = async () => {
    const kinds = [
      ['latency', { latency: 3, jitter: 2 }],
      ['slicer', { average_size: 20_000, size_variation: 5000, delay: 10 }],
      ['bandwidth', { rate: 50_000 }],
      ['noop', {}],
      ['bandwidth', { rate: 0 }],
      ['limit_data', { bytes: 2 ** 50 }],
      ['slow_close', { delay: 1 }],
    ] as const;
    for (let round = 0; !stopped; round++) {
      const [type, attributes] = kinds[round % kinds.length] as (typeof kinds)[number];
      const [second, more] = kinds[(round * 3 + 1) % kinds.length] as (typeof kinds)[number];
      await bench.api.addToxic(type, attributes, { name: 'first' });
      await bench.api.addToxic(second, more, { name: 'second' });
      await pause(5);
      await bench.api.call('PATCH', '/proxies/p/toxics/first', { toxicity: 0.5 });
      await bench.api.removeToxic('first');
      await bench.api.removeToxic('second');
    }
  };
  const churn = toxics();
  for (let sent = 0; sent < total; sent += data.length) {
    server.send(data);
    expect(await client.read(data.length)).toBe(data.toString('latin1'));
  }
  stopped = true;
  await churn;
});

test('a toxic that is added releases what the last one has in hand, and only that', async () => {
  const bench = await startBench(new VirtualClock());
  await bench.api.addToxic('latency', { latency: 1e6 });
  const { client, server } = await bench.connect();
  server.send('a');
  await settle();
  server.send('b');
  await settle();
  await bench.api.addToxic('noop', {}, { name: 'second' });
  expect(await client.read(1)).toBe('a');
  await settle();
  expect(client.waiting).toBe(0);
});

test('toxics pass bytes in the order in which they were added', async () => {
  const bench = await startBench(new VirtualClock());
  await bench.api.addToxic('limit_data', { bytes: 5 }, { name: 'limit' });
  await bench.api.addToxic('bandwidth', { rate: 0 }, { name: 'hold' });
  const { client, server } = await bench.connect();
  server.send('0123456789');
  await settle();
  expect([client.waiting, client.ending]).toEqual([0, undefined]);
  await bench.api.removeToxic('hold');
  expect(await client.read(5)).toBe('01234');
  await client.ended();
  expect(client.waiting).toBe(0);
});

test('a toxicity of 0 spares a connection, and a change draws anew', async () => {
  const bench = await startBench(new VirtualClock());
  await bench.api.addToxic('bandwidth', { rate: 0 }, { toxicity: 0 });
  const { client, server } = await bench.connect();
  server.send('free');
  expect(await client.read(4)).toBe('free');
  await bench.api.updateToxic({}, { toxicity: 1 });
  server.send('held');
  await settle();
  expect(client.waiting).toBe(0);
  await bench.api.updateToxic({}, { toxicity: 0 });
  expect(await client.read(4)).toBe('held');
});

test('toxicity is drawn for each connection', async () => {
  const bench = await startBench(new VirtualClock());
  await bench.api.addToxic('bandwidth', { rate: 0 }, { toxicity: 0.5 });
  const pairs: Awaited<ReturnType<typeof bench.connect>>[] = [];
  for (let index = 0; index < 40; index++) pairs.push(await bench.connect());
  for (const { server } of pairs) server.send('x');
  await settle();
  const passed = pairs.filter(({ client }) => client.waiting === 1).length;
  expect(passed).toBeGreaterThan(0);
  expect(passed).toBeLessThan(40);
});

test('toxics on the other stream leave a connection alone', async () => {
  const bench = await startBench(new VirtualClock());
  await bench.api.addToxic('bandwidth', { rate: 0 }, { stream: 'upstream' });
  const { client, server } = await bench.connect();
  server.send('down');
  expect(await client.read(4)).toBe('down');
  client.send('up');
  await settle();
  expect(server.waiting).toBe(0);
});
