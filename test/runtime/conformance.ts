/** What every runtime must do, whatever its nodes are. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock as clock } from '../../src/clock.js';
import type { Address } from '../../src/runtime/address.js';
import {
  type Cluster,
  kills,
  type Layout,
  type Program,
  pauses,
  type Runtime,
  tails,
} from '../../src/runtime/runtime.js';
import { http } from '../http.js';
import { eventually, mesh, surroundings } from './opened.js';

export interface Subject {
  runtime: Runtime;
  /** A program that answers HTTP requests at the address, and writes `listening` and what it is told to complain. */
  echo(address: Address, complaint?: string): Program;
  /** A program that writes to both of its streams and ends with exit code 3. */
  short(): Program;
  /** A program that writes `listening`, and `no` in place of ending when it is asked to. */
  stubborn(): Program;
}

export function runtimeConformance({ runtime, echo, short, stubborn }: Subject): void {
  async function open(layout: Partial<Layout>) {
    const around = surroundings();
    const cluster = await runtime.open({ nodes: [], links: [], power: false, ...layout }, around);
    onTestFinished(async () => void (await cluster.close()));
    if (!kills(cluster) || !pauses(cluster) || !tails(cluster)) throw new Error('expected all capabilities');
    return { cluster, ...around };
  }
  const answers = (cluster: Cluster, node: string) =>
    http(cluster.places.observe(node), '/', AbortSignal.timeout(1000)).then(
      () => true,
      () => undefined,
    );
  const startAll = (cluster: Cluster, ...nodes: string[]) =>
    Promise.all(nodes.map((node) => cluster.start(node, echo(cluster.places.listen(node)))));

  describe(`the runtime ${runtime.name}`, () => {
    test('gives each node and each link an address of its own', async () => {
      const links = mesh('a', 'b', 'c');
      const { cluster } = await open({ nodes: ['a', 'b', 'c'], links, power: true });
      const places = links.map(({ name }) => cluster.places.link(name));
      expect(new Set(places.map(({ listen }) => listen)).size).toBe(links.length);
      expect(new Set(['a', 'b', 'c'].map((node) => JSON.stringify(cluster.places.listen(node)))).size).toBe(
        3,
      );
      expect(cluster.places.power).toBeDefined();
    });

    test('starts nodes in parallel and says which line came from which', async () => {
      const { cluster, told } = await open({ nodes: ['a', 'b'] });
      await startAll(cluster, 'a', 'b');
      await eventually(
        'both answer',
        async () => (await answers(cluster, 'a')) && (await answers(cluster, 'b')),
      );
      const listening = () => told.lines.filter(({ line }) => line === 'listening');
      await eventually('both have said so', () => listening().length >= 2 || undefined);
      expect(
        listening()
          .map(({ node }) => node)
          .sort(),
      ).toEqual(['a', 'b']);
      expect(await cluster.running('a')).toBe(true);
    });

    test('says what there is of a run while it is there, and that there is nothing before and after', async () => {
      const around = surroundings();
      const look = () => runtime.look(around.run, around);
      const before = await look();
      expect(before.found).toEqual([]);
      expect(Object.values(before.census.run).every((count) => count === 0)).toBe(true);
      const cluster = await runtime.open({ nodes: ['a'], links: [], power: false }, around);
      onTestFinished(async () => void (await cluster.close()));
      await startAll(cluster, 'a');
      const { census, found } = await look();
      expect(census.run).toMatchObject({ folders: 1 });
      expect(found).toHaveLength(Object.values(census.run).reduce((sum, count) => sum + count, 0));
      expect(found.length).toBeGreaterThanOrEqual(3);
      await cluster.close();
      expect(await look()).toMatchObject({ census: { run: before.census.run }, found: [] });
    });

    test('keeps both streams of a node in its log, over restarts', async () => {
      const { cluster, logs } = await open({ nodes: ['a'] });
      for (const complaint of ['first', 'second']) {
        await cluster.start('a', echo(cluster.places.listen('a'), complaint));
        await eventually('it listens', () => answers(cluster, 'a'));
        await cluster.kill('a', 'SIGKILL');
        await eventually('it is gone', async () => !(await cluster.running('a')) || undefined);
      }
      await cluster.close();
      const log = readFileSync(join(logs, 'a.log'), 'utf8').split('\n');
      expect(log.filter((line) => ['first', 'second', 'listening'].includes(line))).toHaveLength(4);
    });

    test('keeps a node its address over a restart', async () => {
      const { cluster } = await open({ nodes: ['a'] });
      await startAll(cluster, 'a');
      await eventually('it answers', () => answers(cluster, 'a'));
      await cluster.kill('a', 'SIGKILL');
      await eventually('it is gone', async () => !(await cluster.running('a')) || undefined);
      expect(await answers(cluster, 'a')).toBeUndefined();
      await startAll(cluster, 'a');
      await eventually('it answers again', () => answers(cluster, 'a'));
    });

    test('kills at once with SIGKILL, and tells of the end', async () => {
      const { cluster, told } = await open({ nodes: ['a'] });
      await startAll(cluster, 'a');
      await eventually('it answers', () => answers(cluster, 'a'));
      const before = clock.now();
      const { at } = await cluster.kill('a', 'SIGKILL');
      const exit = await eventually('the end is told', () => told.exits[0]);
      expect(at).toBeGreaterThan(before);
      expect(exit).toMatchObject({ node: 'a', detail: expect.stringContaining('SIGKILL') });
      expect(exit.at).toBeGreaterThanOrEqual(at);
      expect(await cluster.running('a')).toBe(false);
    });

    test('waits for the end after SIGTERM, so that the effect begins when the process has ended', async () => {
      const { cluster, told } = await open({ nodes: ['a'] });
      await startAll(cluster, 'a');
      await eventually('it answers', () => answers(cluster, 'a'));
      const before = clock.now();
      const { at } = await cluster.kill('a', 'SIGTERM');
      expect(at - before).toBeGreaterThan(150);
      expect(await cluster.running('a')).toBe(false);
      expect(told.exits).toEqual([{ node: 'a', detail: 'exit code 7', at }]);
    });

    test('stops a node within its grace, if it ends by then', async () => {
      const { cluster, told } = await open({ nodes: ['a'] });
      await startAll(cluster, 'a');
      await eventually('it answers', () => answers(cluster, 'a'));
      const { at, killed } = await cluster.stop('a', 60_000);
      expect(killed).toBe(false);
      const exit = await eventually('the end is told', () => told.exits[0]);
      expect(exit).toEqual({ node: 'a', detail: 'exit code 7', at });
      expect(await cluster.running('a')).toBe(false);
    });

    test('kills a node that does not end within its grace', async () => {
      const { cluster, told } = await open({ nodes: ['a'] });
      await cluster.start('a', stubborn());
      await eventually('it listens', () => told.lines.some(({ line }) => line === 'listening') || undefined);
      const before = clock.now();
      // Long enough for it to be told to end, however busy the machine is.
      const { at, killed } = await cluster.stop('a', 2000);
      expect(killed).toBe(true);
      expect(at - before).toBeGreaterThan(2000);
      expect((await eventually('the end is told', () => told.exits[0])).detail).toContain('SIGKILL');
      await eventually('it said no', () => told.lines.some(({ line }) => line === 'no') || undefined);
      expect(told.lines.filter(({ line }) => line === 'no')).toHaveLength(1);
    });

    test('stops a node where it stands and lets it go on', async () => {
      const { cluster } = await open({ nodes: ['a'] });
      await startAll(cluster, 'a');
      await eventually('it answers', () => answers(cluster, 'a'));
      await cluster.pause('a');
      await eventually('it is stopped', async () => (await cluster.paused('a')) || undefined);
      expect(await cluster.running('a')).toBe(true);
      await cluster.resume('a');
      await eventually('it goes on', async () => !(await cluster.paused('a')) || undefined);
      await eventually('it answers', () => answers(cluster, 'a'));
    });

    test('lets go on what was stopped a moment ago, and has not come to stand yet', async () => {
      const { cluster } = await open({ nodes: ['a'] });
      await startAll(cluster, 'a');
      await eventually('it answers', () => answers(cluster, 'a'));
      for (let round = 0; round < 10; round++) {
        await cluster.pause('a');
        await cluster.resume('a');
        // What goes on has not come to stand after all.
        await eventually('it answers', () => answers(cluster, 'a'));
        expect(await cluster.paused('a')).toBe(false);
      }
    });

    test('lets nothing go on that does not stand: a node that was killed, and one that was started again', async () => {
      const { cluster } = await open({ nodes: ['a'] });
      await startAll(cluster, 'a');
      await eventually('it answers', () => answers(cluster, 'a'));
      await cluster.pause('a');
      await eventually('it is stopped', async () => (await cluster.paused('a')) || undefined);
      await cluster.kill('a', 'SIGKILL');
      await cluster.resume('a');
      await eventually('it is gone', async () => !(await cluster.running('a')) || undefined);
      await cluster.resume('a');
      await startAll(cluster, 'a');
      await cluster.resume('a');
      expect(await cluster.paused('a')).toBe(false);
      await eventually('it answers', () => answers(cluster, 'a'));
    });

    test('refuses to kill or pause a node that does not run: a fault that does nothing is none', async () => {
      const { cluster } = await open({ nodes: ['a'] });
      await expect(cluster.kill('a', 'SIGKILL')).rejects.toThrow(
        'node a: expected a running process, found none',
      );
      await expect(cluster.pause('a')).rejects.toThrow('expected a running process');
    });

    test('tells of a node that ends right after its start, and has its last lines', async () => {
      const { cluster, told } = await open({ nodes: ['a'] });
      await cluster.start('a', short());
      const exit = await eventually('the end is told', () => told.exits[0]);
      expect(exit.detail).toBe('exit code 3');
      expect((await cluster.tail('a', 2)).sort()).toEqual([
        'reading the configuration',
        'the configuration is bad',
      ]);
      expect(await cluster.running('a')).toBe(false);
    });

    test('says that a program cannot be started, and which', async () => {
      const { cluster } = await open({ nodes: ['a'] });
      await expect(cluster.start('a', { command: ['/no/such/program'] })).rejects.toThrow(
        /node a: expected "\/no\/such\/program" to start/,
      );
    });

    test('takes everything down, running or stopped, and says that nothing is left', async () => {
      const { cluster } = await open({ nodes: ['a', 'b', 'c'] });
      await startAll(cluster, 'a', 'b');
      await cluster.pause('b');
      const inventory = await cluster.close();
      expect(inventory.leaked).toEqual([]);
      const { processes, containers = 0 } = inventory.created;
      expect(processes + containers).toBeGreaterThanOrEqual(2);
      expect(await cluster.running('a')).toBe(false);
      expect(await cluster.close()).toBe(inventory);
    });

    test('lets two clusters live beside each other', async () => {
      const [one, other] = await Promise.all([open({ nodes: ['a'] }), open({ nodes: ['a'] })]);
      await Promise.all([startAll(one.cluster, 'a'), startAll(other.cluster, 'a')]);
      await eventually('the one answers', () => answers(one.cluster, 'a'));
      await eventually('the other answers', () => answers(other.cluster, 'a'));
      await one.cluster.close();
      expect(await answers(other.cluster, 'a')).toBe(true);
    });
  });
}
