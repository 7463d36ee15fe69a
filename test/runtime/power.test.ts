import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock as clock, VirtualClock } from '../../src/clock.js';
import { openPower, type PowerSetting } from '../../src/runtime/power.js';
import { http } from '../http.js';
import { eventually, openProcesses, PROGRAMS } from './opened.js';

const KEY = 'key-of-this-run';
const HEADERS = { authorization: `Bearer ${KEY}` };

async function openDevice(setting: Partial<PowerSetting> = {}) {
  const { cluster } = await openProcesses({ nodes: ['a', 'b'], power: true });
  for (const node of ['a', 'b']) {
    await cluster.start(node, { command: [process.execPath, `${PROGRAMS}family.mjs`] });
  }
  const address = cluster.places.power;
  if (!address) throw new Error('expected a place for the power device');
  const power = await openPower({ clock, address, key: KEY, nodes: ['a', 'b'], kills: cluster, ...setting });
  onTestFinished(() => power.close());
  const order = async (method: string, path: string) => {
    const { status, body } = await http(address, path, AbortSignal.timeout(10_000), method, HEADERS);
    return { status, ...JSON.parse(body) };
  };
  return { cluster, power, address, order };
}

test('lists who is running, and turns a node off before it says so', async () => {
  const turnedOff: string[] = [];
  const { cluster, order } = await openDevice({ onOff: (node) => void turnedOff.push(node) });
  expect(await order('GET', '/list')).toEqual({ status: 200, running: ['a', 'b'] });
  expect(await order('POST', '/off/a')).toEqual({ status: 200, off: true });
  expect(await cluster.running('a')).toBe(false);
  expect(await order('GET', '/list')).toEqual({ status: 200, running: ['b'] });
  expect(turnedOff).toEqual(['a']);
});

test('turning off what is off already, or is being turned off by others, is done', async () => {
  const { order } = await openDevice();
  const answers = await Promise.all([1, 2, 3].map(() => order('POST', '/off/a')));
  for (const answer of [...answers, await order('POST', '/off/a')])
    expect(answer).toEqual({ status: 200, off: true });
});

test('turns off a node that is stopped', async () => {
  const { cluster, order } = await openDevice();
  await cluster.pause('a');
  expect(await order('POST', '/off/a')).toEqual({ status: 200, off: true });
  expect(await cluster.running('a')).toBe(false);
});

test('takes its time where it is told to, and does it though nobody waits any more', async () => {
  let told: (at: number) => void = () => {};
  const off = new Promise<number>((resolve) => {
    told = resolve;
  });
  const { cluster, address } = await openDevice({ delay: 300, onOff: (_, at) => told(at) });
  const start = clock.now();
  await expect(http(address, '/off/a', AbortSignal.timeout(50), 'POST', HEADERS)).rejects.toThrow();
  expect(await cluster.running('a')).toBe(true);
  expect((await off) - start).toBeGreaterThanOrEqual(300);
});

test('an order that was given up before it was begun is not carried out', async () => {
  const { cluster, order, address } = await openDevice();
  const socket = connect(address.port, address.host);
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  // Both are there when the device looks.
  socket.end(
    `POST /off/a HTTP/1.1\r\nhost: power\r\nauthorization: Bearer ${KEY}\r\ncontent-length: 0\r\n\r\n`,
  );
  await new Promise((resolve) => socket.once('close', resolve).resume());
  expect(await order('POST', '/off/b')).toEqual({ status: 200, off: true });
  expect(await order('GET', '/list')).toEqual({ status: 200, running: ['a'] });
  expect(await cluster.running('a')).toBe(true);
});

test('knows no other nodes and no other orders', async () => {
  const { order } = await openDevice();
  expect(await order('POST', '/off/z')).toEqual({ status: 404, error: 'no node "z"' });
  for (const [method, path] of [
    ['GET', '/off/a'],
    ['POST', '/off/a/b'],
    ['POST', '/list'],
    ['GET', '/'],
  ] as const) {
    expect((await order(method, path)).status, `${method} ${path}`).toBe(404);
  }
});

test.each([
  ['without a key', {}, 401],
  ['with another key', { authorization: 'Bearer other' }, 401],
  ['from a page in a browser', { ...HEADERS, origin: 'http://page.example' }, 403],
  ['by a name that a page may have', { ...HEADERS, host: 'rebound.example' }, 403],
])('turns nobody off %s', async (_, headers, status) => {
  const { cluster, address } = await openDevice();
  for (const [method, path] of [
    ['POST', '/off/a'],
    ['GET', '/list'],
  ] as const)
    expect((await http(address, path, AbortSignal.timeout(10_000), method, headers)).status).toBe(status);
  expect(await cluster.running('a')).toBe(true);
});

test('takes greetings, for the witness of its links', async () => {
  const tokens: string[] = [];
  const { order } = await openDevice({ onGreeting: (token) => void tokens.push(token) });
  expect(await order('GET', '/greet/t-1')).toEqual({ status: 200 });
  expect(tokens).toEqual(['t-1']);
});

test('closed, it listens no more and carries out nothing', async () => {
  const time = new VirtualClock();
  const { cluster, power, address } = await openDevice({ clock: time, delay: 100 });
  const order = http(address, '/off/a', AbortSignal.timeout(5000), 'POST', HEADERS).catch(() => 'no answer');
  await eventually('it waits with the order', () => time.next());
  await power.close();
  expect(await order).toBe('no answer');
  // It waits no more: an order whose time does not come is never carried out.
  expect(time.next()).toBeUndefined();
  await expect(http(address, '/list', AbortSignal.timeout(5000))).rejects.toThrow('ECONNREFUSED');
  expect(await cluster.running('a')).toBe(true);
});

test('an address that is taken is an error that names it', async () => {
  const { cluster, address } = await openDevice();
  await expect(openPower({ clock, address, key: KEY, nodes: [], kills: cluster })).rejects.toThrow(
    `the power device: expected ${address.host}:${address.port} to be free`,
  );
});
