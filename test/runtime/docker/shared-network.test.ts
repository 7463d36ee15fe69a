/** One network for all nodes: everything crosses it, and packet filters cut it. */

import { expect, onTestFinished, test } from 'vitest';
import { systemClock as clock } from '../../../src/clock.js';
import { engineClient, findEngine } from '../../../src/runtime/docker/engine.js';
import { openPacketLinks } from '../../../src/runtime/links/packets/packet-links.js';
import { Redirects } from '../../../src/runtime/links/packets/redirects.js';
import { openInside } from '../../../src/runtime/links/proxies/server.js';
import { openLinks } from '../../../src/runtime/links/proxies/toxiproxy-links.js';
import { openPower } from '../../../src/runtime/power.js';
import { type CutMode, grudge } from '../../../src/topology/grudge.js';
import { linkConformance } from '../links/conformance.js';
import { eventually, mesh } from '../opened.js';
import { arrivals, dialFrom, dialLink } from './answering.js';
import { openContainers, withPacketFilters } from './engine.js';

const programs = new URL('programs/', import.meta.url).pathname;
const LINKED = [mesh('a', 'b', 'c'), { name: 'a->power', from: 'a', to: 'power' }].flat();

/** Nodes on one network, with all links between them; what runs in them is up to the test. */
async function stand(...nodes: string[]) {
  const among = (name: string) => nodes.includes(name) || name === 'power';
  const all = LINKED.filter(({ from, to }) => among(from) && among(to));
  const layout = { nodes, links: all, power: true, network: 'shared' as const };
  const { cluster, run, told } = await openContainers(layout);
  const { urls } = await cluster.edges.toxiproxies(7, { kind: 'embedded' });
  const filters = cluster.edges.filters() ?? expect.fail('no packet filters');
  const direct = all.filter(({ name }) => cluster.places.link(name).packets);
  const links = await openPacketLinks(
    { clock, filters, redirects: new Redirects(clock, filters, []) },
    direct,
  );
  /** Cuts what a one-way partition from one to another cuts. */
  const oneWay = (fault: string, from: string, to: string, mode: CutMode) =>
    links.apply(fault, {
      mode,
      cuts: grudge({ shape: 'one-way', from: [from], to: [to], except: [], mode }, direct),
    });
  const start = (node: string, program: string, ...words: string[]) =>
    cluster.start(node, {
      command: [process.execPath, programs + program, cluster.places.listen(node).host, ...words],
    });
  return { cluster, run, told, urls, filters, links, direct, oneWay, start };
}

/** The same, with nodes that answer. */
async function answering(...nodes: string[]) {
  const opened = await stand(...nodes);
  const { cluster, told, start } = opened;
  const startOne = (node: string) => start(node, 'answer.mjs', String(cluster.places.listen(node).port));
  await Promise.all(nodes.map(startOne));
  await eventually('all listen', () => told.lines.length === nodes.length || undefined);
  return {
    ...opened,
    dial: (link: string) => dialLink(cluster, link),
    from: (node: string, host: string, port: number) => dialFrom(cluster, node, host, port),
  };
}

withPacketFilters(() => {
  linkConformance('one network', {
    packets: true,
    async open() {
      const { links, run, told, dial, filters } = await answering('a', 'b');
      const arrived = arrivals(told);
      /** As a node does that clears its packet filter. */
      const spoil = async (link: string) => {
        const to = link.slice(-1);
        await filters.get(to)?.load('*filter\n-F\n-X\nCOMMIT\n');
        return new RegExp(`the packet filter of ${to}: expected its rules to be taken, found .*No chain`);
      };
      return { links, run, dial, arrived, spoil };
    },
  });

  test('datagrams of every kind are lost one way, go on the other way, and arrive again after the heal', async () => {
    const { cluster, told, filters, oneWay, links, start } = await stand('a', 'b');
    const a = cluster.places.listen('a').host;
    const number = (address: string, last: (own: number) => number) =>
      address.replace(/\d+$/, (own) => String(last(Number(own))));
    const everybody = number(a, (own) => own | 63);
    // An address that a took over, as software does that moves a virtual one.
    const virtual = number(a, (own) => own + 20);
    await filters
      .get('a')
      ?.load(`*nat\n-A POSTROUTING -p udp --dport 7002 -j SNAT --to-source ${virtual}\nCOMMIT\n`);
    await Promise.all([start('a', 'beat.mjs', 'b', everybody), start('b', 'beat.mjs', 'a', everybody)]);
    /** What a node has heard that was sent after this instant: `peer`, `group` and `everybody`, each once. */
    const heard = (node: string, after: number) => {
      const ways = told.lines.flatMap(({ node: by, line }) => {
        const [word, way = '', sent] = line.split(' ');
        return by === node && word === 'heard' && Number(sent) > after ? [way] : [];
      });
      return [...new Set(ways)].sort();
    };
    const all = ['everybody', 'group', 'peer'];
    const hearsAll = (node: string, after: number) =>
      eventually(`${node} hears everything`, () => heard(node, after).length === all.length || undefined);
    await Promise.all([hearsAll('a', 0), hearsAll('b', 0)]);
    expect(told.lines.some(({ line }) => line.endsWith(` ${virtual}`))).toBe(true);

    const refusals = () =>
      told.lines.filter(({ node, line }) => node === 'a' && line === 'refused ECONNREFUSED').length;
    const cut = await oneWay('fault-1', 'a', 'b', 'drop');
    await hearsAll('a', cut.last);
    const refusedBefore = refusals();
    // The filter outlives the node.
    await cluster.kill('b', 'SIGKILL');
    const before = clock.now();
    await start('b', 'beat.mjs', 'a', everybody);
    await hearsAll('a', before);
    await hearsAll('a', clock.now());
    expect(heard('b', cut.last)).toEqual([]);
    // A sender is not told that what it sends is lost.
    expect(refusals()).toBe(refusedBefore);
    const healed = await links.heal('fault-1');
    await Promise.all([hearsAll('a', healed.last), hearsAll('b', healed.last)]);

    const refused = await oneWay('fault-2', 'a', 'b', 'refuse');
    await eventually('a is told', () => refusals() > refusedBefore || undefined);
    await hearsAll('a', refused.last);
    expect(heard('b', refused.last)).toEqual([]);
  });

  test('nodes reach each other and nobody else; what is cut of a link leaves the others', async () => {
    const { cluster, from, links, oneWay } = await answering('a', 'b', 'c');
    const { host, port } = cluster.places.listen('b');
    expect(await from('a', 'b', port)).toBe('connected');
    expect(await from('a', host, port)).toBe('connected');
    expect(cluster.places.link('a->b').dial).toEqual({ host, port });
    await oneWay('fault-1', 'a', 'b', 'refuse');
    expect(await from('a', 'b', port)).toBe('ECONNREFUSED');
    // One way, as connections have it: those that b begins go on.
    expect(await from('b', 'a', port)).toBe('connected');
    expect(await from('a', 'c', port)).toBe('connected');
    const gateway = cluster.places.nodes.get('a')?.shared?.gateway ?? expect.fail('a gateway');
    const ways: [string, number][] = [
      [host, port],
      // The agents, which would dial on behalf of anybody; and what serves the links to the power device.
      ...['a', 'b', 'c'].map((node): [string, number] => [node, 8475]),
      ...[8474, 8476, 8477].map((number): [string, number] => ['b', number]),
      // By way of this machine, and out of it.
      ...['a', 'b', 'c'].map((node): [string, number] => [gateway, cluster.places.observe(node).port]),
      ['192.0.2.1', 80],
    ];
    const went = await Promise.all(
      ways.map(async ([to, number]) => `${to}:${number} ${await from('a', to, number)}`),
    );
    expect(went.filter((how) => how.endsWith('connected'))).toEqual([]);
    await links.heal('fault-1');
    expect(await from('a', 'b', port)).toBe('connected');
  });

  test('the power device is reached over its own link, which Toxiproxy carries', async () => {
    const { cluster, run, from, urls, dial } = await answering('a', 'b');
    const address = cluster.places.power ?? expect.fail('power');
    const power = await openPower({ clock, address, key: 'key', nodes: ['a', 'b'], kills: cluster });
    onTestFinished(() => power.close());
    expect([...urls.keys()]).toEqual(['a']);
    const { client } = await openInside(urls.get('a') ?? '', clock);
    const others = new Map([['a', client]]);
    const links = await openLinks({ client, others, clock, run }, [cluster.places.link('a->power')]);
    const { host, port } = cluster.places.link('a->power').dial;
    expect(await from('a', 'power', port)).toBe('connected');
    expect(await from('b', host, port)).toBe('ECONNREFUSED');
    const asked = dial('a->power');
    asked.say('GET /list HTTP/1.1\r\nHost: power\r\nAuthorization: Bearer key\r\nConnection: close\r\n\r\n');
    await asked.heard('{"running":["a","b"]}');
    await links.apply('fault-1', {
      mode: 'refuse',
      cuts: [{ link: 'a->power', streams: ['upstream', 'downstream'] }],
    });
    expect(await from('a', 'power', port)).toBe('ECONNREFUSED');
  });

  test("a node of the user's own image has its name, its rights and its settings, and no other network", async () => {
    const docker = await engineClient((await findEngine(process.env, clock)).address);
    // Whatever test came first has made it.
    const images = await docker.listImages({ filters: { label: ['failover-drill.image=reference'] } });
    const tags = images.flatMap(({ RepoTags }) => RepoTags ?? []).filter((tag) => !tag.startsWith('<none>'));
    const image = tags[0] ?? expect.fail('an image');
    const code = `const { readFileSync: read } = require('fs');
      console.log(JSON.stringify({
        name: require('os').hostname(),
        hosts: read('/etc/hosts', 'utf8').split('\\n').filter((line) => /\\sb$/.test(line)),
        backlog: Number(read('/proc/sys/net/core/somaxconn', 'utf8')),
        rights: parseInt(/CapEff:\\s*(\\w+)/.exec(read('/proc/self/status', 'utf8'))[1], 16),
        addresses: Object.values(require('os').networkInterfaces()).flat().map(({ address }) => address),
      }));`;
    const { cluster, told } = await openContainers({
      nodes: ['a', 'b'],
      links: mesh('a', 'b'),
      network: 'shared' as const,
      containers: {
        a: {
          image,
          command: ['/usr/local/bin/node', '-e', code],
          cap_add: ['NET_ADMIN'],
          sysctls: { 'net.core.somaxconn': 512, 'kernel.shm_rmid_forced': 1 },
        },
      },
    });
    await cluster.start('a', { command: [] });
    const { line } = await eventually('it tells', () => told.lines[0]);
    const { rights, ...seen } = JSON.parse(line) as { rights: number };
    expect(seen).toEqual({
      name: 'a',
      hosts: [`${cluster.places.listen('b').host}\tb`],
      backlog: 512,
      addresses: ['127.0.0.1', cluster.places.listen('a').host],
    });
    const NET_ADMIN = 12;
    expect(Math.floor(rights / 2 ** NET_ADMIN) % 2).toBe(1);
    expect((await cluster.close()).leaked).toEqual([]);
  });
});
