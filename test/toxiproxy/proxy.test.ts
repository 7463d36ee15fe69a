/** What a proxy does with connections apart from toxics. */
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { VirtualClock } from '../../src/clock.js';
import { dial, type Peer, settle, startBench, startFarEnd } from './harness.js';

const refused = (address: string) =>
  new Promise((resolve) => {
    const [host, port] = address.split(':');
    const socket = connect(Number(port), host);
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code));
    socket.once('connect', () => resolve('connected'));
  });

const setEnabled = (bench: Awaited<ReturnType<typeof startBench>>, enabled: boolean) =>
  bench.api.call('PATCH', '/proxies/p', { enabled });

test('disabling closes live connections at once and refuses new ones; enabling listens at the same address', async () => {
  const bench = await startBench();
  const { client, server } = await bench.connect();
  expect((await setEnabled(bench, false)).status).toBe(200);
  expect(await Promise.all([client.ended(), server.ended()])).toEqual(['FIN', 'FIN']);
  expect(await refused(bench.listen)).toBe('ECONNREFUSED');
  await setEnabled(bench, true);
  const again = await bench.connect();
  again.client.send('hi');
  expect(await again.server.read(2)).toBe('hi');
});

test('disabling drops what toxics hold', async () => {
  const bench = await startBench(new VirtualClock());
  await bench.api.addToxic('latency', { latency: 1000 });
  const { client, server } = await bench.connect();
  server.send('held');
  await settle();
  await setEnabled(bench, false);
  expect(await client.ended()).toBe('FIN');
  expect(client.waiting).toBe(0);
});

test('deleting closes live connections', async () => {
  const bench = await startBench();
  const { client, server } = await bench.connect();
  await bench.api.call('DELETE', '/proxies/p');
  expect(await Promise.all([client.ended(), server.ended()])).toEqual(['FIN', 'FIN']);
  expect(await refused(bench.listen)).toBe('ECONNREFUSED');
});

test('a new upstream closes live connections and serves new ones, at the same address', async () => {
  const bench = await startBench();
  const other = await startFarEnd();
  const { client } = await bench.connect();
  const { body } = await bench.api.call('PATCH', '/proxies/p', { upstream: other.address });
  expect(JSON.parse(body)).toMatchObject({ listen: bench.listen, upstream: other.address, enabled: true });
  await client.ended();
  const next = await dial(bench.listen);
  next.send('x');
  expect(await (await other.next()).read(1)).toBe('x');
});

test('an update that names the same addresses leaves connections alone', async () => {
  const bench = await startBench();
  const { client, server } = await bench.connect();
  const port = bench.listen.split(':')[1];
  await bench.api.call('PATCH', '/proxies/p', {
    listen: `localhost:${port}`,
    upstream: bench.upstream,
    enabled: true,
  });
  client.send('x');
  expect(await server.read(1)).toBe('x');
});

test('an update whose address is taken leaves the proxy disabled', async () => {
  const bench = await startBench();
  const taken = await startFarEnd();
  const answer = await bench.api.call('PATCH', '/proxies/p', { listen: taken.address });
  expect([answer.status, JSON.parse(answer.body).error]).toEqual([
    500,
    `listen tcp ${taken.address}: bind: address already in use`,
  ]);
  expect(JSON.parse((await bench.api.call('GET', '/proxies/p')).body)).toMatchObject({
    enabled: false,
    listen: taken.address,
  });
});

test.each(['127.0.0.1:1', 'no.such.host.invalid:80', 'no-port', ''])(
  'where nothing answers at %j, a client is accepted and then closed',
  async (upstream) => {
    const bench = await startBench();
    await bench.api.call('PATCH', '/proxies/p', { upstream });
    const client = await dial(bench.listen);
    expect(await client.ended()).toBe('FIN');
  },
);

test.each(['client', 'server'] as const)(
  'when the %s ends its stream, all bytes arrive and both ends are closed',
  async (who) => {
    const bench = await startBench();
    const pair = await bench.connect();
    const near: Peer = pair[who];
    const far: Peer = who === 'client' ? pair.server : pair.client;
    near.socket.end(Buffer.alloc(1_000_000, 'x'));
    expect((await far.read(1_000_000)).length).toBe(1_000_000);
    expect(await far.ended()).toBe('FIN');
    // Toxiproxy keeps no half-closed connections: the one that ended its stream is closed as well.
    await near.ended();
  },
);

test('what toxics hold for one end is still delivered after that end has closed the other way', async () => {
  const clock = new VirtualClock();
  const bench = await startBench(clock);
  await bench.api.addToxic('latency', { latency: 1000 });
  const { client, server } = await bench.connect();
  server.send('answer');
  await settle();
  client.socket.end();
  await server.ended();
  expect(client.ending).toBeUndefined();
  clock.advance(1000);
  expect(await client.read(6)).toBe('answer');
  expect(await client.ended()).toBe('FIN');
});

test('a reset of one end closes the other', async () => {
  const bench = await startBench();
  const { client, server } = await bench.connect();
  client.socket.resetAndDestroy();
  await server.ended();
});

test('a receiver that does not read slows the sender down, and gets everything in the end', async () => {
  const bench = await startBench();
  const { client, server } = await bench.connect();
  const total = 32 * 1024 * 1024;
  client.socket.pause();
  server.send(Buffer.alloc(total, 'x'));
  await settle();
  await settle();
  expect(server.socket.writableLength).toBeGreaterThan(0);
  // Toxics that come and go do not set the reader going.
  await bench.api.addToxic('noop');
  await bench.api.removeToxic();
  await settle();
  expect(server.socket.writableLength).toBeGreaterThan(0);
  client.socket.resume();
  expect((await client.read(total)).length).toBe(total);
});

test('calls on a proxy do not wait for a receiver that does not read', async () => {
  const bench = await startBench(new VirtualClock());
  await bench.api.addToxic('bandwidth', { rate: 0 });
  const { client, server } = await bench.connect();
  client.socket.pause();
  server.send(Buffer.alloc(32 * 1024 * 1024, 'x'));
  await settle();
  expect((await bench.api.updateToxic({ rate: 1 })).status).toBe(200);
  expect((await bench.api.removeToxic()).status).toBe(204);
});

test('parallel calls for one name create one proxy', async () => {
  const bench = await startBench();
  const body = { name: 'q', listen: '127.0.0.1:0', upstream: bench.upstream };
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => bench.api.call('POST', '/proxies', body)),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409]);
});

test('a missing address listens on loopback only', async () => {
  const bench = await startBench();
  for (const listen of ['', ':0']) {
    await bench.api.call('DELETE', '/proxies/q');
    const { body } = await bench.api.call('POST', '/proxies', {
      name: 'q',
      listen,
      upstream: bench.upstream,
    });
    expect(JSON.parse(body).listen).toMatch(/^127\.0\.0\.1:[1-9]\d*$/);
  }
});

test('the unspecified address listens on every address, as it was told to', async () => {
  const bench = await startBench();
  const body = { name: 'q', listen: '0.0.0.0:0', upstream: '127.0.0.1:1' };
  const { listen } = JSON.parse((await bench.api.call('POST', '/proxies', body)).body);
  expect(listen).toMatch(/^(\[::\]|0\.0\.0\.0):[1-9]\d*$/);
  const client = await dial(`127.0.0.1:${listen.split(':').at(-1)}`);
  expect(await client.ended()).toBe('FIN');
});
