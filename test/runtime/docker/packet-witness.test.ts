/** Partitions by packet filters are witnessed on the filters and by what gets through, and only what is there is. */
import { expect, test } from 'vitest';
import { systemClock as clock } from '../../../src/clock.js';
import type { Effects } from '../../../src/fault/fault.js';
import { partition } from '../../../src/fault/partition.js';
import { seeded } from '../../../src/random.js';
import { greetingsOf } from '../../../src/run/greetings.js';
import { greeter } from '../../../src/runtime/links/greeting.js';
import { witnessed } from '../../../src/runtime/links/link-witness.js';
import { openPacketLinks } from '../../../src/runtime/links/packets/packet-links.js';
import { Redirects } from '../../../src/runtime/links/packets/redirects.js';
import { echoSystem } from '../../fault/stand.js';
import { http } from '../../http.js';
import { eventually, mesh } from '../opened.js';
import { openContainers, withPacketFilters } from './engine.js';

const NODES = ['a', 'b', 'c'];
const LINKS = mesh(...NODES);

/** Three nodes that take greetings, on one network. */
async function stand() {
  const { cluster, told } = await openContainers({ nodes: NODES, links: LINKS, network: 'shared' });
  await cluster.edges.toxiproxies(7, { kind: 'embedded' });
  const filters = cluster.edges.filters() ?? expect.fail('no packet filters');
  const links = await openPacketLinks(
    { clock, filters, redirects: new Redirects(clock, filters, []) },
    LINKS,
  );
  const place = (link: string) => cluster.places.link(link);
  const greetings = greetingsOf(() => echoSystem);
  const { greet, arrived } = greeter({ clock, place, greetings, edges: cluster.edges });
  const push = told.lines.push.bind(told.lines);
  told.lines.push = (...lines) => {
    for (const { line } of lines) {
      const token = echoSystem.arrivalOf(line);
      if (token !== undefined) arrived(token);
    }
    return push(...lines);
  };
  await Promise.all(
    NODES.map(async (node) => {
      await cluster.start(node, echoSystem.program({ listen: cluster.places.listen(node) } as never));
      const asked = () => http(cluster.places.observe(node), '/', AbortSignal.timeout(1000));
      await eventually(`${node} answers`, () => asked().catch(() => undefined));
    }),
  );
  const seen = witnessed({ clock, links, greet, place, nodes: cluster });
  const effects: Effects = { clock, links: seen, nodes: cluster };
  const view = {
    topology: {
      nodes: NODES.map((name) => ({ name, kind: 'node' as const, tags: [] })),
      killed: [],
      paused: [],
    },
    links: LINKS,
    random: seeded(7),
  };
  let count = 0;
  const inject = async (options: Parameters<typeof partition.aim>[0]) => {
    const name = `fault-${++count}`;
    const aim = partition.aim(options, view);
    const { witness, still, heal } = await partition.inject(name, aim, effects);
    const nothing = () => expect.fail('nothing to heal');
    return { name, aim, witness, still: () => still?.() ?? nothing(), heal: () => heal?.() ?? nothing() };
  };
  return { cluster, filters, links, inject };
}

const sees = (evidence: { subject: string; observed: string }[], subject: string) =>
  evidence.find((one) => one.subject === subject)?.observed;

withPacketFilters(() => {
  test('whole and one-way cuts, drops and refusals: each link as it should be, and open again', async () => {
    const { inject } = await stand();
    const whole = await inject({ isolate: 'a', mode: 'drop' });
    const cut = await whole.witness();
    expect(cut).toMatchObject({ witnessed: true });
    for (const { link } of whole.aim.cuts)
      expect(sees(cut.evidence, link)).toMatch(
        /^DROP fault-1_upstream \(\d+ packets\), DROP fault-1_downstream \(\d+ packets\); greeting silent .* a datagram did not arrive$/,
      );
    const healed = await whole.heal();
    expect(healed).toMatchObject({ witnessed: true });
    expect(healed.evidence.length).toBeGreaterThan(0);
    for (const { observed } of healed.evidence)
      expect(observed).toMatch(/^no rules; greeting answered .*, a datagram arrived$/);

    const oneWay = await inject({ from: 'a', to: 'b', mode: 'drop' });
    const lost = await oneWay.witness();
    expect(lost).toMatchObject({ witnessed: true });
    // No connection comes about either way, so that what still arrives is seen by datagrams alone.
    expect(sees(lost.evidence, 'a->b')).toMatch(
      /^DROP fault-2_upstream \([1-9].* a datagram did not arrive$/,
    );
    expect(sees(lost.evidence, 'b->a')).toMatch(/^DROP fault-2_downstream \(.* a datagram arrived$/);
    expect(sees(lost.evidence, 'a->c')).toMatch(/^no rules; greeting answered/);
    await oneWay.heal();

    const refused = await inject({ link: 'a->b', mode: 'refuse' });
    const turned = await refused.witness();
    expect(turned).toMatchObject({ witnessed: true });
    expect(sees(turned.evidence, 'a->b')).toMatch(/^REJECT fault-3_upstream .*; greeting refused/);
    expect(sees(turned.evidence, 'b->a')).toMatch(/^no rules; greeting answered .*, a datagram arrived$/);
    expect(await refused.heal()).toMatchObject({ witnessed: true });
  });

  test('what is not as it was asked for is not witnessed', async () => {
    const { inject, links, filters } = await stand();
    const both = await inject({ from: 'a', to: 'b', mode: 'drop' });
    await links.apply(both.name, { mode: 'drop', cuts: [{ link: 'b->a', streams: ['upstream'] }] });
    const twoWays = await both.witness();
    expect(twoWays.witnessed).toBe(false);
    expect(sees(twoWays.evidence, 'b->a')).toMatch(/a datagram did not arrive$/);
    await both.heal();

    // A node that clears its packet filter lets everything in, whatever was asked for.
    const undone = await inject({ from: 'a', to: 'c', mode: 'drop' });
    await filters.get('c')?.load('*filter\n-F INPUT\nCOMMIT\n');
    const { witnessed, evidence } = await undone.witness();
    expect(witnessed).toBe(false);
    expect(sees(evidence, 'a->c')).toMatch(/the server should say: fault-2_upstream/);
  });

  test('what a node clears away in the midst of a cut does not last', async () => {
    const { inject, filters } = await stand();
    const whole = await inject({ isolate: 'a', mode: 'drop' });
    const refused = await inject({ link: 'b->c', mode: 'refuse' });
    for (const { witness, still } of [whole, refused]) {
      expect(await witness()).toMatchObject({ witnessed: true });
      expect(await still()).toMatchObject({ witnessed: true });
    }
    // As keepalived's notify scripts do.
    await filters.get('c')?.load('*filter\n-F INPUT\nCOMMIT\n');
    const { witnessed, evidence } = await whole.still();
    expect(witnessed).toBe(false);
    const wrong = evidence.filter(({ expected, observed }) => expected !== observed);
    expect(wrong.map(({ subject }) => subject)).toEqual(['a->c', 'c->a']);
    const half = expect.stringMatching(/^DROP fault-1_downstream \(\d+ packets\)$/);
    expect(sees(evidence, 'a->c')).toEqual(half);
    expect(await refused.still()).toMatchObject({ witnessed: false, evidence: [{ subject: 'b->c' }] });
    // By then there is nothing left at that node to be undone.
    expect(await refused.heal()).toMatchObject({ witnessed: true });
    expect(await whole.heal()).toMatchObject({ witnessed: true });
  });
});
