/**
 * A shared network on which links are shaped: connections to declared ports go through proxies beside their source, and
 * are for both ends what they would be without.
 */
import { expect, onTestFinished, test } from 'vitest';
import { systemClock as clock } from '../../../src/clock.js';
import { seeded } from '../../../src/random.js';
import { witnessed } from '../../../src/runtime/links/link-witness.js';
import { makeLinks } from '../../../src/runtime/links/made.js';
import { type Layout, SHAPING } from '../../../src/runtime/runtime.js';
import type { CutMode, Stream } from '../../../src/topology/grudge.js';
import { eventually, mesh } from '../opened.js';
import { arrivals, dialFrom, dialLink } from './answering.js';
import { openContainers, withPacketFilters } from './engine.js';

const BOTH: Stream[] = ['upstream', 'downstream'];
const cut = (mode: CutMode) => ({ mode, cuts: [{ link: 'a->b', streams: BOTH }] });
const late = (latency: number) => ({
  toxics: [
    {
      link: 'a->b',
      stream: 'downstream' as const,
      type: 'latency',
      toxicity: 1,
      attributes: { latency, jitter: 0 },
    },
  ],
});

async function answering() {
  const layout: Layout = {
    nodes: ['a', 'b'],
    links: mesh('a', 'b'),
    power: false,
    network: 'shared',
    needs: new Map([[SHAPING, []]]),
  };
  const { cluster, around, told } = await openContainers(layout);
  const undoing: (() => Promise<unknown>)[] = [];
  onTestFinished(async () => {
    for (const undo of undoing.reverse()) await undo();
  });
  const random = seeded(7);
  const { links, ending } = await makeLinks(cluster, layout, { ...around, random }, undoing, () => false);
  const program = new URL('programs/answer.mjs', import.meta.url).pathname;
  const start = (node: string) => {
    const { host, port } = cluster.places.listen(node);
    return cluster.start(node, { command: [process.execPath, program, host, String(port)] });
  };
  await Promise.all(['a', 'b'].map(start));
  await eventually('both listen', () => told.lines.length === 2 || undefined);
  const { host, port } = cluster.places.listen('b');
  const rulesOfA = cluster.edges.filters()?.get('a') ?? expect.fail('no packet filter of a');
  return {
    cluster,
    told,
    rulesOfA,
    links,
    ending,
    start,
    arrived: arrivals(told),
    /** How a connection from a to b's port comes about. */
    dial: () => dialFrom(cluster, 'a', host, port),
    over: () => dialLink(cluster, 'a->b'),
    addressOfA: cluster.places.listen('a').host,
  };
}

withPacketFilters(() => {
  test('connections come from their source, are late where they are to be, and meet cuts as they are', async () => {
    const { links, told, arrived, dial, over, addressOfA } = await answering();
    const open = over();
    expect(await open.ask('one')).toBe('one!');
    const got = () => told.lines.find(({ line }) => line.startsWith('got one from '))?.line;
    expect(await eventually('b tells', got)).toBe(`got one from ${addressOfA}`);

    await links.apply('fault-1', late(200));
    expect((await links.state('a->b')).toxics.map(({ type }) => type)).toEqual(['latency']);
    const begun = performance.now();
    expect(await open.ask('two')).toBe('two!');
    expect(performance.now() - begun).toBeGreaterThan(199);
    await links.heal('fault-1');

    await links.apply('fault-2', cut('drop'));
    // Nobody accepts for b what does not reach it.
    expect(await dial()).toBe('silent');
    open.say('three');
    expect(arrived).not.toContain('b three');
    await links.heal('fault-2');
    // TCP sends it again, from the source's address to the destination.
    await open.heard('three!');
    expect(await dial()).toBe('connected');

    await links.apply('fault-3', cut('refuse'));
    expect(await dial()).toBe('ECONNREFUSED');
    await links.heal('fault-3');

    await links.apply('fault-4', cut('stall'));
    const held = over();
    held.say('four');
    expect((await links.state('a->b')).toxics.map(({ type }) => type)).toEqual(['bandwidth', 'bandwidth']);
    await links.heal('fault-4');
    await held.heard('four!');
    expect(await links.state('a->b')).toMatchObject({ enabled: true, toxics: [] });
  });

  test('a connection that began while it got no answer is led to the proxy once it gets one', async () => {
    const { links, over, rulesOfA } = await answering();
    await links.apply('fault-1', cut('drop'));
    const open = over();
    open.say('one');
    const dropped = async () =>
      /\[[1-9]\d*:\d+\] -A DRILL-PROXIES .* -j DROP/.test(await rulesOfA.dump()) || undefined;
    await eventually('its first packet was dropped', dropped);
    await links.heal('fault-1');
    await open.heard('one!');
    await links.apply('fault-2', late(200));
    const begun = performance.now();
    expect(await open.ask('two')).toBe('two!');
    expect(performance.now() - begun).toBeGreaterThan(199);
  });

  test.each(['nat', 'filter'])(
    'what somebody else does to the %s rules beside a source is seen',
    async (table) => {
      const { cluster, links, rulesOfA } = await answering();
      const { astray: before } = await links.state('a->b');
      expect(before).toBeUndefined();
      await rulesOfA.load(`*${table}\n-I OUTPUT -j ACCEPT\nCOMMIT\n`);
      const { astray } = await links.state('a->b');
      expect(astray).toBe('somebody else has changed which way its connections go');
      await links.apply('fault-1', late(200));
      const place = (link: string) => cluster.places.link(link);
      const nobody = async () => undefined;
      const seen = witnessed({ clock, links, place, greet: nobody, nodes: cluster });
      const look = await seen.look('fault-1', { changed: late(200) });
      expect(look).toMatchObject({ witnessed: false });
      expect(look.evidence[0]?.observed).toMatch(/latency fault-1.*; somebody else has changed/);
    },
  );

  test('a process that has ended refuses, and is reached again once it listens', async () => {
    const { cluster, told, ending, start, dial } = await answering();
    await cluster.kill('b', 'SIGKILL');
    const refusing = { mode: 'refuse' as const, cuts: [{ link: 'a->b', streams: BOTH }] };
    await ending.apply('ended b', refusing);
    expect(await dial()).toBe('ECONNREFUSED');
    await ending.heal('ended b');
    const before = told.lines.length;
    await start('b');
    await eventually('b listens', () => told.lines.length > before || undefined);
    expect(await dial()).toBe('connected');
  });
});
