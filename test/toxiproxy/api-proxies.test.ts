/** The HTTP API for proxies, byte for byte. */
import { expect, test } from 'vitest';
import { error, JSON_TYPE, onEachServer } from './conformance.js';

onEachServer((api) => {
  test('GET /proxies without proxies', async () => {
    expect(await api.outcome('GET', '/proxies')).toEqual([200, JSON_TYPE, '{}']);
  });

  test('POST /proxies and GET /proxies/{p} show the fields in order', async () => {
    const { listen } = await api.create();
    expect(listen).toMatch(/^127\.0\.0\.1:[1-9]\d*$/);
    const text = `{"name":"p","listen":"${listen}","upstream":"127.0.0.1:9","enabled":true,"Logger":{},"toxics":[]}`;
    expect(await api.outcome('GET', '/proxies/p')).toEqual([200, JSON_TYPE, text]);
    expect(await api.outcome('GET', '/proxies')).toEqual([200, JSON_TYPE, `{"p":${text}}`]);
    const other = await api.outcome('POST', '/proxies', {
      name: 'q',
      listen: '127.0.0.1:0',
      upstream: 'a:1',
    });
    expect(other.slice(0, 2)).toEqual([201, JSON_TYPE]);
  });

  test('GET /proxies sorts by name, as bytes', async () => {
    for (const name of ['10', '9', 'b', 'B', 'é']) await api.create({ name });
    const { body } = await api.call('GET', '/proxies');
    expect([...body.matchAll(/"name":"(.+?)"/g)].map((match) => match[1])).toEqual([
      '10',
      '9',
      'B',
      'b',
      'é',
    ]);
  });

  test('names are escaped as Go does', async () => {
    const name = 'a<b>&"c\u2028\n';
    await api.create({ name, listen: 'x', enabled: false });
    const { body } = await api.call('GET', '/proxies');
    expect(body).toContain('{"a\\u003cb\\u003e\\u0026\\"c\\u2028\\n":{"name":"a\\u003cb');
    await api.create({ name: 'with space', enabled: false });
    expect((await api.call('DELETE', '/proxies/with%20space')).status).toBe(204);
  });

  test('a disabled proxy keeps its address as it was given', async () => {
    expect(await api.create({ enabled: false, listen: 'localhost:0' })).toMatchObject({
      enabled: false,
      listen: 'localhost:0',
    });
    const { body } = await api.call('PATCH', '/proxies/p', { enabled: true });
    expect(JSON.parse(body).listen).toMatch(/^127\.0\.0\.1:[1-9]\d*$/);
  });

  test('enabled: null means true, field names match in any case, null leaves a field', async () => {
    expect((await api.create({ enabled: null })).enabled).toBe(true);
    const { body } = await api.call(
      'POST',
      '/proxies',
      '{"NAME":"q","Listen":"127.0.0.1:0","upSTREAM":"a:1","Logger":{}}',
    );
    expect(JSON.parse(body)).toMatchObject({ name: 'q', upstream: 'a:1' });
    expect(await api.outcome('POST', '/proxies', 'null')).toEqual(error(400, 'missing required field: name'));
  });

  test('what follows the first JSON value is not looked at', async () => {
    expect(
      (await api.call('POST', '/proxies', '{"name":"q","listen":"127.0.0.1:0","upstream":"a:1"} nonsense'))
        .status,
    ).toBe(201);
  });

  test.each([
    ['', 'bad request body: EOF'],
    ['  \n', 'bad request body: EOF'],
    ['{', 'bad request body: unexpected EOF'],
    ['{"name":"p"', 'bad request body: unexpected EOF'],
    ['{"name":"p', 'bad request body: unexpected EOF'],
    ['nonsense', "bad request body: invalid character 'o' in literal null (expecting 'u')"],
    ['xyz', "bad request body: invalid character 'x' looking for beginning of value"],
    ['{name}', "bad request body: invalid character 'n' looking for beginning of object key string"],
    ['{"name":"p",}', "bad request body: invalid character '}' looking for beginning of object key string"],
    ['{"name" "p"}', `bad request body: invalid character '"' after object key`],
    ['{"name":"p" "listen":""}', `bad request body: invalid character '"' after object key:value pair`],
    ['{"name":[1 2]}', "bad request body: invalid character '2' after array element"],
    ['{"name":"\\x"}', "bad request body: invalid character 'x' in string escape code"],
    ['{"name":"\\u12g4"}', "bad request body: invalid character 'g' in \\u hexadecimal character escape"],
    ['{"name":"a\nb"}', "bad request body: invalid character '\\n' in string literal"],
    ['{"name":-x}', "bad request body: invalid character 'x' in numeric literal"],
    ['{"name":1.x}', "bad request body: invalid character 'x' after decimal point in numeric literal"],
    ['{"name":1ex}', "bad request body: invalid character 'x' in exponent of numeric literal"],
    ['{"name":01}', "bad request body: invalid character '1' after object key:value pair"],
    ["'", "bad request body: invalid character '\\'' looking for beginning of value"],
    ['[]', 'bad request body: json: cannot unmarshal array into Go value of type toxiproxy.Proxy'],
    ['"p"', 'bad request body: json: cannot unmarshal string into Go value of type toxiproxy.Proxy'],
    [
      '{"name":5}',
      'bad request body: json: cannot unmarshal number into Go struct field Proxy.name of type string',
    ],
    [
      '{"enabled":"yes"}',
      'bad request body: json: cannot unmarshal string into Go struct field Proxy.enabled of type bool',
    ],
    ['{}', 'missing required field: name'],
    ['{"name":"p"}', 'missing required field: upstream'],
  ])('POST /proxies with %j', async (body, message) => {
    expect(await api.outcome('POST', '/proxies', body)).toEqual(error(400, message));
  });

  test('errors of proxies', async () => {
    const { listen } = await api.create();
    const notFound = error(404, 'proxy not found');
    expect(await api.outcome('GET', '/proxies/none')).toEqual(notFound);
    expect(await api.outcome('PATCH', '/proxies/none', {})).toEqual(notFound);
    expect(await api.outcome('DELETE', '/proxies/none')).toEqual(notFound);
    expect(await api.outcome('GET', '/proxies/none/toxics')).toEqual(notFound);
    expect(await api.outcome('POST', '/proxies/none/toxics', {})).toEqual(notFound);
    expect(await api.outcome('GET', '/proxies/none/toxics/t')).toEqual(notFound);
    expect(await api.outcome('POST', '/proxies', { name: 'p', upstream: 'a:1' })).toEqual(
      error(409, 'proxy already exists'),
    );
    const clash = { name: 'q', listen, upstream: 'a:1' };
    const inUse = error(500, `listen tcp ${listen}: bind: address already in use`);
    expect(await api.outcome('POST', '/proxies', clash)).toEqual(inUse);
    expect(await api.outcome('GET', '/proxies/q')).toEqual(notFound);
    const bad = { ...clash, listen: 'local373' };
    expect(await api.outcome('POST', '/proxies', bad)).toEqual(
      error(500, 'listen tcp: address local373: missing port in address'),
    );
    expect(await api.outcome('PATCH', '/proxies/p', { listen: 'local373' })).toEqual(
      error(500, 'address local373: missing port in address'),
    );
    expect(await api.outcome('PATCH', '/proxies/p', 'x')).toEqual(
      error(400, "bad request body: invalid character 'x' looking for beginning of value"),
    );
  });

  test('PATCH and POST update a proxy, and ignore its name', async () => {
    const { listen } = await api.create();
    const text = (upstream: string, enabled: boolean) =>
      `{"name":"p","listen":"${listen}","upstream":"${upstream}","enabled":${enabled},"Logger":{},"toxics":[]}`;
    expect(await api.outcome('PATCH', '/proxies/p', { upstream: 'a:1', name: 'q' })).toEqual([
      200,
      JSON_TYPE,
      text('a:1', true),
    ]);
    expect(await api.outcome('POST', '/proxies/p', { enabled: false })).toEqual([
      200,
      JSON_TYPE,
      text('a:1', false),
    ]);
    expect(await api.outcome('PATCH', '/proxies/p', {})).toEqual([200, JSON_TYPE, text('a:1', false)]);
    expect(await api.outcome('PATCH', '/proxies/p', { enabled: true })).toEqual([
      200,
      JSON_TYPE,
      text('a:1', true),
    ]);
  });

  test('DELETE /proxies/{p}', async () => {
    await api.create();
    expect(await api.outcome('DELETE', '/proxies/p')).toEqual([204, undefined, '']);
    expect((await api.call('GET', '/proxies/p')).status).toBe(404);
  });
});
