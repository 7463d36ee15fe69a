/** The HTTP API for toxics, byte for byte. */
import { expect, test } from 'vitest';
import { error, JSON_TYPE, onEachServer } from './conformance.js';

onEachServer((api) => {
  const shown = [
    ['noop', '{}'],
    ['latency', '{"latency":0,"jitter":0}'],
    ['bandwidth', '{"rate":0}'],
    ['slow_close', '{"delay":0}'],
    ['timeout', '{"timeout":0}'],
    ['reset_peer', '{"timeout":0}'],
    ['slicer', '{"average_size":0,"size_variation":0,"delay":0}'],
    ['limit_data', '{"bytes":0}'],
  ] as const;

  test.each(shown)('a %s toxic has its defaults and its fields in order', async (type, attributes) => {
    // Newer servers refuse a slicer that cuts into nothing.
    const given = type === 'slicer' ? { type, attributes: { average_size: 7 } } : { type };
    await api.create();
    const text = `{"attributes":${attributes.replace('"average_size":0', '"average_size":7')},"name":"${type}_downstream","type":"${type}","stream":"downstream","toxicity":1}`;
    expect(await api.outcome('POST', '/proxies/p/toxics', given)).toEqual([200, JSON_TYPE, text]);
    expect(await api.outcome('GET', '/proxies/p/toxics')).toEqual([200, JSON_TYPE, `[${text}]`]);
    expect(await api.outcome('GET', `/proxies/p/toxics/${type}_downstream`)).toEqual([200, JSON_TYPE, text]);
    expect(JSON.parse((await api.call('GET', '/proxies/p')).body).toxics).toEqual([JSON.parse(text)]);
  });

  test('toxics are listed upstream first; a stream in capitals is kept so', async () => {
    await api.create();
    await api.call('POST', '/proxies/p/toxics', { type: 'noop' });
    await api.call('POST', '/proxies/p/toxics', { type: 'noop', stream: 'UpStream' });
    const list = JSON.parse((await api.call('GET', '/proxies/p/toxics')).body);
    expect(list.map(({ name, stream }: { name: string; stream: string }) => [name, stream])).toEqual([
      ['noop_UpStream', 'UpStream'],
      ['noop_downstream', 'downstream'],
    ]);
  });

  test('toxicity is a float of 32 bits, shown with its fewest digits', async () => {
    await api.create();
    for (const [given, text] of [
      ['0.2', '0.2'],
      ['0.123456789', '0.12345679'],
      ['1e-7', '1e-7'],
      ['3', '3'],
      ['-1', '-1'],
    ]) {
      const { body } = await api.call(
        'POST',
        '/proxies/p/toxics',
        `{"type":"noop","name":"n${given}","toxicity":${given}}`,
      );
      expect(body).toMatch(new RegExp(`"toxicity":${text}}$`));
    }
  });

  test('PATCH and POST change attributes and toxicity only', async () => {
    await api.create();
    await api.call('POST', '/proxies/p/toxics', {
      type: 'latency',
      attributes: { latency: 100, jitter: 10 },
    });
    const path = '/proxies/p/toxics/latency_downstream';
    const text = (latency: number, toxicity: number) =>
      `{"attributes":{"latency":${latency},"jitter":10},"name":"latency_downstream","type":"latency","stream":"downstream","toxicity":${toxicity}}`;
    const change = {
      name: 'x',
      type: 'noop',
      stream: 'upstream',
      toxicity: 0.5,
      attributes: { latency: 7, other: 1 },
    };
    expect(await api.outcome('PATCH', path, change)).toEqual([200, JSON_TYPE, text(7, 0.5)]);
    expect(await api.outcome('POST', path, { attributes: { latency: 8 } })).toEqual([
      200,
      JSON_TYPE,
      text(8, 0.5),
    ]);
    expect(await api.outcome('POST', path, { attributes: null, toxicity: null })).toEqual([
      200,
      JSON_TYPE,
      text(8, 0.5),
    ]);
    expect(await api.outcome('PATCH', path, {})).toEqual([200, JSON_TYPE, text(8, 0.5)]);
    expect(await api.outcome('DELETE', path)).toEqual([204, undefined, '']);
    expect(await api.outcome('GET', '/proxies/p/toxics')).toEqual([200, JSON_TYPE, '[]']);
  });

  test.each([
    ['x', "bad request body: invalid character 'x' looking for beginning of value"],
    ['{}', 'invalid toxic type'],
    ['{"type":"none"}', 'invalid toxic type'],
    ['{"type":"none","stream":"sideways"}', 'stream was invalid, can be either upstream or downstream'],
    ['{"type":"latency","stream":""}', 'stream was invalid, can be either upstream or downstream'],
    [
      '{"type":"latency","toxicity":"1"}',
      'bad request body: json: cannot unmarshal string into Go struct field ToxicWrapper.toxicity of type float32',
    ],
    [
      '{"type":"latency","attributes":"x"}',
      'bad request body: json: cannot unmarshal string into Go struct field ToxicWrapper.attributes of type toxics.NoopToxic',
    ],
    [
      '{"type":"latency","attributes":{"latency":"1"}}',
      'bad request body: json: cannot unmarshal string into Go struct field LatencyToxic.attributes.latency of type int64',
    ],
    [
      '{"type":"latency","attributes":{"latency":1.5}}',
      'bad request body: json: cannot unmarshal number 1.5 into Go struct field LatencyToxic.attributes.latency of type int64',
    ],
    ...['9223372036854775808', '-9223372036854775809', '1e3', '100000000000000000000'].map((number) => [
      `{"type":"latency","attributes":{"latency":${number}}}`,
      `bad request body: json: cannot unmarshal number ${number} into Go struct field LatencyToxic.attributes.latency of type int64`,
    ]),
    [
      '{"type":"slicer","attributes":{"delay":true}}',
      'bad request body: json: cannot unmarshal bool into Go struct field SlicerToxic.attributes.delay of type int',
    ],
  ])('POST /proxies/{p}/toxics with %s', async (body, message) => {
    await api.create();
    expect(await api.outcome('POST', '/proxies/p/toxics', body)).toEqual(error(400, message));
    expect(await api.outcome('GET', '/proxies/p/toxics')).toEqual([200, JSON_TYPE, '[]']);
  });

  test.each(['9007199254740993', '9223372036854775807', '-9223372036854775808', '-0'])(
    'a whole number of 64 bits, such as %s, keeps its digits',
    async (number) => {
      await api.create();
      const digits = number === '-0' ? '0' : number;
      const shown = `"attributes":{"timeout":${digits}}`;
      const body = `{"name":"t","type":"timeout","toxicity":0,"attributes":{"timeout":${number}}}`;
      expect((await api.call('POST', '/proxies/p/toxics', body)).body).toContain(shown);
      expect((await api.call('PATCH', '/proxies/p/toxics/t', '{"toxicity":0}')).body).toContain(shown);
      expect((await api.call('GET', '/proxies/p')).body).toContain(shown);
      await api.call('PATCH', '/proxies/p/toxics/t', '{"attributes":{"timeout":7}}');
      expect((await api.call('GET', '/proxies/p/toxics/t')).body).toContain('"attributes":{"timeout":7}');
    },
  );

  test('errors of toxics', async () => {
    await api.create();
    await api.call('POST', '/proxies/p/toxics', { name: 't', type: 'noop', stream: 'upstream' });
    const again = { name: 't', type: 'latency' };
    expect(await api.outcome('POST', '/proxies/p/toxics', again)).toEqual(error(409, 'toxic already exists'));
    const notFound = error(404, 'toxic not found');
    expect(await api.outcome('GET', '/proxies/p/toxics/none')).toEqual(notFound);
    expect(await api.outcome('PATCH', '/proxies/p/toxics/none', {})).toEqual(notFound);
    expect(await api.outcome('DELETE', '/proxies/p/toxics/none')).toEqual(notFound);
    expect(await api.outcome('PATCH', '/proxies/p/toxics/t', '{"toxicity":"x"}')).toEqual(
      error(
        400,
        'bad request body: json: cannot unmarshal string into Go struct field .toxicity of type float32',
      ),
    );
  });

  test('toxics survive an update and a disable', async () => {
    await api.create();
    await api.call('POST', '/proxies/p/toxics', { name: 't', type: 'noop' });
    await api.call('PATCH', '/proxies/p', { enabled: false });
    await api.call('PATCH', '/proxies/p', { upstream: 'b:2', enabled: true });
    expect(JSON.parse((await api.call('GET', '/proxies/p')).body).toxics).toHaveLength(1);
  });

  test('POST /reset enables proxies and removes toxics', async () => {
    await api.create();
    await api.call('POST', '/proxies/p/toxics', { type: 'noop' });
    await api.call('PATCH', '/proxies/p', { enabled: false });
    expect(await api.outcome('POST', '/reset')).toEqual([204, undefined, '']);
    expect(JSON.parse((await api.call('GET', '/proxies/p')).body)).toMatchObject({
      enabled: true,
      toxics: [],
    });
  });
});
