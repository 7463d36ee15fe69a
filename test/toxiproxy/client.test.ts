/** toxiproxy-node-client against the embedded server: every public method that it has. */
import { Toxiproxy, ToxiproxyError } from 'toxiproxy-node-client';
import type { ICreateToxicBody } from 'toxiproxy-node-client/dist/interfaces.js';
import type { Type } from 'toxiproxy-node-client/dist/Toxic.js';
import { expect, test } from 'vitest';
import { VirtualClock } from '../../src/clock.js';
import { dial, settle, startFarEnd, startServer } from './harness.js';

async function startClient() {
  const api = await startServer(new VirtualClock());
  return new Toxiproxy(api.url);
}

/** A toxic's body with every field, which the client's types ask for. */
function toxicBody<A>(name: string, type: Type, attributes: A): ICreateToxicBody<A> {
  return { name, type, stream: 'downstream', toxicity: 1, attributes };
}

test('the version', async () => {
  expect(await (await startClient()).getVersion()).toBe('{"version": "2.12.0"}\n');
});

test('proxies are created, got, listed, updated and removed', async () => {
  const toxiproxy = await startClient();
  const proxy = await toxiproxy.createProxy({ name: 'a', listen: 'localhost:0', upstream: 'localhost:6379' });
  expect(proxy.toJson()).toEqual({
    name: 'a',
    listen: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
    upstream: 'localhost:6379',
    enabled: true,
  });
  expect((await toxiproxy.get('a')).toJson()).toEqual(proxy.toJson());
  expect(Object.keys(await toxiproxy.getAll())).toEqual(['a']);
  const changed = await proxy.update({ enabled: false, listen: proxy.listen, upstream: 'localhost:1' });
  expect(changed.toJson()).toEqual({ ...proxy.toJson(), upstream: 'localhost:1', enabled: false });
  await proxy.remove();
  expect(await toxiproxy.getAll()).toEqual({});
  await expect(proxy.remove()).rejects.toThrow('Request failed with status code 404');
  await expect(toxiproxy.get('a')).rejects.toThrow(ToxiproxyError);
});

test('populate and reset', async () => {
  const toxiproxy = await startClient();
  const bodies = ['a', 'b'].map((name) => ({ name, listen: 'localhost:0', upstream: 'localhost:6379' }));
  const proxies = await toxiproxy.populate(bodies);
  expect(Object.keys(proxies)).toEqual(['a', 'b']);
  await proxies.a?.addToxic(toxicBody('t', 'latency', { latency: 1, jitter: 0 }));
  await toxiproxy.reset();
  await expect(proxies.a?.getToxic('t')).rejects.toThrow('404');
});

test('toxics are added, got, updated and removed, and do what they say', async () => {
  const toxiproxy = await startClient();
  const farEnd = await startFarEnd();
  const proxy = await toxiproxy.createProxy({ name: 'a', listen: '127.0.0.1:0', upstream: farEnd.address });
  const [client, server] = await Promise.all([dial(proxy.listen), farEnd.next()]);
  const toxic = await proxy.addToxic(toxicBody('slow', 'latency', { latency: 1e6, jitter: 0 }));
  expect((await proxy.getToxic('slow')).toJson()).toEqual(toxic.toJson());
  server.send('x');
  await settle();
  expect(client.waiting).toBe(0);
  const updated = await toxic.update({ ...toxic.toJson(), attributes: { latency: 0, jitter: 0 } });
  expect(updated.toJson()).toMatchObject({ name: 'slow', attributes: { latency: 0, jitter: 0 } });
  expect(await client.read(1)).toBe('x');
  await toxic.remove();
  await expect(toxic.remove()).rejects.toThrow('404');
});

test('thirty proxies are cut and healed in parallel', async () => {
  const toxiproxy = await startClient();
  const farEnd = await startFarEnd();
  const names = Array.from({ length: 30 }, (_, index) => `p${index}`);
  const bodies = names.map((name) => ({ name, listen: '127.0.0.1:0', upstream: farEnd.address }));
  const proxies = Object.values(await toxiproxy.populate(bodies));
  const pairs: {
    client: Awaited<ReturnType<typeof dial>>;
    server: Awaited<ReturnType<typeof farEnd.next>>;
  }[] = [];
  for (const { listen } of proxies) pairs.push({ client: await dial(listen), server: await farEnd.next() });
  const toxics = await Promise.all(
    proxies.map((proxy) => proxy.addToxic(toxicBody('cut', 'bandwidth', { rate: 0 }))),
  );
  for (const { server } of pairs) server.send('x');
  await settle();
  expect(pairs.filter(({ client }) => client.waiting > 0)).toEqual([]);
  await Promise.all(toxics.map((toxic) => toxic.remove()));
  for (const { client } of pairs) expect(await client.read(1)).toBe('x');
});
