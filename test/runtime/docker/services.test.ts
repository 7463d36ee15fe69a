/** What a service says of itself, as its container sees it: names, limits, and work that is done before others start. */
import { describe, expect, test } from 'vitest';
import type { ContainerSpec } from '../../../src/drill/container.js';
import { eventually, mesh } from '../opened.js';
import { openContainers, withEngine } from './engine.js';

const runs = (code: string) => ({ command: [process.execPath, '-e', code] });
/** A program that prints what the code gives. */
const gives = (code: string) => runs(`const fs = require('fs'); console.log(JSON.stringify(${code}))`);

const opened = (containers: Record<string, ContainerSpec>) => {
  const nodes = Object.keys(containers);
  return openContainers({ nodes, links: mesh(...nodes), containers });
};

withEngine(() => {
  test('a node knows itself by its own host name, and peers by all their names', async () => {
    const { cluster, told } = await opened({
      a: { hostname: 'a.example', aliases: ['one', 'both'] },
      b: { aliases: ['two', 'both'] },
      c: {},
    });
    await cluster.edges.toxiproxies(7, { kind: 'embedded' });
    const lookedUp = (names: string[]) =>
      `Promise.all(${JSON.stringify(names)}.map((name) => require('dns').promises.lookup(name, { all: true })))` +
      `.then((all) => console.log(JSON.stringify([require('os').hostname(), all.map((one) => one.map(({ address }) => address))])))`;
    await cluster.start('c', runs(lookedUp(['a', 'one', 'b', 'two', 'both'])));
    const line = (await eventually('c has looked', () => told.lines[0])).line;
    const [hostname, [a, one, b, two, both]] = JSON.parse(line);
    expect(hostname).toBe('c');
    expect([one, two]).toEqual([a, b]);
    expect(a).not.toEqual(b);
    // How many of them a program is told is for its C library to say.
    expect([...a, ...b]).toEqual(expect.arrayContaining(both));
    expect(both.length).toBeGreaterThan(0);
    await cluster.start('a', runs(lookedUp(['a', 'a.example', 'one'])));
    const [own, [itself, ...others]] = JSON.parse((await eventually('a has, too', () => told.lines[1])).line);
    expect(own).toBe('a.example');
    expect(others).toEqual([itself, itself]);
  });

  test('files whose text is told are there when a node starts, and once it is started again', async () => {
    const { cluster, told } = await opened({
      a: { files: { '/run/secrets/token': 'hunter22', '/site': '' } },
    });
    const program = gives("['/run/secrets/token', '/site'].map((path) => fs.readFileSync(path, 'utf8'))");
    for (const time of [1, 2]) {
      await cluster.start('a', program);
      await eventually('it has ended', () => told.exits.length === time || undefined);
      expect(told.lines.at(-1)?.line).toBe('["hunter22",""]');
    }
  });

  test('a node has the limits and the groups that it is given', async () => {
    const { cluster, told } = await opened({
      a: { shm_size: '5m', group_add: ['33'], ulimits: { msgqueue: { soft: 111, hard: 222 } } },
    });
    const status = "fs.readFileSync('/proc/self/status', 'utf8').match(/Groups:(.*)/)[1].trim()";
    const limits = "fs.readFileSync('/proc/self/limits', 'utf8').match(/Max msgqueue size +(\\d+ +\\d+)/)[1]";
    const shm = "fs.readFileSync('/proc/mounts', 'utf8').match(/\\/dev\\/shm .*size=(\\w+)/)[1]";
    await cluster.start('a', gives(`[${status}, ${limits}, ${shm}]`));
    const [groups, queue, size] = JSON.parse((await eventually('it has told', () => told.lines[0])).line);
    expect(groups.split(' ')).toContain('33');
    expect(queue.split(/ +/)).toEqual(['111', '222']);
    expect(size).toBe('5120k');
  });

  describe('a node that others wait for until its work is done', () => {
    const NODES: Record<string, ContainerSpec> = {
      web: { volumes: ['v:/v:shared'], depends_on: { job: { condition: 'service_completed_successfully' } } },
      job: { volumes: ['v:/v:shared'] },
    };

    test('has ended well before they start, and is not started again', async () => {
      const { cluster, told } = await opened(NODES);
      const work = "setTimeout(() => require('fs').writeFileSync('/v/done', 'by the job'), 700)";
      await Promise.all([
        cluster.start('web', gives("fs.readFileSync('/v/done', 'utf8')")),
        cluster.start('job', runs(work)),
      ]);
      expect((await eventually('web has read', () => told.lines[0])).line).toBe('"by the job"');
      expect(told.exits[0]).toMatchObject({ node: 'job', detail: 'exit code 0' });
      expect(await cluster.running('job')).toBe(false);
    });

    test('and fails, keeps them from starting, with what it wrote last', async () => {
      const { cluster } = await opened(NODES);
      const web = cluster.start('web', gives('1')).catch((error: Error) => error.message);
      await expect(
        cluster.start('job', runs("console.log('no database'); process.exitCode = 3")),
      ).rejects.toThrow(
        /node job: expected it to end with exit code 0.*, found exit code 3; it wrote last:\s+no database/,
      );
      expect(await web).toMatch(/node web: expected job before it, found node job: /);
      expect(await cluster.running('web').catch(() => false)).toBe(false);
    });
  });
});
