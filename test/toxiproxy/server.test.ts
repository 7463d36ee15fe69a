/** Starting and ending: a busy address, what is left afterwards. */
import { expect, test } from 'vitest';
import { type Clock, systemClock } from '../../src/clock.js';
import { EnvironmentError } from '../../src/errors.js';
import { seeded } from '../../src/random.js';
import { startToxiproxy } from '../../src/toxiproxy/server.js';
import { Api, dial, settle, startFarEnd } from './harness.js';

test('a busy address is an error of the environment that says what to do', async () => {
  const first = await startToxiproxy({ listen: '127.0.0.1:0', clock: systemClock, random: seeded(1) });
  const listen = first.url.replace('http://', '');
  const second = startToxiproxy({ listen, clock: systemClock, random: seeded(1) });
  await expect(second).rejects.toThrow(EnvironmentError);
  await expect(second).rejects.toThrow(
    `${listen}: the embedded Toxiproxy cannot start: expected an address to listen on, host:port, ` +
      `found listen tcp ${listen}: bind: address already in use; choose another address`,
  );
  await first.close();
});

test.each(['nonsense', '127.0.0.1:99999', '127.0.0.1:none', '127.0.0.1:-1', '[::1:0'])(
  '%j is no address',
  async (listen) => {
    const server = startToxiproxy({ listen, clock: systemClock, random: seeded(1) });
    await expect(server).rejects.toThrow(EnvironmentError);
  },
);

/** The system's clock, which knows the timers that are still to fire. */
function countingClock(): Clock & { timers: Set<object> } {
  const timers = new Set<object>();
  return {
    timers,
    now: () => systemClock.now(),
    wall: () => systemClock.wall(),
    timer(ms, fire) {
      const timer = systemClock.timer(ms, () => {
        timers.delete(timer);
        fire();
      });
      timers.add(timer);
      return {
        cancel() {
          timers.delete(timer);
          timer.cancel();
        },
      };
    },
  };
}

test('closing leaves no socket and no timer', async () => {
  const clock = countingClock();
  const sockets = () => process.getActiveResourcesInfo().filter((name) => /TCP/.test(name)).length;
  const farEnd = await startFarEnd();
  await settle();
  const before = sockets();
  const server = await startToxiproxy({ listen: '127.0.0.1:0', clock, random: seeded(1) });
  const api = new Api(server.url);
  const toxics: [string, object][] = [
    ['latency', { latency: 1e6 }],
    ['bandwidth', { rate: 1 }],
    ['timeout', { timeout: 1e6 }],
    ['slicer', { average_size: 1, delay: 1e9 }],
    ['reset_peer', { timeout: 1e6 }],
    ['slow_close', { delay: 1e6 }],
    ['noop', {}],
  ];
  for (const [type, attributes] of toxics) {
    const body = { name: type, listen: '127.0.0.1:0', upstream: farEnd.address };
    const { listen } = JSON.parse((await api.call('POST', '/proxies', body)).body);
    await api.call('POST', `/proxies/${type}/toxics`, { type, attributes });
    const [client, peer] = await Promise.all([dial(listen), farEnd.next()]);
    peer.send(Buffer.alloc(5000));
    if (type === 'slow_close') peer.socket.end();
    client.send('x');
    await peer.read(1);
  }
  await settle();
  expect(clock.timers.size).toBeGreaterThanOrEqual(6);
  await server.close();
  expect(clock.timers.size).toBe(0);
  // The ends that the test itself holds are closed by now, or close when they have seen it.
  await settle();
  const left = sockets() - before;
  expect(left).toBeLessThanOrEqual(2 * toxics.length);
  await expect(api.call('GET', '/version')).rejects.toThrow('ECONNREFUSED');
});

test('a connection that has ended leaves no timer behind', async () => {
  const clock = countingClock();
  const farEnd = await startFarEnd();
  const server = await startToxiproxy({ listen: '127.0.0.1:0', clock, random: seeded(1) });
  const api = new Api(server.url);
  const body = { name: 'p', listen: '127.0.0.1:0', upstream: farEnd.address };
  const { listen } = JSON.parse((await api.call('POST', '/proxies', body)).body);
  await api.addToxic('timeout', { timeout: 1e6 });
  await api.addToxic('latency', { latency: 1e6 }, { name: 'late', stream: 'upstream' });
  const [client, peer] = await Promise.all([dial(listen), farEnd.next()]);
  client.send('x');
  await settle();
  expect(clock.timers.size).toBe(2);
  client.socket.resetAndDestroy();
  peer.socket.resetAndDestroy();
  await settle();
  expect(clock.timers.size).toBe(0);
  await server.close();
});
