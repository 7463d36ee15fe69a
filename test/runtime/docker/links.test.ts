/** Links between containers: they do what links do, and there is no way around them. */
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock as clock } from '../../../src/clock.js';
import { openInside } from '../../../src/link/server.js';
import { openLinks } from '../../../src/link/toxiproxy-links.js';
import { http } from '../../../src/probe/http.js';
import { openPower } from '../../../src/runtime/power.js';
import { dialled, linkConformance, proxyRemoved } from '../../link/conformance.js';
import { eventually, mesh } from '../opened.js';
import { openContainers, withEngine } from './engine.js';

const PROGRAM = new URL('programs/answer.mjs', import.meta.url).pathname;

/** Nodes that answer, each at its own address, and all links between them. */
async function stand(...nodes: string[]) {
  const powerLink = { name: 'a->power', from: 'a', to: 'power' };
  const layout = { nodes, links: [...mesh(...nodes), powerLink], power: true };
  const { cluster, run, told } = await openContainers(layout);
  const urls = await cluster.toxiproxies(7);
  const others = new Map(
    await Promise.all(
      [...urls].map(async ([name, url]) => [name, (await openInside(url, clock)).client] as const),
    ),
  );
  const places = layout.links.map(({ name }) => cluster.places.link(name));
  const first = others.get('a');
  if (!first) throw new Error('expected a Toxiproxy for a');
  const links = await openLinks({ client: first, others, clock, run }, places);
  await Promise.all(
    nodes.map((node) => {
      const { host, port } = cluster.places.listen(node);
      return cluster.start(node, { command: [process.execPath, PROGRAM, host, String(port)] });
    }),
  );
  await eventually('all listen', () => told.lines.length === nodes.length || undefined);
  const dial = (link: string) =>
    dialled(async () => {
      const door = await cluster.door(link, AbortSignal.timeout(5000));
      if (!door) throw new Error(`expected a door to ${link}`);
      onTestFinished(() => door.close());
      return connect(door.address);
    });
  /** Has a node dial, and gives what it says of that. */
  const from = async (node: string, host: string, port: number) => {
    const asked = dialled(async () => connect(cluster.places.observe(node)));
    asked.say(`dial ${host} ${port}`);
    await asked.heard('\n');
    return asked.text().trim();
  };
  return { cluster, run, told, others, links, dial, from, places };
}

withEngine(() => {
  linkConformance('containers', {
    async open() {
      const { links, run, told, dial, others } = await stand('a', 'b');
      const arrived: string[] = [];
      const push = told.lines.push.bind(told.lines);
      told.lines.push = (...lines) => {
        for (const { node, line } of lines) {
          const [, text] = /^got (.*) from /.exec(line) ?? [];
          if (text !== undefined) arrived.push(`${node} ${text}`);
        }
        return push(...lines);
      };
      const clientOf = (link: string) => others.get(link.split('->')[0] ?? '') ?? fail(link);
      return { links, run, dial, arrived, clientOf, spoil: proxyRemoved(clientOf, run) };
    },
  });

  test('nodes on the same port reach each other by name, each over its own link, and know each other again', async () => {
    const { from, cluster, links, dial, told } = await stand('a', 'b', 'c');
    const { port } = cluster.places.listen('a');
    for (const [source, target] of [
      ['a', 'b'],
      ['b', 'c'],
      ['c', 'a'],
      ['b', 'a'],
    ] as const) {
      expect(await from(source, target, port)).toBe('connected');
      expect(cluster.places.link(`${source}->${target}`).dial.port).toBe(port);
    }
    // Who is heard has the address at which it is dialled.
    await dial('b->a').ask('who');
    const heard = await eventually('it arrives', () =>
      told.lines.find(({ line }) => line.startsWith('got who')),
    );
    expect(heard).toEqual({ node: 'a', line: `got who from ${cluster.places.link('a->b').dial.host}` });
    await links.apply('fault-1', {
      mode: 'refuse',
      cuts: [{ link: 'a->b', streams: ['upstream', 'downstream'] }],
    });
    expect(await from('a', 'b', port)).toBe('ECONNREFUSED');
    for (const [source, target] of [
      ['b', 'a'],
      ['a', 'c'],
      ['c', 'b'],
    ] as const)
      expect(await from(source, target, port)).toBe('connected');
  });

  test('there is no way around a link', async () => {
    const { from, cluster, links } = await stand('a', 'b', 'c');
    const places = [...cluster.places.nodes.values()];
    const own = places.find(({ name }) => name === 'a');
    const port = cluster.places.listen('a').port;
    const publishedOf = (node: string) => cluster.places.observe(node).port;
    const gateways = places.map(({ address }) => address.replace(/\d+$/, (last) => String(Number(last) - 1)));
    const others = places.filter(({ name }) => name !== 'a');
    const ways: [string, number][] = [
      // The peers where they really are, what is published of them, and their edges, on every network.
      ...others.map(({ address }): [string, number] => [address, port]),
      ...others.map(({ local }): [string, number] => [local, port]),
      ...others.flatMap(({ edge }): [string, number][] => [
        [edge.address, port],
        [edge.backbone, port],
        [edge.backbone, 8475],
        ...edge.peers.map((peer): [string, number] => [peer, port]),
      ]),
      ...gateways.flatMap((gateway): [string, number][] => [
        [gateway, port],
        ...['a', 'b', 'c'].map((node): [string, number] => [gateway, publishedOf(node)]),
      ]),
      // The links' control.
      ...[8474, 8475, 8476].flatMap((number): [string, number][] => [
        [own?.edge.address ?? '', number],
        [own?.edge.backbone ?? '', number],
        ['b', number],
      ]),
      // And nobody gets out.
      ['192.0.2.1', 80],
    ];
    const cuts = ['a->b', 'a->c'].map((link) => ({
      link,
      streams: ['upstream' as const, 'downstream' as const],
    }));
    await links.apply('fault-1', { mode: 'refuse', cuts });
    const went = await Promise.all(
      ways.map(async ([host, number]) => `${host}:${number} ${await from('a', host, number)}`),
    );
    expect(went.filter((how) => how.endsWith('connected'))).toEqual([]);
    await links.heal('fault-1');
    expect(await from('a', 'b', port)).toBe('connected');
  });

  test('the power device of this machine is reached over its link, and by nobody else', async () => {
    const { cluster, from, links, dial } = await stand('a', 'b');
    const address = cluster.places.power ?? fail('power');
    const power = await openPower({ clock, address, nodes: ['a', 'b'], kills: cluster });
    onTestFinished(() => power.close());
    const { host, port } = cluster.places.link('a->power').dial;
    expect(await from('a', 'power', port)).toBe('connected');
    expect(await from('b', host, port)).not.toBe('connected');
    const asked = dial('a->power');
    asked.say('GET /list HTTP/1.1\r\nHost: power\r\nConnection: close\r\n\r\n');
    await asked.heard('{"running":["a","b"]}');
    await links.apply('fault-1', {
      mode: 'refuse',
      cuts: [{ link: 'a->power', streams: ['upstream', 'downstream'] }],
    });
    expect(await from('a', 'power', port)).toBe('ECONNREFUSED');
    expect((await http(address, '/list', AbortSignal.timeout(1000))).status).toBe(200);
  });

  test('a node that is gone is told from one that is silent, at once, and found again when it is back', async () => {
    const { cluster, dial, told } = await stand('a', 'b');
    expect(await dial('a->b').ask('one')).toBe('one!');
    await cluster.kill('b', 'SIGKILL');
    const before = clock.now();
    expect(await dial('a->b').ended()).toBe('closed');
    expect(clock.now() - before).toBeLessThan(1000);
    const { host, port } = cluster.places.listen('b');
    await cluster.start('b', { command: [process.execPath, PROGRAM, host, String(port)] });
    await eventually('it listens', () => told.lines.filter(({ line }) => line === 'listening')[2]);
    const back = clock.now();
    expect(await dial('a->b').ask('two')).toBe('two!');
    expect(clock.now() - back).toBeLessThan(500);
  });
});

function fail(what: string): never {
  throw new Error(`expected ${what}`);
}
