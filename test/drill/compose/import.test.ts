// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Compose's own variables
/** A Compose file as nodes: what is taken, what comes first, what is noted. */

import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { linksOf } from '../../../src/topology/links.js';
import { encodeDrill, loadDrill, parseDrill } from '../../built-in.js';
import { taken } from './taken.js';

const STACK = `
name: shop
x-usual: &usual
  restart: always
  environment: &env { LEVEL: info, REGION: eu }
services:
  web:
    <<: *usual
    build: { context: ./web, args: [VERSION=2], target: run, labels: { a: b } }
    image: shop/web
    command: serve --title "my shop"
    entrypoint: [/init]
    working_dir: /app
    init: true
    user: 1000:1000
    environment: { <<: *env, LEVEL: debug, TOKEN: }
    env_file: [common.env, { path: missing.env, required: false }]
    ports: ["\${PORT:-8080}:8080", "9090-9091:9090-9091", "53:53/udp"]
    expose: ["8081"]
    volumes: [./site:/site:ro, cache:/cache, /var/tmp, { type: tmpfs, target: /run }]
    tmpfs: /tmp:size=64m
    depends_on: [redis, db]
    deploy: { replicas: 1, resources: { limits: { cpus: "0.50", memory: 256M } } }
    healthcheck: { test: "wget -qO- localhost:8080 | grep ok", interval: 1m30s, retries: 5 }
    privileged: false
    x-own: anything
  redis:
    <<: *usual
    image: redis:\${REDIS:-7}
    healthcheck: { test: [CMD, redis-cli, ping] }
    sysctls: [net.core.somaxconn=512]
    cap_add: [NET_ADMIN]
    mem_limit: 64mb
    cpus: "0.25"
  db:
    image: postgres:16
    healthcheck: { test: [NONE] }
    depends_on: { redis: { condition: service_healthy, restart: true } }
  mail: { image: mailhog, profiles: [dev] }
volumes: { cache: }
`;
const FILES = {
  '/home/stack/common.env': 'REGION=us\nFROM_FILE=$NAME\n',
  '/home/stack/.env': 'NAME=from-dotenv\nREDIS=6\nTOKEN=secret\n',
  '/home/stack/web/Dockerfile': 'FROM scratch',
};

describe('services as nodes', () => {
  const { nodes, notes, drill } = taken(STACK, { files: FILES, environment: { REDIS: '7.2' } });

  it('are dependencies unless the drill file gives them a role; those of profiles are left out', () => {
    expect(Object.entries(nodes).map(([name, { role }]) => [name, role])).toEqual([
      ['web', 'primary'],
      ['redis', 'dependency'],
      ['db', 'dependency'],
    ]);
  });

  it('have what the service has, in the drill language, with paths from the root on', () => {
    expect(nodes.web).toEqual({
      role: 'primary',
      restart: 'always',
      build: { context: '/home/stack/web', args: { VERSION: '2' }, target: 'run' },
      command: ['serve', '--title', 'my shop'],
      entrypoint: ['/init'],
      working_dir: '/app',
      init: true,
      user: '1000:1000',
      environment: { REGION: 'eu', LEVEL: 'debug', TOKEN: 'secret', FROM_FILE: 'from-dotenv' },
      expose: [8080, 9090, 9091, 8081],
      volumes: ['/home/stack/site:/site:ro', 'cache:/cache', 'unnamed-var-tmp:/var/tmp'],
      tmpfs: ['/tmp:size=64m', '/run'],
      depends_on: { redis: { condition: 'service_started' }, db: { condition: 'service_started' } },
      cpus: 0.5,
      mem_limit: '256m',
      healthcheck: {
        test: ['CMD', '/bin/sh', '-c', 'wget -qO- localhost:8080 | grep ok'],
        interval: 90_000,
        timeout: 30_000,
        retries: 5,
      },
    });
    expect(nodes.redis).toMatchObject({
      image: 'redis:7.2',
      environment: { LEVEL: 'info', REGION: 'eu' },
      sysctls: { 'net.core.somaxconn': '512' },
      cap_add: ['NET_ADMIN'],
      mem_limit: '64m',
      cpus: 0.25,
    });
    expect(nodes.db).toEqual({
      role: 'dependency',
      image: 'postgres:16',
      depends_on: { redis: { condition: 'service_healthy' } },
    });
  });

  it('are asked for their health sooner than Compose would where the file does not say, and as long', () => {
    expect(nodes.redis?.healthcheck).toEqual({
      test: ['CMD', 'redis-cli', 'ping'],
      interval: 1000,
      timeout: 30_000,
      start_period: 87_000,
      retries: 3,
    });
  });

  it('have no clients where they are dependencies, and links of all their ports', () => {
    const names = linksOf(drill.topology, drill.clients).map(({ name }) => name);
    expect(names.filter((name) => name.startsWith('client:'))).toEqual([
      'client:app->web',
      'client:app->web:9090',
      'client:app->web:9091',
      'client:app->web:8081',
    ]);
    expect(names).toContain('web->redis');
    expect(names).toContain('redis->db');
  });

  it('leave notes of what was not taken, with the place of each', () => {
    expect(notes).toEqual([
      'stack/compose.yaml:18:5: `ports` of web are not published: the drill has ports of its own on loopback',
      'stack/compose.yaml:18:58: a port of web is not taken: no link carries UDP',
      'stack/compose.yaml:39:27: mail is not taken: it belongs to a profile',
    ]);
  });

  it('are written out in the drill as resolved, which needs no Compose file', () => {
    const written = stringify(encodeDrill(drill));
    expect(written).not.toContain('compose');
    expect(parseDrill(written, 'resolved.yaml')).toEqual(drill);
  });
});

describe('what the drill file says of a node', () => {
  const SERVICE = `
services:
  web:
    image: web
    command: serve
    volumes: [./data:/data]
    environment: { A: 1, B: 2 }
    privileged: no-matter
  redis: { image: redis:7 }
`;

  it('comes before what the service says, which is not looked at; variables come beside each other', () => {
    const { nodes } = taken(SERVICE.replace('    privileged: no-matter\n', ''), {
      nodes:
        '{ web: { role: primary, image: other, volumes: ["data:/data"], environment: { B: 3 } }, redis: { tags: [site:east] }, extra: { role: standby, image: web } }',
    });
    expect(nodes.web).toMatchObject({
      image: 'other',
      command: ['serve'],
      volumes: ['data:/data'],
      environment: { A: 1, B: 3 },
    });
    expect(nodes.redis).toEqual({ role: 'dependency', image: 'redis:7', tags: ['site:east'] });
    expect(nodes.extra).toMatchObject({ role: 'standby', image: 'web' });
  });

  it.each([
    ['a list', '[B=3, "C=a=b"]', '{ A: 1, B: 2 }'],
    ['a list beside one', '[B=3, C=a=b]', '[A=1, B=2]'],
    ['an empty list', '[]', '[A=1, B=3, C=a=b]'],
  ])('has its variables as %s, too', (_, own, ofService) => {
    const { nodes } = taken(`services: { web: { image: web, environment: ${ofService} } }`, {
      nodes: `{ web: { role: primary, environment: ${own} } }`,
    });
    const { A, B, C } = nodes.web?.environment ?? {};
    expect([A, B, C].map(String)).toEqual(['1', '3', 'a=b']);
  });

  it('has its variables refused where they are written, in whatever form', () => {
    const refusal = (own: string, ofService: string) => () =>
      taken(`services: { web: { image: web, environment: ${ofService} } }`, {
        nodes: `{ web: { role: primary, environment: ${own} } }`,
      });
    expect(refusal('[B=3, 5=6]', '{ A: 1 }')).toThrow(/drill.yaml:5:53: expected the name of a variable/);
    expect(refusal('[B=3]', '[A=1, 5=6]')).toThrow(
      /stack\/compose.yaml:1:51: expected the name of a variable/,
    );
    expect(refusal('[B=3, C]', '{ A: 1 }')).toThrow(/drill.yaml:5:53: expected NAME=value, found "C"/);
    expect(refusal('B=3', '{ A: 1 }')).toThrow(/drill.yaml:5:47: expected .*, found "B=3"/);
  });

  it('is refused at its own place, and what the service says at the place in the Compose file', () => {
    const refusal = (nodes: string) => () =>
      taken('services: { web: { image: web, cap_add: [net_raw] } }', { nodes });
    expect(refusal('{ web: { role: primary, user: "a b" } }')).toThrow(/drill.yaml:5:40: expected a user/);
    expect(refusal('{ web: { role: primary } }')).toThrow(
      /stack\/compose.yaml:1:42: expected a Linux capability, such as NET_ADMIN, found "net_raw"/,
    );
    expect(refusal('{ web: { role: primary }, wbe: {} }')).toThrow(
      'drill.yaml:5:36: expected a service of stack/compose.yaml: `web`, or a node with an `image` or a `build`, found "wbe"',
    );
  });

  it('names a Compose file that is there', () => {
    expect(() =>
      parseDrill(`name: x\ntopology: { compose: none.yaml, nodes: {} }\n`, 'drill.yaml', {
        importing: { folder: '/home', environment: {}, read: () => undefined, look: () => undefined },
      }),
    ).toThrow(/drill.yaml:2:22: expected a Compose file, found no such file/);
  });
});

it('a variable that is not set is nothing, with a note; one from the environment comes before the file .env', () => {
  const { nodes, notes } = taken('services: { web: { image: "web:1${SUFFIX}", command: "${NAME}" } }', {
    environment: { NAME: 'outer' },
    files: { '/home/stack/.env': 'NAME=inner' },
  });
  expect(nodes.web).toMatchObject({ image: 'web:1', command: ['outer'] });
  expect(notes).toEqual([
    'stack/compose.yaml:1:20: the variable SUFFIX is not set: nothing stands in its place',
  ]);
});

it.each(['[discovery.type=single-node, path-like=x]', '{ discovery.type: single-node, path-like: x }'])(
  'variables have names as Compose has them: %s',
  (variables) => {
    const environment = { 'discovery.type': 'single-node', 'path-like': 'x' };
    const own = `{ web: { role: primary, environment: ${variables} } }`;
    const service = 'services: { web: { image: web';
    expect(taken(`${service}, environment: ${variables} } }`).nodes.web?.environment).toEqual(environment);
    expect(taken(`${service} } }`, { nodes: own }).nodes.web?.environment).toEqual(environment);
  },
);

it.each([
  ['restart: always', 'always'],
  ['restart: "no"', 'no'],
  ['restart: no', 'no'],
  ['restart: false', 'no'],
  ['restart: on-failure:3', 'on-failure:3'],
  ['deploy: { restart_policy: {} }', 'always'],
  ['deploy: { restart_policy: { condition: none } }, restart: always', 'no'],
  ['restart: always, deploy: { restart_policy: { condition: on-failure, max_attempts: 3 } }', 'on-failure:3'],
  ['deploy: { replicas: 1 }', undefined],
])('%s is taken as Compose takes it', (key, restart) => {
  expect(taken(`services: { web: { image: web, ${key} } }`).nodes.web?.restart).toBe(restart);
});

it('keys within keys that are not taken are noted, with the place of each; those of the user are fine', () => {
  const { nodes, notes } = taken(`
services:
  web:
    image: web
    pids_limit: 50
    deploy:
      mode: global
      labels: { a: b }
      placement: { constraints: [node.role == manager] }
      restart_policy: { condition: any, delay: 5s }
      resources:
        limits: { cpus: "0.5", pids: 50 }
        reservations: { memory: 64m, devices: null }
      x-own: 1
    ports: [{ target: 8080, published: 80, mode: host, app_protocol: http, x-own: 1 }]
    networks: { inner: { aliases: [web], ipv4_address: 10.0.0.2, priority: 1 }, outer: }
    depends_on: { cache: { condition: service_started, restart: true, required: true, x-own: 1 } }
    healthcheck: { test: [CMD, ask], x-own: 1 }
  cache: { image: redis:7 }
networks: { inner: { internal: true, ipam: { driver: default } }, outer: }
configs: { unused: { file: ./x } }
x-own: 1
`);
  expect(nodes.web).toMatchObject({ cpus: 0.5, expose: [8080], restart: 'always' });
  expect(notes).toEqual([
    'stack/compose.yaml:5:5: `pids_limit` of web is not taken: it has what the machine has',
    'stack/compose.yaml:7:7: `deploy.mode` of web is not taken: a node is one container',
    'stack/compose.yaml:9:7: `deploy.placement` of web is not taken: every node runs in the one engine',
    "stack/compose.yaml:10:41: `deploy.restart_policy.delay` of web is not taken: a node is started again after the engine's own delays",
    'stack/compose.yaml:12:32: `deploy.resources.limits.pids` of web is not taken: it has what the machine has',
    'stack/compose.yaml:13:25: `deploy.resources.reservations.memory` of web is not taken: it has what the machine has',
    'stack/compose.yaml:15:5: `ports` of web are not published: the drill has ports of its own on loopback',
    'stack/compose.yaml:16:5: `networks` of web are not taken: every node has a link to every other',
    'stack/compose.yaml:16:42: `networks.inner.ipv4_address` of web is not taken: its peers reach it by the name of the service',
    "stack/compose.yaml:20:13: `internal` and `ipam` of the network inner are not taken: nodes are on networks of the drill's own",
  ]);
});

it('the stack that ships is taken as it is', async () => {
  const drill = await loadDrill('fixtures/stacks/web-redis/drill.yaml');
  expect(drill.topology.nodes.redis?.command).toEqual([
    'redis-server',
    '/etc/redis.conf',
    '--appendonly',
    'yes',
    '--appendfsync',
    'always',
  ]);
  expect(drill.topology.supervisor).toBe('none');
});
