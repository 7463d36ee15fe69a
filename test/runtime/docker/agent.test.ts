/** The agent, its datagrams and the way in, without containers: on loopback. */
import { BlockList, connect, createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock as clock } from '../../../src/clock.js';
import { freshId } from '../../../src/random.js';
import type { Address } from '../../../src/runtime/address.js';
import { startAgent } from '../../../src/runtime/docker/agent/agent.js';
import { openDatagrams } from '../../../src/runtime/docker/agent/datagrams.js';
import { ExpectedGreetings } from '../../../src/runtime/docker/agent/expected-greetings.js';
import { openWayIn } from '../../../src/runtime/docker/agent/way-in.js';
import {
  dialThrough,
  expectGreeting,
  greetThrough,
  knockThrough,
  openDoor,
  openRelay,
} from '../../../src/runtime/docker/agent-client.js';
import { Ports, reserveBlock } from '../../../src/runtime/ports.js';
import { http } from '../../http.js';
import { dialled } from '../links/conformance.js';
import { eventually } from '../opened.js';

const LOOPBACK = '127.0.0.1';
const PORTS = new Ports(await reserveBlock(freshId()));
/** From where nobody may come. */
const closedTo = new BlockList();
closedTo.addSubnet('127.0.9.0', 24);
const soon = () => AbortSignal.timeout(5000);

async function echo(onSocket: (socket: Socket) => void = () => {}): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (data) => socket.write(`${data}!`));
    onSocket(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, LOOPBACK, resolve));
  onTestFinished(() => void server.close());
  return (server.address() as { port: number }).port;
}

async function agent(api = 1, expected = new ExpectedGreetings()) {
  const server = await startAgent({ host: LOOPBACK, port: 0, api, expected, clock, closedTo });
  onTestFinished(() => void server.close());
  return { host: LOOPBACK, port: (server.address() as { port: number }).port };
}

test('dials from where it is, and brings both directions', async () => {
  const [address, port] = [await agent(), await echo()];
  const connection = dialled(() => dialThrough(address, { host: LOOPBACK, port }, soon()));
  expect(await connection.ask('one')).toBe('one!');
  expect(await connection.ask('two')).toBe('two!');
});

test.each([
  // Whoever may come is answered, or turned away with a word; where there is no Toxiproxy the connection is closed.
  ['GET /version HTTP/1.1\r\nhost: a\r\n\r\n', /^$/],
  ['dial 127.0.0.1 1\n', /./],
  ['relay 1\n', /./],
])('gives the node itself no answer to %j', async (words, others) => {
  const { port } = await agent();
  const heard = (localAddress: string) =>
    new Promise<string>((resolve) => {
      const socket = connect({ host: LOOPBACK, port, localAddress });
      let text = '';
      socket.on('error', () => undefined);
      socket.on('data', (chunk) => {
        text += chunk;
        socket.destroy();
      });
      socket.on('close', () => resolve(text));
      socket.write(words);
    });
  expect(await heard('127.0.9.7')).toBe('');
  expect(await heard('127.0.0.7')).toMatch(others);
});

test("tells a dial's own error by its code", async () => {
  const address = await agent();
  await expect(dialThrough(address, { host: LOOPBACK, port: 1 }, soon())).rejects.toMatchObject({
    code: 'ECONNREFUSED',
  });
  await expect(openDoor(address, { host: LOOPBACK, port: 1 }, soon())).rejects.toMatchObject({
    code: 'ECONNREFUSED',
  });
});

test('a door leads several connections to the target, until it is closed', async () => {
  const [address, port] = [await agent(), await echo()];
  const door = await openDoor(address, { host: LOOPBACK, port }, soon());
  const [one, other] = [1, 2].map(() => dialled(async () => connect(door.address)));
  expect(await one?.ask('one')).toBe('one!');
  expect(await other?.ask('two')).toBe('two!');
  door.close();
  expect(await one?.ended()).toBe('closed');
  expect(await dialled(async () => connect(door.address)).ended()).toBe('ECONNREFUSED');
});

test('a relay brings connections from in there to a device out here', async () => {
  const [address, device] = [await agent(), await echo()];
  const [inside = 0] = await PORTS.take(1);
  const relay = await openRelay(address, inside, { host: LOOPBACK, port: device }, soon());
  const [one, other] = [1, 2].map(() => dialled(async () => connect(inside, LOOPBACK)));
  expect(await one?.ask('one')).toBe('one!');
  expect(await other?.ask('two')).toBe('two!');
  relay.close();
  expect(await one?.ended()).toBe('closed');
});

test('knocks by datagrams, and tells of those that came, whoever asks first', async () => {
  const place = { host: LOOPBACK, port: 20_000 + ((process.pid + 5000) % 10_000) };
  const agents = await Promise.all(
    [place, { host: '127.0.0.8', port: place.port }].map(async (at) => {
      const datagrams = await openDatagrams(at, clock);
      const expected = new ExpectedGreetings();
      const server = await startAgent({
        host: LOOPBACK,
        port: 0,
        api: 1,
        expected,
        clock,
        closedTo,
        datagrams,
      });
      onTestFinished(() => {
        datagrams.close();
        server.close();
      });
      return { host: LOOPBACK, port: (server.address() as { port: number }).port };
    }),
  );
  const [one, other] = agents as [Address, Address];
  await knockThrough(one, { host: '127.0.0.8', port: place.port }, other, 'first', soon());
  // It is remembered.
  await knockThrough(one, { host: LOOPBACK, port: 1 }, other, 'first', soon());
  const nobody = knockThrough(one, { host: LOOPBACK, port: 1 }, other, 'second', AbortSignal.timeout(100));
  await expect(nobody).rejects.toThrow(/timeout/);
  const deaf = await agent();
  await expect(knockThrough(one, place, deaf, 'third', soon())).rejects.toThrow('closed the connection');
});

test('what is no order goes to the API of Toxiproxy', async () => {
  const { createServer: createHttpServer } = await import('node:http');
  const api = createHttpServer((request, response) => response.end(`${request.method} ${request.url}`));
  await new Promise<void>((resolve) => api.listen(0, LOOPBACK, resolve));
  onTestFinished(() => void api.close());
  const address = await agent((api.address() as { port: number }).port);
  expect((await http(address, '/proxies', soon())).body).toBe('GET /proxies');
  expect((await http(address, '/take', soon(), 'DELETE')).body).toBe('DELETE /take');
});

test('the way in takes known peers to the node, from the address that is theirs, and nobody else', async () => {
  const from: (string | undefined)[] = [];
  const port = await echo((socket) => from.push(socket.remoteAddress));
  await openWayIn(
    { listen: '127.0.0.9', to: LOOPBACK, ports: [port], sources: { '127.0.0.5': '127.0.0.77' }, secret: 's' },
    new ExpectedGreetings(),
    clock,
  ).then((servers) => onTestFinished(() => servers.forEach((server) => void server.close())));
  const dial = (localAddress: string) =>
    dialled(async () => connect({ host: '127.0.0.9', port, localAddress }));
  expect(await dial('127.0.0.5').ask('one')).toBe('one!');
  expect(from).toEqual(['127.0.0.77']);
  expect(await dial('127.0.0.6').ended()).toMatch(/closed|ECONNRESET/);
  expect(from).toHaveLength(1);
});

test('a greeting is expected at one end, sent from the other, told of and answered', async () => {
  const expected = new ExpectedGreetings();
  const [address, port, secret] = [await agent(1, expected), await echo(), 'secret'];
  const way = { listen: '127.0.0.9', to: LOOPBACK, ports: [port], sources: { [LOOPBACK]: LOOPBACK }, secret };
  const servers = await openWayIn(way, expected, clock);
  onTestFinished(() => servers.forEach((server) => void server.close()));
  const entrance = { peer: LOOPBACK, port };
  let arrived = 0;
  const greeting = await expectGreeting(address, 't-1', entrance, () => arrived++, soon());
  onTestFinished(greeting.close);
  const greet = (host: string, token: string) => greetThrough(address, { host, port }, secret, token, soon());
  await greet('127.0.0.9', 't-2');
  expect(arrived).toBe(0);
  await greet('127.0.0.9', 't-1');
  await eventually('its arrival is told', () => arrived || undefined);

  // Past the way in there is one who echoes, which is no answer.
  const echoed = greetThrough(address, { host: LOOPBACK, port }, secret, 't-3', AbortSignal.timeout(200));
  await expect(echoed).rejects.toThrow();
  for (const server of servers) server.close();
  await expect(greet('127.0.0.9', 't-4')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('a greeting is expected for as long as it is held, and no longer', async () => {
  const expected = new ExpectedGreetings();
  const entrance = { peer: LOOPBACK, port: 1 };
  const { close } = await expectGreeting(await agent(1, expected), 't-1', entrance, () => {}, soon());
  let released = false;
  expected.hold(entrance, () => {
    released = true;
  });
  expect(released).toBe(false);
  close();
  await eventually('it is expected no more', () => released || undefined);
});
