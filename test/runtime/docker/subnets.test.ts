import { expect, onTestFinished, test } from 'vitest';
import { systemClock as clock } from '../../../src/clock.js';
import { freshId, seeded } from '../../../src/random.js';
import { engineClient, findEngine } from '../../../src/runtime/docker/engine.js';
import { parseHost } from '../../../src/runtime/docker/engine-address.js';
import { usedNetworks } from '../../../src/runtime/docker/networks.js';
import {
  addressIn,
  formatNetwork,
  freeBlocks,
  parseNetwork,
  parseRoutes,
  subnet,
} from '../../../src/runtime/docker/subnets.js';
import { mesh } from '../opened.js';
import { openContainers, withEngine } from './engine.js';

const networks = (...texts: string[]) => texts.map((text) => parseNetwork(text) ?? expect.fail(text));

test('blocks come from 10.128.0.0/9, all of them, in an order that follows from the seed; then from elsewhere', () => {
  const all = freeBlocks([], seeded('one'));
  const blocks = all.slice(0, 4096);
  expect(new Set(all.map(formatNetwork)).size).toBe(4096 + 512 + 32 + 64);
  expect(blocks.every(({ base }) => base >>> 23 === (10 << 1) + 1)).toBe(true);
  expect(freeBlocks([], seeded('one'))).toEqual(all);
  expect(freeBlocks([], seeded('other'))[0]).not.toEqual(blocks[0]);
});

test('a block that overlaps with a network in use, larger or smaller, is left out', () => {
  const used = networks('10.130.1.7/32', '10.192.0.0/10', '192.168.0.0/16');
  const free = freeBlocks(used, seeded(1)).map(formatNetwork);
  expect(free.filter((text) => text.startsWith('10.'))).toHaveLength(4096 / 2 - 1);
  expect(free).not.toContain('10.130.0.0/21');
  expect(free).toContain('10.130.8.0/21');
});

test('where nothing is free, that is said', () => {
  const all = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '198.18.0.0/15'];
  expect(() => freeBlocks(networks(...all), seeded(1))).toThrow(/a free \/21 network in 10.128.0.0\/9, 172/);
});

test('a machine whose own network has all of the usual addresses gets others', () => {
  const [first] = freeBlocks(networks('10.0.0.0/8', '172.16.0.0/13'), seeded(1));
  expect(formatNetwork(first ?? expect.fail('a block'))).toMatch(/^172\.(2[4-9]|3[01])\./);
});

test('a block has small networks beside each other', () => {
  const [block] = networks('10.130.8.0/21');
  if (!block) throw new Error('expected a block');
  expect(formatNetwork(subnet(block, 0))).toBe('10.130.8.0/26');
  expect(formatNetwork(subnet(block, 5))).toBe('10.130.9.64/26');
  expect(addressIn(subnet(block, 31), 62)).toBe('10.130.15.254');
});

test('networks are read with their host bits cut off; what is none is undefined', () => {
  expect(formatNetwork(networks('172.17.3.1/16')[0] ?? { base: 0, bits: 0 })).toBe('172.17.0.0/16');
  for (const text of ['fe80::1/64', '10.0.0.0', '10.0.0.256/8', '10.0.0.0/33', ''])
    expect(parseNetwork(text)).toBeUndefined();
});

test('the routes of the machine are read, but for the default one', () => {
  const text = `Id 52:
  +-- 100.64.0.0/10 2 0 2
     |-- 100.64.0.0
        /10 universe UNICAST
Main:
  +-- 0.0.0.0/0 3 0 4
     |-- 0.0.0.0
        /0 universe UNICAST
     +-- 10.130.128.0/17 2 0 1
        |-- 10.130.128.0
           /32 link BROADCAST
           /17 link UNICAST
`;
  const routes = ['100.64.0.0/10', '10.130.128.0/32', '10.130.128.0/17'];
  expect(parseRoutes(text).map(formatNetwork)).toEqual(routes);
});

test('an engine is one of this machine', () => {
  expect(parseHost('unix:///run/user/1000/docker.sock')).toEqual({
    socketPath: '/run/user/1000/docker.sock',
  });
  expect(parseHost('tcp://127.0.0.1:2375')).toEqual({ host: '127.0.0.1', port: 2375 });
  expect(parseHost('tcp://localhost:2375')).toEqual({ host: 'localhost', port: 2375 });
  for (const other of ['tcp://10.0.0.1:2375', 'ssh://me@there', 'here'])
    expect(() => parseHost(other)).toThrow(/DOCKER_HOST: expected an engine on this machine/);
});

withEngine(() => {
  test('a network that somebody made, be it only in a corner of a block, is known to be in use', async () => {
    const docker = await engineClient((await findEngine(process.env, clock)).address);
    const blocks = async () => freeBlocks(await usedNetworks(docker), seeded(1)).map(formatNetwork);
    const [wanted = ''] = freeBlocks(await usedNetworks(docker), seeded(freshId())).map(formatNetwork);
    expect(await blocks()).toContain(wanted);
    const corner = formatNetwork(subnet(networks(wanted)[0] ?? expect.fail(wanted), 31));
    const theirs = await docker.createNetwork({
      Name: `theirs-${freshId()}`,
      IPAM: { Driver: 'default', Config: [{ Subnet: corner }] },
    });
    onTestFinished(() => theirs.remove());
    expect(await blocks()).not.toContain(wanted);
  });

  test('runs at the same time have networks of their own', async () => {
    const [one, other] = await Promise.all(
      [1, 2].map(() => openContainers({ nodes: ['a', 'b'], links: mesh('a', 'b') })),
    );
    const blocks = [one, other].map((opened) => {
      const addresses = [...(opened?.cluster.places.nodes.values() ?? [])].map(({ address }) => address);
      return new Set(addresses.map((address) => networks(`${address}/21`).map(formatNetwork).join()));
    });
    expect(blocks.map(({ size }) => size)).toEqual([1, 1]);
    expect(blocks[0]).not.toEqual(blocks[1]);
  });
});
