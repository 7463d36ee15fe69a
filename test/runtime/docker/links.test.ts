/** Links between containers: they do what links do, and there is no way around them. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock as clock } from '../../../src/clock.js';
import type { DockerCluster } from '../../../src/runtime/docker/docker-cluster.js';
import { AGENT_PORT } from '../../../src/runtime/docker/docker-places.js';
import { engineClient, findEngine } from '../../../src/runtime/docker/engine.js';
import { nameInEngine, RUN_LABEL } from '../../../src/runtime/docker/labels.js';
import { openPower } from '../../../src/runtime/power.js';
import type { Cut } from '../../../src/topology/grudge.js';
import type { Link } from '../../../src/topology/links.js';
import { http } from '../../http.js';
import { shared } from '../../lifetime.js';
import { linkConformance, proxyRemoved } from '../links/conformance.js';
import { eventually, mesh } from '../opened.js';
import { arrivals, dialFrom, order } from './answering.js';
import { withEngine } from './engine.js';
import { openLinked } from './linked.js';

const PROGRAM = new URL('programs/answer.mjs', import.meta.url).pathname;

/** Nodes that answer, each at its own address, and all links between them. */
async function stand(...nodes: string[]) {
  const powerLink = { name: 'a->power', from: 'a', to: 'power' };
  const layout = { nodes, links: [...mesh(...nodes), powerLink], power: true };
  const linked = await openLinked(layout);
  const { cluster, told } = linked;
  await Promise.all(
    nodes.map((node) => {
      const { host, port } = cluster.places.listen(node);
      return cluster.start(node, { command: [process.execPath, PROGRAM, host, String(port)] });
    }),
  );
  await eventually('all listen', () => told.lines.length === nodes.length || undefined);
  return {
    ...linked,
    order: (node: string, words: string) => order(cluster, node, words),
    from: (node: string, host: string, port: number) => dialFrom(cluster, node, host, port),
  };
}

const both = (link: string): Cut => ({ link, streams: ['upstream', 'downstream'] });

/** Where a node could try to reach its peers, the links' control or the world outside, but by its links. */
function waysAround({ places }: DockerCluster, node: string): [string, number][] {
  const all = [...places.nodes.values()];
  const own = places.nodes.get(node) ?? fail(node);
  const others = all.filter((one) => one !== own);
  const { port } = places.listen(node);
  const published = all.flatMap((one) => [...one.published.values(), one.edge.agent.port]);
  const gateways = all.map(({ address }) => address.replace(/\d+$/, (last) => String(Number(last) - 1)));
  // Bridges are the networks of this run and of others.
  const machine = Object.entries(networkInterfaces()).filter(([name]) => !name.startsWith('br-'));
  const outside = machine.flatMap(([, some = []]) =>
    some.flatMap(({ family, address, internal }) => (family === 'IPv4' && !internal ? [address] : [])),
  );
  const at = (hosts: readonly string[], ports: readonly number[]) =>
    hosts.flatMap((host) => ports.map((number): [string, number] => [host, number]));
  return [
    // The peers where they really are, and their edges, on every network.
    ...at(
      others.flatMap(({ address, local, edge }) => [
        ...[address, local, edge.address, edge.backbone],
        ...edge.peers,
      ]),
      [port],
    ),
    ...at(
      others.map(({ edge }) => edge.backbone),
      [AGENT_PORT],
    ),
    // What is published of them, on this machine.
    ...at([...gateways, ...outside], [port, ...published]),
    // The links' control.
    ...at([own.edge.address, own.edge.backbone, others[0]?.name ?? ''], [8474, AGENT_PORT, AGENT_PORT + 1]),
    // And nobody gets out.
    ['192.0.2.1', 80],
  ];
}

withEngine(() => {
  linkConformance('containers', {
    async open() {
      const { links, run, told, dial, others } = await stand('a', 'b');
      const arrived = arrivals(told);
      const clientOf = (link: string) => others.get(link.split('->')[0] ?? '') ?? fail(link);
      return { links, run, dial, arrived, clientOf, spoil: proxyRemoved(clientOf, run) };
    },
  });

  /** What tests share that leave it as they found it. */
  const three = shared(() => stand('a', 'b', 'c'));

  test('nodes on the same port reach each other by name, each over its own link, and know each other again', async () => {
    const { from, cluster, links, dial, told } = await three();
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
    await links.heal('fault-1');
  });

  test('there is no way around a link', async () => {
    const { from, cluster, links } = await three();
    await links.apply('fault-1', { mode: 'refuse', cuts: ['a->b', 'a->c'].map(both) });
    const went = await Promise.all(
      waysAround(cluster, 'a').map(async ([host, at]) => `${host}:${at} ${await from('a', host, at)}`),
    );
    expect(went.filter((how) => how.endsWith('connected'))).toEqual([]);
    await links.heal('fault-1');
    expect(await from('a', 'b', cluster.places.listen('b').port)).toBe('connected');
  });

  test('no container has a way out of its networks, whatever the engine lets through between them', async () => {
    const { run } = await three();
    const docker = await engineClient((await findEngine(process.env, clock)).address);
    const containers = await docker.listContainers({ filters: { label: [`${RUN_LABEL}=${run}`] } });
    expect(containers).toHaveLength(6);
    for (const { Id, Names } of containers) {
      const { NetworkSettings, State } = await docker.getContainer(Id).inspect();
      for (const { Gateway } of Object.values(NetworkSettings.Networks))
        expect(Number(Gateway.split('.')[3]) % 64, `${Names}: ${Gateway}`).toBe(62);
      const lines = readFileSync(`/proc/${State.Pid}/net/route`, 'utf8').trim().split('\n').slice(1);
      const ways = lines.map((line) => line.split('\t')).filter(([, to]) => to === '00000000');
      // The first byte of an address is the last one there.
      for (const [, , gateway = ''] of ways) expect(Number.parseInt(gateway.slice(0, 2), 16) % 64).toBe(62);
    }
  });

  test('a node that changes its routes gets to its edge, and no answer there', async () => {
    const { cluster, run, from, order } = await three();
    const own = cluster.places.nodes.get('a') ?? fail('a');
    const { backbone, address, agentPort } = own.edge;
    expect(await from('a', backbone, agentPort)).not.toBe('connected');
    const docker = await engineClient((await findEngine(process.env, clock)).address);
    const { State } = await docker.getContainer(nameInEngine(run, 'a')).inspect();
    const route = ['ip', 'route', 'add', `${backbone}/32`, 'via', address];
    execFileSync('nsenter', [`--net=/proc/${State.Pid}/ns/net`, ...route]);
    // The way is there: the connection is taken, and closed.
    expect(await from('a', backbone, agentPort)).toBe('connected');
    const asked = order('a', `ask ${backbone} ${agentPort} GET /version`);
    await asked.heard('\n');
    expect(asked.text()).toMatch(/^(closed|ECONNRESET|EPIPE)\n$/);
    execFileSync('nsenter', [`--net=/proc/${State.Pid}/ns/net`, 'ip', 'route', 'del', ...route.slice(3)]);
  });

  test('nine nodes: each of the links is there, one way is one way, and there is no way around them', async () => {
    const names = [...'abcdefghi'];
    const { order, from, cluster, links, told } = await stand(...names);
    const pairs = mesh(...names);
    const port = ({ to }: Link) => cluster.places.listen(to).port;
    const asked = (text: string) =>
      new Map(pairs.map((link) => [link.name, order(link.from, `ask ${link.to} ${port(link)} ${text}`)]));
    const lines = (text: string) => told.lines.filter(({ line }) => line.startsWith(`got ${text} `));

    // Each reaches each by name, and knows it again when it hears it.
    for (const one of asked('one').values()) await one.heard('one!\n');
    const heard = pairs.map(({ from: source, to }) => {
      const { dial } = cluster.places.link(`${to}->${source}`);
      return { node: to, line: `got one from ${dial.host}` };
    });
    await eventually('all of it is told', () => lines('one').length >= pairs.length || undefined);
    expect(new Set(lines('one').map((line) => JSON.stringify(line)))).toEqual(
      new Set(heard.map((line) => JSON.stringify(line))),
    );

    await links.apply('fault-1', {
      mode: 'drop',
      cuts: [
        { link: 'a->b', streams: ['upstream'] },
        { link: 'b->a', streams: ['downstream'] },
      ],
    });
    const two = asked('two');
    const lost = ['a->b', 'b->a'];
    for (const [link, one] of two) if (!lost.includes(link)) await one.heard('two!\n');
    // All but what a says to b arrives, and so a's answers to b do not.
    await eventually('all others arrive', () => lines('two').length >= pairs.length - 1 || undefined);
    const atB = lines('two').filter(({ node }) => node === 'b');
    expect(atB).toHaveLength(names.length - 2);
    expect(atB.map(({ line }) => line)).not.toContain(
      `got two from ${cluster.places.link('b->a').dial.host}`,
    );
    expect(lost.map((link) => two.get(link)?.text())).toEqual(['', '']);
    await links.heal('fault-1');

    await links.apply('fault-2', {
      mode: 'refuse',
      cuts: pairs.filter((link) => link.from === 'a').map(({ name }) => both(name)),
    });
    const went = await Promise.all(
      waysAround(cluster, 'a').map(async ([host, at]) => `${host}:${at} ${await from('a', host, at)}`),
    );
    expect(went.filter((how) => how.endsWith('connected'))).toEqual([]);
    await links.heal('fault-2');
    for (const one of asked('three').values()) await one.heard('three!\n');
  }, 120_000);

  test('the power device of this machine is reached over its link, and by nobody else', async () => {
    const { cluster, from, links, dial } = await stand('a', 'b');
    const address = cluster.places.power ?? fail('power');
    const power = await openPower({ clock, address, key: 'key', nodes: ['a', 'b'], kills: cluster });
    onTestFinished(() => power.close());
    const { host, port } = cluster.places.link('a->power').dial;
    expect(await from('a', 'power', port)).toBe('connected');
    expect(await from('b', host, port)).not.toBe('connected');
    const asked = dial('a->power');
    asked.say('GET /list HTTP/1.1\r\nHost: power\r\nAuthorization: Bearer key\r\nConnection: close\r\n\r\n');
    await asked.heard('{"running":["a","b"]}');
    await links.apply('fault-1', {
      mode: 'refuse',
      cuts: [{ link: 'a->power', streams: ['upstream', 'downstream'] }],
    });
    expect(await from('a', 'power', port)).toBe('ECONNREFUSED');
    const headers = { authorization: 'Bearer key' };
    expect((await http(address, '/list', AbortSignal.timeout(5000), 'GET', headers)).status).toBe(200);
  });

  test('a node that is gone is told from one that is silent, at once, and found again when it is back', async () => {
    const { cluster, dial, told } = await three();
    expect(await dial('a->b').ask('one')).toBe('one!');
    await cluster.kill('b', 'SIGKILL');
    const before = clock.now();
    expect(await dial('a->b').ended()).toBe('closed');
    expect(clock.now() - before).toBeLessThan(1000);
    const { host, port } = cluster.places.listen('b');
    await cluster.start('b', { command: [process.execPath, PROGRAM, host, String(port)] });
    await eventually('it listens', () => told.lines.filter(({ line }) => line === 'listening')[3]);
    const back = clock.now();
    expect(await dial('a->b').ask('two')).toBe('two!');
    expect(clock.now() - back).toBeLessThan(500);
  });
});

function fail(what: string): never {
  throw new Error(`expected ${what}`);
}
