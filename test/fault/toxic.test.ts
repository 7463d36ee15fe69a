import { expect, test } from 'vitest';
import { toxic } from '../../src/fault/toxic.js';
import { openStand, view } from './stand.js';

test('aims at all links between the two sides', () => {
  const aim = toxic.aim({ link: 'primary->all standby', type: 'latency', attributes: { latency: 50 } }, view);
  expect(aim.toxics).toEqual(
    ['a->b', 'a->c'].map((link) => ({
      link,
      stream: 'downstream',
      type: 'latency',
      toxicity: 1,
      attributes: { latency: 50 },
    })),
  );
  expect(aim.text).toBe('latency latency 50 on the downstream of a->b, a->c');
});

const measurable = [
  { type: 'latency', attributes: { latency: 60 }, observed: /greeting answered after (6|7|8|9|\d\d)\d/ },
  { type: 'timeout', attributes: { timeout: 0 }, observed: /greeting (closed|silent)/ },
  { type: 'timeout', attributes: { timeout: 30 }, observed: /greeting (closed|silent)/ },
  { type: 'bandwidth', attributes: { rate: 0 }, observed: /greeting silent/ },
  { type: 'limit_data', attributes: { bytes: 5 }, observed: /greeting (closed|silent)/ },
  { type: 'reset_peer', attributes: { timeout: 0 }, observed: /greeting closed/ },
] as const;

const onlyByWord = [
  { type: 'noop', attributes: {} },
  { type: 'slow_close', attributes: { delay: 50 } },
  { type: 'slicer', attributes: { average_size: 64, size_variation: 8, delay: 10 } },
  { type: 'bandwidth', attributes: { rate: 100 } },
] as const;

for (const stream of ['upstream', 'downstream'] as const) {
  test(`each toxic on the ${stream} is witnessed by its effect, where it has one that shows`, async () => {
    const { inject } = await openStand();
    for (const { type, attributes, observed } of measurable) {
      const { witness, heal } = await inject(toxic, { link: 'a->b', type, stream, attributes });
      const seen = await witness();
      expect(seen, type).toMatchObject({ witnessed: true });
      expect(seen.evidence[0]?.observed, type).toMatch(observed);
      expect(await heal(), type).toMatchObject({ witnessed: true });
    }
    for (const { type, attributes } of onlyByWord) {
      const { witness, heal } = await inject(toxic, { link: 'a->b', type, stream, attributes });
      const seen = await witness();
      expect(seen, type).toMatchObject({ witnessed: true });
      expect(seen.evidence[0]?.observed, type).toContain("by the server's word alone");
      expect(await heal(), type).toMatchObject({ witnessed: true });
    }
  });
}

test('toxics that others clear away in their midst do not last', async () => {
  const { inject, client } = await openStand();
  const { witness, still, heal } = await inject(toxic, {
    link: 'a->b',
    type: 'latency',
    attributes: { latency: 60 },
  });
  expect(await witness()).toMatchObject({ witnessed: true });
  expect(await still()).toMatchObject({ witnessed: true });
  await client.reset();
  const expected = 'fault-1_latency_downstream';
  expect(await still()).toMatchObject({
    witnessed: false,
    evidence: [{ subject: 'a->b', expected, observed: 'no toxics' }],
  });
  expect(await heal()).toMatchObject({ witnessed: true });
});

test('a toxic that is drawn for each connection is taken by the server on its word', async () => {
  const { inject } = await openStand();
  const options = { link: 'a->b', type: 'timeout', toxicity: 0.5, attributes: { timeout: 0 } } as const;
  const { witness, aim } = await inject(toxic, options);
  expect(aim.text).toBe('timeout timeout 0 on the downstream of a->b, for 50% of the connections');
  const [seen] = (await witness()).evidence;
  expect(seen?.expected).toBe('the toxic timeout in place, drawn once for each connection');
  expect(seen?.observed).toContain("by the server's word alone");
});
