/** POST /populate, byte for byte. */
import { expect, test } from 'vitest';
import { JSON_TYPE, onEachServer } from './conformance.js';

onEachServer((api) => {
  test('POST /populate creates, and shows what it made', async () => {
    const { status, headers, body } = await api.call('POST', '/populate', [
      { name: 'a', listen: '127.0.0.1:0', upstream: 'x:1' },
      { name: 'b', listen: 'localhost:0', upstream: 'x:1', enabled: false },
      { name: 'c', listen: '127.0.0.1:0', upstream: 'x:1', enabled: null },
    ]);
    expect([status, headers['content-type']]).toEqual([201, JSON_TYPE]);
    expect(body).toMatch(
      /^\{"proxies":\[\{"name":"a","listen":"127\.0\.0\.1:\d+","upstream":"x:1","enabled":true,"Logger":\{\},"toxics":\[\]\},\{"name":"b","listen":"localhost:0","upstream":"x:1","enabled":false,.*"enabled":true,"Logger":\{\},"toxics":\[\]\}\]\}$/,
    );
  });

  test('POST /populate leaves a proxy with the same addresses untouched', async () => {
    const { listen } = await api.create();
    await api.call('POST', '/proxies/p/toxics', { name: 't', type: 'noop' });
    const port = listen.split(':')[1];
    for (const same of [listen, `localhost:${port}`]) {
      const again = { name: 'p', listen: same, upstream: '127.0.0.1:9', enabled: false };
      expect((await api.call('POST', '/populate', [again])).status).toBe(201);
      const after = JSON.parse((await api.call('GET', '/proxies/p')).body);
      expect(after).toMatchObject({ enabled: true, listen, toxics: [{ name: 't' }] });
    }
  });

  test('POST /populate replaces a proxy that differs, toxics and all', async () => {
    const { listen } = await api.create();
    await api.call('POST', '/proxies/p/toxics', { name: 't', type: 'noop' });
    expect((await api.call('POST', '/populate', [{ name: 'p', listen, upstream: 'b:2' }])).status).toBe(201);
    expect(JSON.parse((await api.call('GET', '/proxies/p')).body)).toMatchObject({
      upstream: 'b:2',
      toxics: [],
    });
  });

  test('errors of /populate are JSON with the proxies that were made', async () => {
    const failed = async (body: unknown) => api.outcome('POST', '/populate', body);
    const bad = (message: string) => [
      400,
      JSON_TYPE,
      `{"error":${JSON.stringify(message)},"status":400,"proxies":null}`,
    ];
    const a = { name: 'a', listen: '127.0.0.1:0', upstream: 'x:1' };
    expect(await failed([])).toEqual([201, JSON_TYPE, '{"proxies":null}']);
    expect(await failed('')).toEqual(bad('bad request body: EOF'));
    expect(await failed({})).toEqual(
      bad(
        'bad request body: json: cannot unmarshal object into Go value of type []struct { toxiproxy.Proxy; Enabled *bool "json:\\"enabled\\"" }',
      ),
    );
    expect(await failed([a, {}])).toEqual(bad('missing required field: name at proxy 2'));
    expect(await failed([{ name: 'a' }])).toEqual(bad('missing required field: upstream at proxy 1'));
    expect(await api.outcome('GET', '/proxies')).toEqual([200, JSON_TYPE, '{}']);
    const [status, , body] = await failed([a, { ...a, name: 'b', listen: 'bad' }, { ...a, name: 'c' }]);
    expect(status).toBe(500);
    expect(body).toMatch(
      /^\{"error":"listen tcp: address bad: missing port in address","status":500,"proxies":\[\{"name":"a",.*\]\}$/,
    );
    expect(Object.keys(JSON.parse((await api.call('GET', '/proxies')).body))).toEqual(['a']);
  });
});
