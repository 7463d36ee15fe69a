import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock as clock } from '../../src/clock.js';
import { execProbe } from '../../src/probe/exec.js';
import { httpProbe } from '../../src/probe/http.js';
import { noopProbe } from '../../src/probe/noop.js';
import { lookOnce } from '../../src/probe/probe.js';
import { roleProbe } from '../../src/probe/role.js';
import { tcpProbe } from '../../src/probe/tcp.js';

async function serving(listener: RequestListener) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  onTestFinished(async () => void (await close()));
  return { address: { host: '127.0.0.1', port: (server.address() as AddressInfo).port }, close };
}

const node = (script: string) => [process.execPath, '-e', script];

test('noop: sees nothing', async () => {
  expect(await lookOnce(noopProbe(), clock, 1000)).toBeUndefined();
});

test('http: the status decides, and no answer is no look', async () => {
  const { address, close } = await serving((request, response) => {
    response.statusCode = request.url === '/liveness' ? 204 : 503;
    if (request.url !== '/hangs') response.end('x'.repeat(200_000));
  });
  expect(await lookOnce(httpProbe('liveness', address, '/liveness'), clock, 2000)).toEqual({
    healthy: true,
    detail: 'status 204',
  });
  expect(await lookOnce(httpProbe('deep', address, '/deep'), clock, 2000)).toMatchObject({ healthy: false });
  await expect(lookOnce(httpProbe('readiness', address, '/hangs'), clock, 50)).rejects.toThrow(
    /readiness of 127\.0\.0\.1:\d+\/hangs took longer than 50 ms/,
  );
  await close();
  await expect(lookOnce(httpProbe('liveness', address, '/liveness'), clock, 2000)).rejects.toThrow(
    'ECONNREFUSED',
  );
});

test('tcp: healthy where a connection can be made', async () => {
  const { address, close } = await serving(() => {});
  expect(await lookOnce(tcpProbe(address), clock, 2000)).toEqual({ healthy: true, detail: 'connected' });
  await close();
  expect(await lookOnce(tcpProbe(address), clock, 2000)).toMatchObject({
    healthy: false,
    detail: expect.stringContaining('ECONNREFUSED'),
  });
  await expect(tcpProbe(address).look(AbortSignal.abort(new Error('given up')))).rejects.toThrow('given up');
});

test('exec: the exit code decides; what it wrote last is told', async () => {
  const look = (script: string, ms = 5000) => lookOnce(execProbe(node(script), {}), clock, ms);
  expect(await look('')).toEqual({ healthy: true, detail: 'exit code 0' });
  expect(await look('console.error("disk"); console.error("is full"); process.exit(4)')).toEqual({
    healthy: false,
    detail: 'exit code 4: is full',
  });
  await expect(look('setInterval(() => {}, 1000)', 100)).rejects.toThrow('took longer than 100 ms');
  await expect(lookOnce(execProbe(['/no/such/program'], {}), clock, 5000)).rejects.toThrow('ENOENT');
});

test('exec: arguments are handed on as they are, and the environment is the one given', async () => {
  const script = 'console.log(process.argv[1] + process.env.GIVEN + process.env.HOME)';
  const probe = execProbe([...node(script), '$HOME; `id`'], { GIVEN: ' given ' });
  expect((await lookOnce(probe, clock, 5000)).detail).toBe('exit code 0: $HOME; `id` given undefined');
});

test('role: what the system says', async () => {
  const address = { host: '127.0.0.1', port: 1 };
  const system = { role: async () => ({ role: 'primary' as const, term: 3 }) };
  expect(await lookOnce(roleProbe(system, 'a', address), clock, 1000)).toEqual({ role: 'primary', term: 3 });
});
