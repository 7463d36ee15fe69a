/** What every runtime must do, whatever its nodes are. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock as clock } from '../../src/clock.js';
import { codeOf } from '../../src/errors.js';
import { seeded } from '../../src/random.js';
import type { Address } from '../../src/runtime/address.js';
import type { Layout, Program, Runtime, World } from '../../src/runtime/runtime.js';
import type { Greetings } from '../../src/runtime/world-links.js';
import { http } from '../http.js';
import { eventually, mesh, surroundings } from './opened.js';

const BOTH = ['upstream', 'downstream'] as const;

/** As the program `echo` takes them. */
const greetings: Greetings = {
  question: () => ({
    put: (address, token, signal) => http(address, `/greet/${token}`, signal),
    tells: true,
  }),
  arrivalOf: (_node, line) => /^greeted (.+)$/.exec(line)?.[1],
};

/** What comes of a request: `answered`, or the code of the error. */
function dialOf(address: Address): Promise<string> {
  return http(address, '/', AbortSignal.timeout(1000)).then(
    () => 'answered',
    (error: unknown) => codeOf(error) ?? codeOf((error as { cause?: unknown }).cause) ?? String(error),
  );
}

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
    const pauses: string[] = [];
    const onPause = (node: string, isPaused: boolean) => void pauses.push(`${node} ${isPaused}`);
    const around = { ...surroundings(), random: seeded(7), greetings, onPause, pauses };
    const world = await runtime.open({ nodes: [], links: [], power: false, ...layout }, around);
    onTestFinished(async () => void (await world.close()));
    return { world, nodes: world.nodes, ...around };
  }
  const answers = (world: World, node: string) =>
    http(world.places.observe(node), '/', AbortSignal.timeout(1000)).then(
      () => true,
      () => undefined,
    );
  const startAll = (world: World, ...nodes: string[]) =>
    Promise.all(nodes.map((node) => world.nodes.start(node, echo(world.places.listen(node)))));

  describe(`the runtime ${runtime.name}`, () => {
    test('gives each node and each link an address of its own', async () => {
      const links = [...mesh('a', 'b', 'c'), { name: 'a->power', from: 'a', to: 'power' }];
      const { world } = await open({ nodes: ['a', 'b', 'c'], links, power: true });
      const dialled = links.map(({ name }) => JSON.stringify(world.places.link(name).dial));
      expect(new Set(dialled).size).toBe(links.length);
      expect(new Set(['a', 'b', 'c'].map((node) => JSON.stringify(world.places.listen(node)))).size).toBe(3);
    });

    test('starts nodes in parallel and says which line came from which', async () => {
      const { world, nodes, told } = await open({ nodes: ['a', 'b'] });
      await startAll(world, 'a', 'b');
      await eventually('both answer', async () => (await answers(world, 'a')) && (await answers(world, 'b')));
      const listening = () => told.lines.filter(({ line }) => line === 'listening');
      await eventually('both have said so', () => listening().length >= 2 || undefined);
      expect(
        listening()
          .map(({ node }) => node)
          .sort(),
      ).toEqual(['a', 'b']);
      expect(await nodes.running('a')).toBe(true);
    });

    test('says what there is of a run while it is there, and that there is nothing before and after', async () => {
      const around = { ...surroundings(), random: seeded(7) };
      const look = () => runtime.look(around.run, around);
      const before = await look();
      expect(before.found).toEqual([]);
      expect(Object.values(before.census.run).every((count) => count === 0)).toBe(true);
      const world = await runtime.open({ nodes: ['a'], links: [], power: false }, around);
      onTestFinished(async () => void (await world.close()));
      await startAll(world, 'a');
      const { census, found } = await look();
      expect(census.run).toMatchObject({ folders: 1 });
      expect(found).toHaveLength(Object.values(census.run).reduce((sum, count) => sum + count, 0));
      expect(found.length).toBeGreaterThanOrEqual(3);
      await world.close();
      expect(await look()).toMatchObject({ census: { run: before.census.run }, found: [] });
    });

    test('keeps both streams of a node in its log, over restarts', async () => {
      const { world, nodes, logs } = await open({ nodes: ['a'] });
      for (const complaint of ['first', 'second']) {
        await nodes.start('a', echo(world.places.listen('a'), complaint));
        await eventually('it listens', () => answers(world, 'a'));
        await nodes.kill('a', 'SIGKILL');
        await eventually('it is gone', async () => !(await nodes.running('a')) || undefined);
      }
      await world.close();
      const log = readFileSync(join(logs, 'a.log'), 'utf8').split('\n');
      expect(log.filter((line) => ['first', 'second', 'listening'].includes(line))).toHaveLength(4);
    });

    test('keeps a node its address over a restart', async () => {
      const { world, nodes, told } = await open({ nodes: ['a'] });
      await startAll(world, 'a');
      await eventually('it answers', () => answers(world, 'a'));
      await nodes.kill('a', 'SIGKILL');
      await eventually('it is gone', async () => !(await nodes.running('a')) || undefined);
      // Whoever finds it gone was told of its end.
      expect(told.exits).toHaveLength(1);
      expect(await answers(world, 'a')).toBeUndefined();
      await startAll(world, 'a');
      await eventually('it answers again', () => answers(world, 'a'));
    });

    test('kills at once with SIGKILL, and tells of the end', async () => {
      const { world, nodes, told } = await open({ nodes: ['a'] });
      await startAll(world, 'a');
      await eventually('it answers', () => answers(world, 'a'));
      const before = clock.now();
      const { at } = await nodes.kill('a', 'SIGKILL');
      const exit = await eventually('the end is told', () => told.exits[0]);
      expect(at).toBeGreaterThan(before);
      expect(exit).toMatchObject({ node: 'a', detail: expect.stringContaining('SIGKILL') });
      expect(exit.at).toBeGreaterThanOrEqual(at);
      expect(await nodes.running('a')).toBe(false);
    });

    test('waits for the end after SIGTERM, so that the effect begins when the process has ended', async () => {
      const { world, nodes, told } = await open({ nodes: ['a'] });
      await startAll(world, 'a');
      await eventually('it answers', () => answers(world, 'a'));
      const before = clock.now();
      const { at } = await nodes.kill('a', 'SIGTERM');
      expect(at - before).toBeGreaterThan(150);
      expect(await nodes.running('a')).toBe(false);
      expect(told.exits).toEqual([{ node: 'a', detail: 'exit code 7', at }]);
    });

    test('stops a node within its grace, if it ends by then', async () => {
      const { world, nodes, told } = await open({ nodes: ['a'] });
      await startAll(world, 'a');
      await eventually('it answers', () => answers(world, 'a'));
      const { at, killed } = await nodes.stop('a', 60_000);
      expect(killed).toBe(false);
      const exit = await eventually('the end is told', () => told.exits[0]);
      expect(exit).toEqual({ node: 'a', detail: 'exit code 7', at });
      expect(await nodes.running('a')).toBe(false);
    });

    test('kills a node that does not end within its grace', async () => {
      const { nodes, told } = await open({ nodes: ['a'] });
      await nodes.start('a', stubborn());
      await eventually('it listens', () => told.lines.some(({ line }) => line === 'listening') || undefined);
      const before = clock.now();
      // Long enough for it to be told to end, however busy the machine is.
      const { at, killed } = await nodes.stop('a', 2000);
      expect(killed).toBe(true);
      expect(at - before).toBeGreaterThan(2000);
      expect((await eventually('the end is told', () => told.exits[0])).detail).toContain('SIGKILL');
      await eventually('it said no', () => told.lines.some(({ line }) => line === 'no') || undefined);
      expect(told.lines.filter(({ line }) => line === 'no')).toHaveLength(1);
    });

    test('stops a node where it stands and lets it go on', async () => {
      const { world, nodes, pauses } = await open({ nodes: ['a'] });
      await startAll(world, 'a');
      await eventually('it answers', () => answers(world, 'a'));
      await nodes.pause('a');
      await eventually('it is stopped', async () => (await nodes.paused('a')) || undefined);
      expect(await nodes.running('a')).toBe(true);
      await nodes.resume('a');
      expect(pauses).toEqual(['a true', 'a false']);
      await eventually('it goes on', async () => !(await nodes.paused('a')) || undefined);
      await eventually('it answers', () => answers(world, 'a'));
    });

    test('lets go on what was stopped a moment ago, and has not come to stand yet', async () => {
      const { world, nodes } = await open({ nodes: ['a'] });
      await startAll(world, 'a');
      await eventually('it answers', () => answers(world, 'a'));
      for (let round = 0; round < 10; round++) {
        await nodes.pause('a');
        await nodes.resume('a');
        // What goes on has not come to stand after all.
        await eventually('it answers', () => answers(world, 'a'));
        expect(await nodes.paused('a')).toBe(false);
      }
    });

    test('lets nothing go on that does not stand: a node that was killed, and one that was started again', async () => {
      const { world, nodes } = await open({ nodes: ['a'] });
      await startAll(world, 'a');
      await eventually('it answers', () => answers(world, 'a'));
      await nodes.pause('a');
      await eventually('it is stopped', async () => (await nodes.paused('a')) || undefined);
      await nodes.kill('a', 'SIGKILL');
      await nodes.resume('a');
      await eventually('it is gone', async () => !(await nodes.running('a')) || undefined);
      await nodes.resume('a');
      await startAll(world, 'a');
      await nodes.resume('a');
      expect(await nodes.paused('a')).toBe(false);
      await eventually('it answers', () => answers(world, 'a'));
    });

    test('refuses to kill or pause a node that does not run: a fault that does nothing is none', async () => {
      const { nodes } = await open({ nodes: ['a'] });
      await expect(nodes.kill('a', 'SIGKILL')).rejects.toThrow(
        'node a: expected a running process, found none',
      );
      await expect(nodes.pause('a')).rejects.toThrow('expected a running process');
    });

    test('tells of a node that ends right after its start, and has its last lines', async () => {
      const { nodes, told } = await open({ nodes: ['a'] });
      await nodes.start('a', short());
      const exit = await eventually('the end is told', () => told.exits[0]);
      expect(exit.detail).toBe('exit code 3');
      expect((await nodes.tail('a', 2)).sort()).toEqual([
        'reading the configuration',
        'the configuration is bad',
      ]);
      expect(await nodes.running('a')).toBe(false);
    });

    test('says that a program cannot be started, and which', async () => {
      const { nodes } = await open({ nodes: ['a'] });
      await expect(nodes.start('a', { command: ['/no/such/program'] })).rejects.toThrow(
        /node a: expected "\/no\/such\/program" to start/,
      );
    });

    test('takes everything down, running or stopped, and says that nothing is left', async () => {
      const { world, nodes } = await open({ nodes: ['a', 'b', 'c'] });
      await startAll(world, 'a', 'b');
      await nodes.pause('b');
      const inventory = await world.close();
      expect(inventory.leaked).toEqual([]);
      const { processes, containers = 0 } = inventory.created;
      expect(processes + containers).toBeGreaterThanOrEqual(2);
      expect(await nodes.running('a')).toBe(false);
      expect(await world.close()).toBe(inventory);
    });

    test('has links once it is up, and sees whether they are cut: by greetings, of which nobody else is told', async () => {
      const { world, nodes, told } = await open({ nodes: ['a', 'b'], links: mesh('a', 'b') });
      expect(() => world.links).toThrow('one without links');
      await world.up();
      await startAll(world, 'a', 'b');
      const all = { open: ['a->b', 'b->a'] };
      expect(await world.links.look('fault-1', all)).toMatchObject({ witnessed: true });
      const changed = { mode: 'refuse' as const, cuts: [{ link: 'a->b', streams: [...BOTH] }] };
      expect(await world.links.look('fault-1', { changed })).toMatchObject({ witnessed: false });
      await world.links.apply('fault-1', changed);
      expect(await world.links.look('fault-1', { changed, open: ['b->a'] })).toMatchObject({
        witnessed: true,
        evidence: [
          { subject: 'a->b', expected: 'refused' },
          { subject: 'b->a', expected: 'answered' },
        ],
      });
      expect(await world.links.look('fault-1', { changed }, 'glance')).toMatchObject({ witnessed: true });
      await world.links.heal('fault-1');
      expect(await world.links.look('fault-1', { changed }, 'glance')).toMatchObject({ witnessed: false });
      expect(await world.links.look('fault-1', all)).toMatchObject({ witnessed: true });
      await world.ground.confirm();
      expect(world.ground.isLost).toBe(false);
      expect(told.lines.filter(({ line }) => line.startsWith('greeted'))).toEqual([]);
      expect(await nodes.running('b')).toBe(true);
      const { created, leaked } = await world.close();
      expect(leaked).toEqual([]);
      expect(created.proxies).toBe(world.proxies.flatMap(({ links }) => links).length);
    });

    test('refuses connections to a node whose process has ended, until it is started again', async () => {
      const link = { name: 'client:app->a', from: 'client:app', to: 'a' };
      const { world, nodes, told } = await open({ nodes: ['a'], links: [link] });
      await world.up();
      await startAll(world, 'a');
      const { dial } = world.places.link(link.name);
      await eventually('it answers over its link', () =>
        dialOf(dial).then((how) => how === 'answered' || undefined),
      );
      await nodes.kill('a', 'SIGKILL');
      await eventually('its end is told', () => told.exits[0]);
      await eventually('its link refuses', () =>
        dialOf(dial).then((how) => how === 'ECONNREFUSED' || undefined),
      );
      await startAll(world, 'a');
      expect(await dialOf(dial)).not.toBe('ECONNREFUSED');
      await eventually('it answers over its link', () =>
        dialOf(dial).then((how) => how === 'answered' || undefined),
      );
    });

    test('lets two worlds live beside each other', async () => {
      const [one, other] = await Promise.all([open({ nodes: ['a'] }), open({ nodes: ['a'] })]);
      await Promise.all([startAll(one.world, 'a'), startAll(other.world, 'a')]);
      await eventually('the one answers', () => answers(one.world, 'a'));
      await eventually('the other answers', () => answers(other.world, 'a'));
      await one.world.close();
      expect(await answers(other.world, 'a')).toBe(true);
    });
  });
}
