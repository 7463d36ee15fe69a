/** Nodes of images of the user's own. The reference image stands in for them: it has Node in it, and nothing else. */

import { expect, test } from 'vitest';
import { systemClock as clock } from '../../../src/clock.js';
import type { ContainerSpec } from '../../../src/drill/container.js';
import { engineClient, findEngine } from '../../../src/runtime/docker/engine.js';
import { processRuntime } from '../../../src/runtime/process/process-runtime.js';
import { linksOf } from '../../../src/topology/links.js';
import { missingNeeds, parseDrill } from '../../built-in.js';
import { http } from '../../http.js';
import { eventually } from '../opened.js';
import { openContainers, withEngine } from './engine.js';

const NODE = '/usr/local/bin/node';
const nothing = { command: [] };

const DRILL = `
name: own
topology:
  nodes:
    a:
      role: primary
      image: redis:7
      command: [redis-server, --save, ""]
      environment: { LEVEL: 3, MODE: ha }
      volumes: ["data:/var/lib/data"]
      tmpfs: [/run]
      expose: [6379, 26379]
      user: redis:redis
      cap_add: [NET_ADMIN]
      sysctls: { net.core.somaxconn: 512 }
      mem_limit: 256m
      cpus: 0.5
      healthcheck: { test: [CMD, redis-cli, ping], interval: 500ms }
    b: {}
`;

test("a node takes Compose's keys; several ports are several links; local processes refuse them by name", () => {
  const drill = parseDrill(DRILL, 'own.yaml');
  const names = linksOf(drill.topology, drill.clients).map(({ name }) => name);
  expect(names).toContain('b->a');
  expect(names).toContain('b->a:26379');
  expect(names).toContain('client:app->a:26379');
  expect(names).not.toContain('a->b:26379');
  expect(drill.topology.nodes.a?.healthcheck).toMatchObject({ interval: 500, timeout: 5000, retries: 10 });
  const [missing] = missingNeeds(drill, [...processRuntime.capabilities], 'the runtime process');
  expect(missing).toMatchObject({
    path: ['topology', 'nodes', 'a', 'image'],
    expected: 'a runtime that can do `containers`',
  });
});

test.each([
  [
    'command: redis-server && true',
    /a command that splits into arguments, found &, which only a shell would understand/,
  ],
  ['command: 5', /a list of arguments/],
  ['image: "Not An Image"', /an image, such as redis:7/],
  ['mem_limit: lots', /a size with a unit/],
  [
    'volumes: ["/etc:/etc"]',
    /a named volume and where it is seen, such as data:.*, or a file of this machine, to be read or copied/,
  ],
  ['expose: [0]', /expose/],
])('%s is refused, with what was expected', (line, expected) => {
  const text = `name: own\ntopology:\n  nodes:\n    a: { role: primary, ${line} }\n    b: {}\n`;
  expect(() => parseDrill(text, 'own.yaml')).toThrow(expected);
});

withEngine(() => {
  const docker = async () => engineClient((await findEngine(process.env, clock)).address);
  const anImage = async () => {
    // Whatever test came first has made it.
    const { cluster } = await openContainers({ nodes: ['a'] });
    await cluster.close();
    const images = await (await docker()).listImages({
      filters: { label: ['failover-drill.image=reference'] },
    });
    const names = images.flatMap(({ RepoTags }) => RepoTags ?? []);
    return names.find((name) => !name.includes('<none>')) ?? expect.fail('an image');
  };
  const opened = async (spec: ContainerSpec) => {
    const image = await anImage();
    return openContainers({ nodes: ['a'], containers: { a: { image, ...spec } } });
  };

  test('a node runs what it is told, with what it is given', async () => {
    const { cluster, run } = await opened({
      command: [
        NODE,
        '-e',
        `const serve = (port) => require('http').createServer((request, response) => {
          const { readFileSync, writeFileSync } = require('fs');
          writeFileSync('/in-memory/x', 'x'); writeFileSync('/kept/x', 'x');
          response.end(JSON.stringify({ port, level: process.env.LEVEL, uid: process.getuid() }));
        }).listen(port); serve(6379); serve(26379);`,
      ],
      environment: { LEVEL: 3 },
      volumes: ['data:/kept'],
      tmpfs: ['/in-memory'],
      expose: [6379, 26379],
      mem_limit: '128m',
      cpus: 0.5,
      sysctls: { 'net.core.somaxconn': 512 },
      cap_add: ['NET_ADMIN'],
    });
    await cluster.start('a', nothing);
    const answer = await eventually('it answers', () =>
      http(cluster.places.observe('a'), '/', AbortSignal.timeout(1000)).catch(() => undefined),
    );
    expect(JSON.parse(answer.body)).toEqual({ port: 6379, level: '3', uid: 0 });
    const other = { host: '127.0.0.1', port: cluster.places.nodes.get('a')?.published.get(26379) ?? 0 };
    expect(JSON.parse((await http(other, '/', AbortSignal.timeout(5000))).body).port).toBe(26379);
    const { HostConfig } = await (await docker()).getContainer(`drill-${run}-a`).inspect();
    expect(HostConfig).toMatchObject({ Memory: 128 * 1024 ** 2, NanoCpus: 5e8, CapAdd: ['NET_ADMIN'] });
    expect((await cluster.close()).leaked).toEqual([]);
  });

  test('a node with a health check is there when it is healthy', async () => {
    const { cluster } = await opened({
      command: [
        NODE,
        '-e',
        "setTimeout(() => require('fs').writeFileSync('/data/up', ''), 500); setInterval(() => {}, 1e6)",
      ],
      healthcheck: {
        test: ['CMD', NODE, '-e', "require('fs').readFileSync('/data/up')"],
        interval: 200,
        timeout: 5000,
        retries: 50,
      },
    });
    const before = clock.now();
    await cluster.start('a', nothing);
    expect(clock.now() - before).toBeGreaterThan(500);
  });

  test('one that never gets healthy is told of, with what its check and it itself said last', async () => {
    const { cluster } = await opened({
      command: [NODE, '-e', "console.log('no leader in sight'); setInterval(() => {}, 1e6)"],
      healthcheck: {
        test: [NODE, '-e', "console.log('not yet'); process.exit(1)"],
        interval: 100,
        timeout: 5000,
        retries: 3,
      },
    });
    await expect(cluster.start('a', nothing)).rejects.toThrow(
      /node a: expected it to become healthy, found unhealthy; its check said: not yet; it wrote last:\n {2}no leader in sight/,
    );
  });

  test('one that ends while it is waited for is told of at once', async () => {
    const { cluster } = await opened({
      command: [NODE, '-e', "console.error('no configuration'); process.exit(3)"],
      healthcheck: { test: [NODE, '-e', '0'], interval: 60_000, timeout: 5000, retries: 3 },
    });
    await expect(cluster.start('a', nothing)).rejects.toThrow(
      /found that it ended; it wrote last:\n {2}no configuration/,
    );
  });

  test('an image that is nowhere is named, before anything starts', async () => {
    const containers = { a: { image: 'nobody.invalid/no-such-image:1' } };
    await expect(openContainers({ nodes: ['a'], containers })).rejects.toThrow(
      /image nobody.invalid\/no-such-image:1: expected it to be in the engine, or to be pulled, found /,
    );
  });
});
