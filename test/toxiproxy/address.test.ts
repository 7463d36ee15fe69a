/** Ports by number and by name, as Go's net package reads them. */
import { expect, test } from 'vitest';
import { parsePort } from '../../src/toxiproxy/address.js';
import { listedServices } from '../../src/toxiproxy/services.js';
import { error, onEachServer } from './conformance.js';

test.each([
  ['', 0],
  ['0', 0],
  ['+', 0],
  ['-', 0],
  ['-0', 0],
  ['+80', 80],
  ['0080', 80],
  ['65535', 65_535],
  ['http', 80],
  ['HTTPS', 443],
  ['ssh', 22],
  ['submission', 587],
])('the port %j is %i', (text, port) => {
  expect(parsePort(text)).toBe(port);
});

test.each([
  ['65536', 'address 65536: invalid port'],
  ['-1', 'address -1: invalid port'],
  ['99999999999999999999', 'address 99999999999999999999: invalid port'],
  ['nonesuch', 'lookup tcp/nonesuch: unknown port'],
  ['1x', 'lookup tcp/1x: unknown port'],
  [' 80', 'lookup tcp/ 80: unknown port'],
])('the port %j is refused', (text, message) => {
  expect(() => parsePort(text)).toThrow(message);
});

test("a machine's own list of services has names, other names and comments", () => {
  const text =
    '# Network services\n' +
    'www\t\t80/tcp\t\thttp web\t# WorldWideWeb HTTP\n' +
    'domain 53/udp\n' +
    'torn\n' +
    'zero 0/tcp\n' +
    'redis 6379/tcp';
  expect(listedServices(text)).toEqual([
    ['www', 80],
    ['http', 80],
    ['web', 80],
    ['redis', 6379],
  ]);
});

onEachServer((api) => {
  test('a proxy whose addresses have ports by name is kept as it was given, and dials', async () => {
    expect(
      await api.create({ upstream: '127.0.0.1:http', listen: '127.0.0.1:https', enabled: false }),
    ).toMatchObject({ upstream: '127.0.0.1:http', listen: '127.0.0.1:https' });
  });

  test('a port that nobody knows is refused where it is to be listened on', async () => {
    const proxy = { name: 'q', upstream: '127.0.0.1:9' };
    for (const [port, message] of [
      ['nonesuch', 'listen tcp: lookup tcp/nonesuch: unknown port'],
      ['-1', 'listen tcp: address -1: invalid port'],
    ] as const)
      expect(await api.outcome('POST', '/proxies', { ...proxy, listen: `127.0.0.1:${port}` })).toEqual(
        error(500, message),
      );
  });
});
