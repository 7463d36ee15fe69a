/**
 * What a node sees of a peer on a shared network, with and without shaped links, beside what it sees on a network of plain
 * containers, to which the same is done by hand in the same run.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock as clock } from '../../../src/clock.js';
import { freshId, seeded } from '../../../src/random.js';
import { engineClient, findEngine } from '../../../src/runtime/docker/engine.js';
import { makeLinks } from '../../../src/runtime/links/made.js';
import { type Layout, SHAPING } from '../../../src/runtime/runtime.js';
import type { CutMode } from '../../../src/topology/grudge.js';
import { dialled } from '../links/conformance.js';
import { eventually, mesh } from '../opened.js';
import { dialFrom } from './answering.js';
import { openContainers, withPacketFilters } from './engine.js';

const PROGRAM = new URL('programs/answer.mjs', import.meta.url).pathname;
const PORT = 7000;
const CLOSED = 7001;

/** Two hosts, a and b, with a program in each; what is done to b, and how a dials it. */
interface Pair {
  dial(port: number): Promise<string>;
  /** Whether b sees the connection come from a's own address. */
  isFromA(): Promise<boolean>;
  cut(mode: CutMode): Promise<() => Promise<unknown>>;
  pause(): Promise<() => Promise<unknown>>;
  /** Kills the program of b, and starts it again. */
  kill(): Promise<() => Promise<unknown>>;
}

/** How a's dials go, whatever is done to b. */
async function behaviours({ dial, isFromA, cut, pause, kill }: Pair): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {
    live: await dial(PORT),
    'from its own address': await isFromA(),
    'nobody listens': await dial(CLOSED),
  };
  const during = async (name: string, doing: Promise<() => Promise<unknown>>) => {
    const undo = await doing;
    found[name] = await dial(PORT);
    await undo();
    found[`after ${name}`] = await eventually('a reaches b again', async () => {
      const how = await dial(PORT);
      return how === 'connected' ? how : undefined;
    });
  };
  await during('dropped', cut('drop'));
  await during('refused', cut('refuse'));
  await during('paused', pause());
  await during('dead', kill());
  return found;
}

/** The drill's own, where links may be shaped or not. */
async function ours(shaped: boolean) {
  const layout: Layout = {
    ...{ nodes: ['a', 'b'], links: mesh('a', 'b'), power: false, network: 'shared' },
    ...{ containers: { a: { expose: [PORT] }, b: { expose: [PORT] } } },
    needs: new Map(shaped ? [[SHAPING, []]] : []),
  };
  const { cluster, around, told, run } = await openContainers(layout);
  const undoing: (() => Promise<unknown>)[] = [];
  onTestFinished(async () => {
    for (const undo of undoing.reverse()) await undo();
  });
  const random = seeded(7);
  const { links, ending } = await makeLinks(cluster, layout, { ...around, random }, undoing, () => false);
  const start = async (node: string) => {
    const before = told.lines.length;
    const { host } = cluster.places.listen(node);
    await cluster.start(node, { command: [process.execPath, PROGRAM, host, String(PORT)] });
    await eventually(`${node} listens`, () => told.lines.length > before || undefined);
  };
  for (const node of ['a', 'b']) await start(node);
  const [a, b] = ['a', 'b'].map((node) => cluster.places.listen(node).host) as [string, string];
  const both = { link: 'a->b', streams: ['upstream' as const, 'downstream' as const] };
  const pair: Pair = {
    dial: (port) => dialFrom(cluster, 'a', b, port),
    async isFromA() {
      const asked = dialled(async () => connect(cluster.places.observe('a')));
      asked.say(`ask ${b} ${PORT} where from`);
      await asked.heard('where from!');
      const tells = () => told.lines.find(({ line }) => line.startsWith('got where from from '))?.line;
      return (await eventually('b tells', tells)).endsWith(` ${a}`);
    },
    async cut(mode) {
      await links.apply(mode, { mode, cuts: [both] });
      return () => links.heal(mode);
    },
    async pause() {
      await cluster.pause('b');
      return () => cluster.resume('b');
    },
    async kill() {
      await cluster.kill('b', 'SIGKILL');
      // Where links are not shaped, they lead to the host itself.
      if (shaped) await ending.apply('ended-b', { mode: 'refuse', cuts: [both] });
      return async () => {
        if (shaped) await ending.heal('ended-b');
        await start('b');
      };
    },
  };
  return { pair, run };
}

/** Plain containers of the same image on a network of the engine's; `like`: the drill's own, whose folders they see. */
async function plain(like: string): Promise<Pair> {
  const docker = await engineClient((await findEngine(process.env, clock)).address);
  const { Image, Mounts, Config } = await docker.getContainer(like).inspect();
  const name = `plain-${freshId()}`;
  const network = await docker.createNetwork({ Name: name, Driver: 'bridge' });
  onTestFinished(() => network.remove());
  // The host goes on when its program has ended: that is started by a process that only does this.
  const host = `
    const { spawn } = require('node:child_process');
    const start = () => spawn(process.execPath, ['${PROGRAM}', '0.0.0.0', '${PORT}'], { stdio: 'inherit' });
    let child = start();
    setInterval(() => {}, 60_000);
    process.on('SIGUSR2', () => child.kill('SIGKILL'));
    process.on('SIGHUP', () => (child = start()));`;
  const made = async (node: string) => {
    const container = await docker.createContainer({
      ...{ Image, Hostname: node, Cmd: [Config.Cmd?.[0] ?? 'node', '-e', host] },
      HostConfig: {
        NetworkMode: name,
        Binds: Mounts.flatMap(({ Type, Source, Destination }) =>
          Type === 'bind' ? [`${Source}:${Destination}:ro`] : [],
        ),
      },
    });
    onTestFinished(() => container.remove({ force: true, v: true }));
    await container.start();
    const { NetworkSettings, State } = await container.inspect();
    return { container, address: NetworkSettings.Networks[name]!.IPAddress, pid: State.Pid };
  };
  const [a, b] = [await made('a'), await made('b')];
  const ask = async (words: string) => {
    const asked = dialled(async () => connect({ host: a.address, port: PORT }));
    asked.say(words);
    await asked.heard(words.startsWith('dial') ? '\n' : '!');
    return asked.text().trim();
  };
  const dial = (port: number) => ask(`dial ${b.address} ${port}`);
  const iptables = async (...args: string[]) => {
    const child = spawn('nsenter', [`--net=/proc/${b.pid}/ns/net`, 'iptables', ...args], {
      stdio: 'inherit',
    });
    const [code] = await once(child, 'exit');
    expect(code).toBe(0);
  };
  await eventually('b listens', async () =>
    (await dial(PORT).catch(() => '')) === 'connected' ? true : undefined,
  );
  return {
    dial,
    async isFromA() {
      await ask(`ask ${b.address} ${PORT} where from`);
      const tells = async () =>
        /got where from from (\S+)/.exec(String(await b.container.logs({ stdout: true })))?.[1];
      return (await eventually('b tells', tells)) === a.address;
    },
    async cut(mode) {
      const how =
        mode === 'drop' ? ['-j', 'DROP'] : ['-p', 'tcp', '-j', 'REJECT', '--reject-with', 'tcp-reset'];
      await iptables('-A', 'INPUT', '-s', a.address, ...how);
      return () => iptables('-D', 'INPUT', '-s', a.address, ...how);
    },
    async pause() {
      await b.container.pause();
      return () => b.container.unpause();
    },
    async kill() {
      await b.container.kill({ signal: 'SIGUSR2' });
      await eventually('its program is gone', async () =>
        (await dial(PORT)) === 'connected' ? undefined : true,
      );
      return () => b.container.kill({ signal: 'SIGHUP' });
    },
  };
}

withPacketFilters(() => {
  test('dials go as between plain containers, shaped links or not', { timeout: 180_000 }, async () => {
    const { pair, run } = await ours(true);
    const real = await behaviours(await plain(`drill-${run}-b`));
    expect(real).toEqual({
      live: 'connected',
      'from its own address': true,
      'nobody listens': 'ECONNREFUSED',
      dropped: 'silent',
      'after dropped': 'connected',
      refused: 'ECONNREFUSED',
      'after refused': 'connected',
      paused: 'connected',
      'after paused': 'connected',
      dead: 'ECONNREFUSED',
      'after dead': 'connected',
    });
    expect(await behaviours(pair)).toEqual(real);
    expect(await behaviours((await ours(false)).pair)).toEqual(real);
  });
});
