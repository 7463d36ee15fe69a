/** Which network nodes get that the drill says nothing of. */
import { expect, test } from 'vitest';
import { systemClock as clock } from '../../../src/clock.js';
import { chooseNetwork } from '../../../src/runtime/docker/choose-network.js';
import type { Layout } from '../../../src/runtime/runtime.js';
import { withPacketFilters } from './engine.js';

const layout = (more: Partial<Layout> = {}): Layout => ({
  nodes: ['a', 'b'],
  links: [],
  power: false,
  containers: { a: { image: 'my/db' } },
  ...more,
});
const local = { DOCKER_HOST: 'unix:///nowhere/engine.sock', PATH: process.env['PATH'] };

test('what the drill says is so', async () => {
  for (const network of ['private', 'shared'] as const)
    expect(await chooseNetwork(layout({ network }), { environment: {}, clock })).toEqual({ network });
});

test("the drill's own nodes have private ones", async () => {
  expect(await chooseNetwork(layout({ containers: {} }), { environment: local, clock })).toEqual({
    network: 'private',
  });
});

test.each([
  [
    { DOCKER_HOST: 'tcp://127.0.0.1:2375' },
    { image: 'my/db' },
    'an engine that is reached over TCP, which may be on another machine',
  ],
  [local, { image: 'my/db', expose: [8475] }, '`a` on one of the ports 8474 to 8477'],
])(
  'where %o cannot have a shared one for %o, it is private, and why is said',
  async (environment, a, lack) => {
    const chosen = await chooseNetwork(layout({ containers: { a } }), { environment, clock });
    expect(chosen).toEqual({ network: 'private', lack: expect.stringMatching(lack) });
  },
);

withPacketFilters(() => {
  test('images of your own share one where packets can be filtered', async () => {
    expect(await chooseNetwork(layout(), { environment: local, clock })).toEqual({ network: 'shared' });
  });
});
