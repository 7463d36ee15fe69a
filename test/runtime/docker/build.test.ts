/** Recipes of the user's own, built by the engine, and the order in which nodes that need each other start. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { CATALOG } from '../../../src/catalog.js';
import { systemClock as clock } from '../../../src/clock.js';
import type { ContainerSpec } from '../../../src/drill/container.js';
import { withContainers } from '../../../src/run/node-containers.js';
import { planOf } from '../../../src/run/plan.js';
import { exposedPorts, withBuilt } from '../../../src/runtime/docker/build.js';
import { dockerRuntime } from '../../../src/runtime/docker/docker-runtime.js';
import { engineClient, findEngine } from '../../../src/runtime/docker/engine.js';
import { referenceImage } from '../../../src/runtime/image/reference-image.js';
import { parseDrill } from '../../built-in.js';
import { openContainers, withEngine } from './engine.js';

const NODE = '/usr/local/bin/node';
const nothing = { command: [] };

withEngine(() => {
  let docker: Awaited<ReturnType<typeof engineClient>>;
  /** An image with Node in it, and nothing else: what recipes here begin with. */
  let base = '';
  beforeAll(async () => {
    const engine = await findEngine(process.env, clock);
    docker = await engineClient(engine.address);
    base = (await referenceImage(docker, engine)).name;
  }, 60_000);

  /** A folder with a recipe that was never built before; `salt` keeps those of two runs apart. */
  const recipe = (lines: string, salt = `${process.pid} ${clock.wall().toISOString()}`) => {
    const context = mkdtempSync(join(tmpdir(), 'drill-test-'));
    onTestFinished(() => rmSync(context, { recursive: true }));
    writeFileSync(join(context, 'Dockerfile'), `FROM ${base}\n${lines}\n`);
    writeFileSync(join(context, 'salt.txt'), salt);
    return context;
  };
  /** What was told of builds that went on. */
  const progress: string[] = [];
  const build = async (build: NonNullable<ContainerSpec['build']>) => {
    const { a } = await withBuilt(
      docker,
      { a: { build } },
      { clock, onProgress: (text) => progress.push(text) },
    );
    const image = a?.image ?? expect.fail('an image');
    // Asked for twice, it is removed once.
    onTestFinished(() =>
      docker
        .getImage(image)
        .remove({ force: true })
        .catch(() => undefined),
    );
    return image;
  };

  describe('a recipe', { timeout: 120_000 }, () => {
    test('is built with its arguments, labelled, and says which ports it exposes', async () => {
      const context = recipe('ARG WHO\nENV WHO=$WHO\nEXPOSE 7001 7000/tcp 53/udp\nCOPY salt.txt /salt.txt');
      progress.length = 0;
      const image = await build({ context, args: { WHO: 'me' } });
      expect(progress).toEqual(['building the image of a', 'the image of a is built']);
      await build({ context, args: { WHO: 'me' } });
      expect(progress).toHaveLength(2);
      const { Config } = await docker.getImage(image).inspect();
      expect(Config.Env).toContain('WHO=me');
      expect(Config.Labels).toEqual({ 'failover-drill.image': 'recipe' });
      const containers = { a: { image }, b: { image, expose: [1] }, c: {} };
      expect(await exposedPorts(docker, containers)).toEqual(new Map([['a', [7000, 7001]]]));
    });

    test('may be told in place of one in the folder, and another one that is told is another image', async () => {
      const context = recipe('ENV FROM=folder');
      const told = (from: string) =>
        build({ context, dockerfile_inline: `FROM ${base}\nENV FROM=${from}\nCOPY salt.txt /\n` });
      const image = await told('here');
      const { Config } = await docker.getImage(image).inspect();
      expect(Config.Env).toContain('FROM=here');
      expect(await told('here')).toBe(image);
      expect(await told('there')).not.toBe(image);
      expect(await build({ context })).not.toBe(image);
    });

    test('is not built again while it is the same, whatever its dates; with other arguments it is another', async () => {
      const salt = `${process.pid} same`;
      const lines = 'ARG WHO\nENV WHO=$WHO\nCOPY salt.txt /salt.txt';
      const image = await build({ context: recipe(lines, salt) });
      const { Id, Created } = await docker.getImage(image).inspect();
      expect(await build({ context: recipe(lines, salt) })).toBe(image);
      const again = await docker.getImage(image).inspect();
      expect([again.Id, again.Created]).toEqual([Id, Created]);
      expect(await build({ context: recipe(lines, salt), args: { WHO: 'other' } })).not.toBe(image);
      expect(await build({ context: recipe(lines, `${salt} no more`) })).not.toBe(image);
    });

    test("that fails is told of with the builder's last lines, and leaves no container", async () => {
      const context = recipe(
        `RUN ["${NODE}", "-e", "console.log('half way'); console.log('no such library'); process.exit(3)"]`,
      );
      const containers = { a: { build: { context } } };
      await expect(openContainers({ nodes: ['a'], containers })).rejects.toThrow(
        new RegExp(
          `build ${context} \\(node a\\): expected the image to be built, found .*code: 3; the builder wrote last:\\n[^]*half way\\n {2}no such library`,
        ),
      );
      const left = await docker.listContainers({
        all: true,
        filters: { label: ['failover-drill.image=recipe'] },
      });
      expect(left.filter(({ Labels }) => Labels['failover-drill.run'] === undefined)).toEqual([]);
    });

    test('in a folder that is not there is told of', async () => {
      const containers = { a: { build: { context: '/nowhere/at/all' } } };
      await expect(withBuilt(docker, containers, { clock })).rejects.toThrow(
        /build \/nowhere\/at\/all \(node a\): expected a folder that can be read, found ENOENT/,
      );
    });

    test('is given up when it is wanted no more', async () => {
      const context = recipe(`RUN ["${NODE}", "-e", "setTimeout(() => {}, 60000)"]`);
      const ending = new AbortController();
      const building = withBuilt(docker, { a: { build: { context } } }, { clock, signal: ending.signal });
      setTimeout(() => ending.abort(new Error('interrupted')), 1500);
      await expect(building).rejects.toThrow('interrupted');
    });
  });

  describe('nodes that need each other', { timeout: 120_000 }, () => {
    const MINUTE = 'setInterval(() => {}, 1e6)';
    const healthcheck = {
      test: ['CMD', NODE, '-e', "require('fs').readFileSync('/data/up')"],
      interval: 100,
      timeout: 5000,
      retries: 100,
    };
    const startedAt = async (run: string, node: string) => {
      const { State } = await docker.getContainer(`drill-${run}-${node}`).inspect();
      return Date.parse(State.StartedAt);
    };

    test('start in their order: after those that must have started, and after those that must be healthy', async () => {
      const up = `setTimeout(() => require('fs').writeFileSync('/data/up', String(Date.now())), 700); ${MINUTE}`;
      const containers: Record<string, ContainerSpec> = {
        c: {
          image: base,
          command: [NODE, '-e', MINUTE],
          depends_on: { b: { condition: 'service_started' } },
        },
        b: {
          image: base,
          command: [NODE, '-e', MINUTE],
          depends_on: { a: { condition: 'service_healthy' } },
        },
        a: { image: base, command: [NODE, '-e', up], healthcheck },
      };
      const { cluster, run } = await openContainers({ nodes: ['c', 'b', 'a'], containers });
      await Promise.all(['c', 'b', 'a'].map((node) => cluster.start(node, nothing)));
      const [a, b, c] = await Promise.all(['a', 'b', 'c'].map((node) => startedAt(run, node)));
      // Healthy no sooner than it is up.
      expect(b! - a!).toBeGreaterThan(700);
      expect(c!).toBeGreaterThan(b!);
      // Who is started again waits for nobody.
      await cluster.kill('b', 'SIGKILL');
      await cluster.kill('a', 'SIGKILL');
      await cluster.start('b', nothing);
      expect(await cluster.running('b')).toBe(true);
    });

    test('never start where what they need does not get there, and say why', async () => {
      const containers: Record<string, ContainerSpec> = {
        a: { image: base, command: [NODE, '-e', "console.log('no disk'); process.exit(1)"], healthcheck },
        b: {
          image: base,
          command: [NODE, '-e', MINUTE],
          depends_on: { a: { condition: 'service_healthy' } },
        },
      };
      const { cluster, run } = await openContainers({ nodes: ['b', 'a'], containers });
      const b = cluster.start('b', nothing);
      const both = Promise.allSettled([b, cluster.start('a', nothing)]);
      await expect(b).rejects.toThrow(
        /node b: expected a before it, found node a: expected it to become healthy, found that it ended; it wrote last: no disk/,
      );
      await both;
      await expect(docker.getContainer(`drill-${run}-b`).inspect()).rejects.toThrow(/no such container/i);
    });

    test('one that must be healthy and has no way to tell is named', async () => {
      const containers: Record<string, ContainerSpec> = {
        a: { image: base, command: [NODE, '-e', MINUTE] },
        b: {
          image: base,
          command: [NODE, '-e', MINUTE],
          depends_on: { a: { condition: 'service_healthy' } },
        },
      };
      const { cluster } = await openContainers({ nodes: ['a', 'b'], containers });
      await expect(Promise.all(['a', 'b'].map((node) => cluster.start(node, nothing)))).rejects.toThrow(
        /node a: expected it to become healthy, found no health check/,
      );
    });
  });

  test('files of this machine are seen, and cannot be written; a volume at /data is the one that is asked for', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'drill-test-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'a.conf'), 'from here');
    const look = `const fs = require('fs'); console.log(fs.readFileSync('/etc/a.conf', 'utf8'));
      try { fs.writeFileSync('/etc/a.conf', ''); } catch (error) { console.log(error.code); }
      console.log(process.cwd()); ${'setInterval(() => {}, 1e6)'}`;
    const containers: Record<string, ContainerSpec> = {
      a: {
        image: base,
        command: [NODE, '-e', look],
        working_dir: '/tmp/there',
        init: true,
        volumes: [`${folder}/a.conf:/etc/a.conf:ro`, 'data:/data'],
      },
    };
    const { told, cluster, run } = await openContainers({ nodes: ['a'], containers });
    await cluster.start('a', nothing);
    const wrote = () => told.lines.map(({ line }) => line);
    await expect.poll(wrote, { timeout: 20_000 }).toEqual(['from here', 'EROFS', '/tmp/there']);
    const { HostConfig, Mounts } = await docker.getContainer(`drill-${run}-a`).inspect();
    expect(HostConfig.Init).toBe(true);
    expect(Mounts.map(({ Type, Destination, RW }) => `${Type} ${Destination} ${RW}`).sort()).toEqual([
      'bind /etc/a.conf false',
      'volume /data true',
    ]);
    expect((await cluster.close()).leaked).toEqual([]);
  });

  test('the runtime gives the ports of images whose nodes name none, built where they have to be', async () => {
    const context = recipe('EXPOSE 6379\nCOPY salt.txt /salt.txt');
    await build({ context });
    const ports = await dockerRuntime.exposed?.(
      { a: { build: { context } } },
      { clock, environment: process.env },
    );
    expect(ports).toEqual(new Map([['a', [6379]]]));
  });

  test('the port that a system is spoken to at comes before those that the image exposes, and takes none away', async () => {
    const context = recipe('EXPOSE 8300 8500\nCOPY salt.txt /salt.txt');
    const image = await build({ context });
    const node = (role: string, more = '') => `{ role: ${role}, image: "${image}"${more} }`;
    const drill = parseDrill(
      `name: own
topology:
  system:
    http:
      port: 8500
      ready: GET /
      write: { request: "PUT /kv/{key}" }
      read: { request: "GET /kv/{key}" }
  nodes:
    a: ${node('primary')}
    b: ${node('standby', ', expose: [8500, 7000]')}
    c: ${node('dependency')}
  supervisor: none
`,
      'own.yaml',
    );
    const setting = {
      clock,
      environment: process.env,
      drill,
      catalog: CATALOG,
      plan: planOf(drill),
      runtime: dockerRuntime,
      signal: new AbortController().signal,
    };
    const known = await withContainers(setting);
    const ports = Object.entries(known.drill.topology.nodes).map(([name, { expose }]) => [name, expose]);
    expect(ports).toEqual([
      ['a', [8500, 8300]],
      ['b', [8500, 7000]],
      ['c', [8300, 8500]],
    ]);
    expect(known.plan.links.map(({ name }) => name)).toContain('b->a:8300');
  });
});
