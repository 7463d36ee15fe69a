/** The HTTP API as a whole: its routes, and what all of them have in common. */
import { expect, test } from 'vitest';
import { onEachServer, TEXT_TYPE } from './conformance.js';

onEachServer((api) => {
  test('GET /version', async () => {
    const type = 'application/json;charset=utf-8';
    expect(await api.outcome('GET', '/version')).toEqual([
      200,
      type,
      expect.stringMatching(/^\{"version": "[\w.]+"\}\n$/),
    ]);
  });

  test('every matched route sends a request id', async () => {
    const id = /^[0-9a-v]{20}$/;
    for (const path of ['/version', '/proxies', '/proxies/none'])
      expect((await api.call('GET', path)).headers['x-toxiproxy-request-id']).toMatch(id);
    expect((await api.call('GET', '/none')).headers['x-toxiproxy-request-id']).toBeUndefined();
    expect((await api.call('PUT', '/proxies')).headers['x-toxiproxy-request-id']).toBeUndefined();
  });

  test('browsers are refused, on matched routes', async () => {
    const browser = { 'User-Agent': 'Mozilla/5.0 (X11)' };
    const { status, headers, body } = await api.call('GET', '/proxies', undefined, browser);
    expect([status, headers['content-type'], body]).toEqual([403, TEXT_TYPE, 'User agent not allowed\n']);
    expect((await api.call('GET', '/none', undefined, browser)).status).toBe(404);
    expect((await api.call('GET', '/proxies', undefined, { 'User-Agent': 'curl Mozilla/5.0' })).status).toBe(
      200,
    );
  });

  test.each([
    ['Origin', 'http://page.example', 'Origin not allowed\n'],
    ['Origin', 'null', 'Origin not allowed\n'],
    ['Host', 'rebound.example:8474', 'Host not allowed\n'],
    ['Host', '127.0.0.1.rebound.example', 'Host not allowed\n'],
  ])('a page is known by its %s %s', async (name, value, body) => {
    const answer = await api.call('POST', '/reset', undefined, { [name]: value });
    expect([answer.status, answer.headers['content-type'], answer.body]).toEqual([403, TEXT_TYPE, body]);
  });

  test.each(['localhost:8474', 'toxiproxy', '[::1]:8474', '127.0.0.1', 'host.docker.internal:8474'])(
    'a program may call it %s',
    async (host) => {
      expect((await api.call('GET', '/version', undefined, { Host: host })).status).toBe(200);
    },
  );

  test.each(['/', '/none', '/proxies/', '/version/', '/metrics', '/proxies/p/toxics/', '/proxies/p/none'])(
    'GET %s is not found',
    async (path) => {
      expect(await api.outcome('GET', path)).toEqual([404, TEXT_TYPE, '404 page not found\n']);
    },
  );

  test.each([
    ['PUT', '/proxies'],
    ['DELETE', '/proxies'],
    ['GET', '/reset'],
    ['GET', '/populate'],
    ['POST', '/version'],
    ['HEAD', '/version'],
    ['PUT', '/proxies/p'],
    ['PATCH', '/proxies/p/toxics'],
    ['PUT', '/proxies/p/toxics/t'],
  ])('%s %s is not allowed', async (method, path) => {
    const { status, body } = await api.call(method, path);
    expect([status, body]).toEqual([405, '']);
  });

  test.each([
    ['//proxies//p', '/proxies/p'],
    ['/./proxies', '/proxies'],
    ['/proxies/../version', '/version'],
    ['/../../version', '/version'],
    ['/proxies/.', '/proxies'],
    ['/proxies/..', '/'],
    ['/proxies//', '/proxies/'],
    ['/proxies/./', '/proxies/'],
    ['//', '/'],
    ['/%2e%2e/version', '/version'],
    ['//none?a=1&b=//2', '/none?a=1&b=//2'],
    ["//a!'(*)%3F%23%20b", '/a%21%27%28%2A%29%3F%23%20b'],
  ])('a path that is not clean is redirected: %s', async (path, clean) => {
    for (const method of ['GET', 'POST']) {
      const { status, headers, body } = await api.call(method, path);
      expect([status, headers.location, body]).toEqual([301, clean, '']);
    }
  });

  test.each([
    ['/version?x=1', 200],
    ['/%76ersion', 200],
    ['/proxies/%FF', 404],
    ['/proxies/...', 404],
  ])('GET %s is answered as it is, with %i', async (path, status) => {
    expect((await api.call('GET', path)).status).toBe(status);
  });
});
