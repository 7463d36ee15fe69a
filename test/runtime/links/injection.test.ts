/** When a cut came into force: by the word of the servers where they tell it, else from the order to the answer. */
import { describe, expect, it } from 'vitest';
import { systemClock as clock } from '../../../src/clock.js';
import { openInside, openToxiproxy } from '../../../src/runtime/links/proxies/server.js';
import { openLinks } from '../../../src/runtime/links/proxies/toxiproxy-links.js';
import type { Cut } from '../../../src/topology/grudge.js';
import { mesh, openProcesses } from '../opened.js';
import { slowApi } from './slow-api.js';

const DELAY = 100;

/** Cuts every link over an API that is slow; gives how far apart the parts came into force, and how long it all took. */
async function cutOver(slow: 'all' | 'answer') {
  const nodes = ['a', 'b', 'c'];
  const { cluster, run } = await openProcesses({ nodes, links: mesh(...nodes) });
  const { url } = await openToxiproxy({ clock, hosts: cluster.hosts, asked: { kind: 'embedded' } });
  const { client } = await openInside(await slowApi(url, DELAY, slow), clock);
  const places = mesh(...nodes).map((link) => cluster.places.link(link.name));
  const links = await openLinks({ client, clock, run }, places);
  const cuts = places.map(({ link }): Cut => ({ link: link.name, streams: ['upstream'] }));
  const began = clock.now();
  const { at, last } = await links.apply('fault-1', { mode: 'drop', cuts });
  const took = clock.now() - began;
  await links.close();
  return { apart: last - at, took, count: cuts.length };
}

describe('the parts of a cut', () => {
  it('lie as far apart as the server put them on, one after the other', async () => {
    const { apart, count } = await cutOver('all');
    expect(apart).toBeGreaterThan((count - 1) * DELAY);
  });

  it('lie no further apart because answers are late', async () => {
    const { apart, took } = await cutOver('answer');
    expect(took).toBeGreaterThanOrEqual(DELAY);
    expect(apart).toBeLessThan(took / 2);
  });
});
