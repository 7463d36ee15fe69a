// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Compose's own variables
/** What services have beside an image: files that are handed in, profiles, ports, names. */
import { describe, expect, it } from 'vitest';
import { CATALOG } from '../../../src/catalog.js';
import { Mask } from '../../../src/drill/secrets.js';
import { taken } from './taken.js';

describe('secrets and configs', () => {
  const FILES = 'secrets: { password: { file: ./p.txt } }\nconfigs: { site: { file: ./site.conf } }';
  const web = (keys: string, nodes?: string) =>
    taken(`services: { web: { image: web, ${keys} } }\n${FILES}`, nodes ? { nodes } : {}).nodes.web;

  it('of files are seen where Compose shows them, beside the volumes', () => {
    const long = '{ source: password, target: key, mode: 0400 }, { source: password, target: /etc/key }';
    expect(web(`volumes: [data:/data], secrets: [password, ${long}], configs: [site]`)?.volumes).toEqual([
      'data:/data',
      '/home/stack/p.txt:/run/secrets/password:ro',
      '/home/stack/p.txt:/run/secrets/key:ro',
      '/home/stack/p.txt:/etc/key:ro',
      '/home/stack/site.conf:/site:ro',
    ]);
  });

  it('of variables and with a content become files of the node', () => {
    const stack = (environment = {}) =>
      taken(
        `
services:
  web: { image: web, secrets: [token, { source: token, target: /etc/token }], configs: [site] }
secrets: { token: { environment: TOKEN } }
configs: { site: { content: "port \${PORT:-80}" } }
`,
        { environment },
      );
    const { nodes, drill } = stack({ TOKEN: 'hunter22' });
    const files = { '/run/secrets/token': 'hunter22', '/etc/token': 'hunter22', '/site': 'port 80' };
    expect(nodes.web?.files).toEqual(files);
    expect(nodes.web?.volumes).toBeUndefined();
    const written = JSON.stringify(new Mask(drill, 'key').drill(drill, CATALOG));
    expect(written).not.toContain('hunter22');
    expect(written).toContain('/run/secrets/token');
  });

  it('give way to the volumes of the drill file, as all volumes do', () => {
    const nodes = '{ web: { role: primary, volumes: ["other:/o"] } }';
    expect(web('volumes: [data:/data], secrets: [unknown]', nodes)?.volumes).toEqual(['other:/o']);
  });
});

describe('profiles', () => {
  const STACK = `
services:
  web: { image: web, depends_on: { mail: { condition: service_started, required: false } } }
  mail: { image: mail, profiles: [dev, test] }
`;

  it.each([
    ['none is active', {}, {}],
    ['another is active', { environment: { COMPOSE_PROFILES: 'prod' } }, {}],
  ])('a service of a profile is no node, and is not waited for, where %s', (_, given, expected) => {
    const { nodes, notes } = taken(STACK, given);
    expect(Object.keys(nodes)).toEqual(['web']);
    expect(nodes.web?.depends_on).toEqual(expected);
    expect(notes.join()).toContain('mail is not taken: it belongs to a profile');
  });

  it.each([
    ['one of them is active', { environment: { COMPOSE_PROFILES: 'prod, test' } }],
    ['all are', { environment: { COMPOSE_PROFILES: '*' } }],
    ['the file .env says so', { files: { '/home/stack/.env': 'COMPOSE_PROFILES=dev' } }],
    ['the drill file names it', { nodes: '{ web: { role: primary }, mail: {} }' }],
  ])('it is one where %s', (_, given) => {
    const { nodes } = taken(STACK, given);
    expect(nodes.mail?.role).toBe('dependency');
    expect(nodes.web?.depends_on).toEqual({ mail: { condition: 'service_started' } });
  });
});

describe('the port that the system is spoken to at', () => {
  const web = (keys: string, nodes?: string) => () =>
    taken(`services: { web: { image: web, ${keys} } }`, nodes ? { nodes } : {});

  it('is refused where a service has others, before anything starts', () => {
    const refusal = /drill.yaml:4:27: expected a port of web: 80, found 8080; name the one in the container/;
    expect(web('ports: ["8080:80"]')).toThrow(refusal);
    expect(web('ports: ["80:8080"]')().nodes.web?.expose).toEqual([8080]);
  });

  it('may be any where the service publishes none, or the drill file says so', () => {
    expect(web('user: root')().nodes.web?.expose).toBeUndefined();
    const { nodes: exposing, notes } = web('expose: [80]')();
    expect(exposing.web?.expose).toEqual([8080, 80]);
    expect(notes).toEqual(['drill.yaml:4:27: web does not expose 8080, but 80']);
    const nodes = '{ web: { role: primary, expose: [8080] } }';
    expect(web('ports: ["8080:80"]', nodes)().nodes.web?.expose).toEqual([8080]);
  });
});

it('a service has as many ports as it likes, and a name as Compose has it', () => {
  const { nodes } = taken('services: { Web.App_1: { image: web, ports: ["7000-7050:8050-8100"] } }', {
    nodes: '{ Web.App_1: { role: primary } }',
  });
  const rest = Array.from({ length: 50 }, (_, at) => 8050 + at).filter((port) => port !== 8080);
  expect(nodes['Web.App_1']?.expose).toEqual([8080, ...rest, 8100]);
});

describe('names that services go by beside their own', () => {
  it('are those of containers and hosts, aliases in networks, and what links call them', () => {
    const { nodes, notes } = taken(`
services:
  web:
    image: web
    hostname: www.example
    links: [db, "db:database"]
    networks: { inner: { aliases: [www, web] }, outer: { aliases: [www, both] } }
  db: { image: db, container_name: shop-db, networks: { inner: { aliases: [both] } } }
networks: { inner: , outer: }
`);
    expect(nodes.web).toMatchObject({ hostname: 'www.example', aliases: ['www', 'both', 'www.example'] });
    expect(nodes.db?.aliases).toEqual(['database', 'both', 'shop-db']);
    expect(nodes.db?.hostname).toBeUndefined();
    expect(notes.filter((note) => !note.includes('`networks` of'))).toEqual([]);
  });

  it('are not taken where a container or a host cannot have it alone, and that is said', () => {
    const { nodes, notes } = taken(`
services:
  web: { image: web, container_name: app, hostname: db }
  worker: { image: web, container_name: app }
  db: { image: db }
`);
    expect([nodes.web?.aliases, nodes.worker?.aliases]).toEqual([undefined, undefined]);
    expect(nodes.web?.hostname).toBe('db');
    expect(notes).toEqual([
      'stack/compose.yaml:3:22: `container_name` of web is not taken as a name that its peers know: it is one of `worker`, too',
      'stack/compose.yaml:3:43: `hostname` of web is not taken as a name that its peers know: it is one of `db`, too',
      'stack/compose.yaml:4:25: `container_name` of worker is not taken as a name that its peers know: it is one of `web`, too',
    ]);
  });

  it('are for the drill file to say where it does', () => {
    const { nodes } = taken('services: { web: { image: web, hostname: other } }', {
      nodes: '{ web: { role: primary, aliases: [own], hostname: mine } }',
    });
    expect(nodes.web).toMatchObject({ aliases: ['own'], hostname: 'mine' });
  });
});

it('signals, groups, limits and shared memory are taken, as Compose has them', () => {
  const { nodes } = taken(`
services:
  web:
    image: web
    stop_signal: SIGQUIT
    group_add: [33, www-data]
    shm_size: 64mb
    ulimits: { nproc: 65535, nofile: { soft: 20000, hard: 40000 }, memlock: -1 }
`);
  expect(nodes.web).toMatchObject({
    stop_signal: 'SIGQUIT',
    group_add: ['33', 'www-data'],
    shm_size: '64m',
    ulimits: {
      nproc: { soft: 65_535, hard: 65_535 },
      nofile: { soft: 20_000, hard: 40_000 },
      memlock: { soft: -1, hard: -1 },
    },
  });
});

it('a service may wait until the work of another is done', () => {
  const { nodes } = taken(`
services:
  web: { image: web, depends_on: { job: { condition: service_completed_successfully } } }
  job: { image: web }
`);
  expect(nodes.web?.depends_on).toEqual({ job: { condition: 'service_completed_successfully' } });
});

it('a recipe may be told in the file, and then no folder needs to hold one', () => {
  const { nodes } = taken(`
services:
  web: { build: { context: ./web, dockerfile_inline: "FROM base\\nRUN make", target: run } }
`);
  expect(nodes.web?.build).toEqual({
    context: '/home/stack/web',
    dockerfile_inline: 'FROM base\nRUN make',
    target: 'run',
  });
});

it('what no file declares is not waited for, with a note, but a slip is one', () => {
  const { nodes, notes } = taken(`
services:
  web: { image: web, depends_on: [elsewhere, db] }
  db: { image: db, depends_on: { other: { condition: service_healthy } } }
`);
  expect([nodes.web?.depends_on, nodes.db?.depends_on]).toEqual([
    { db: { condition: 'service_started' } },
    {},
  ]);
  expect(notes).toEqual([
    'stack/compose.yaml:3:35: web does not wait for elsewhere, which no file declares',
    'stack/compose.yaml:4:34: db does not wait for other, which no file declares',
  ]);
  expect(() =>
    taken('services: { web: { image: web, depends_on: [rediss] }, redis: { image: redis } }'),
  ).toThrow(/compose.yaml:1:45: expected a node: `redis`, found "rediss"; did you mean `redis`/);
});

describe('replicas', () => {
  it.each(['scale: 2', 'deploy: { replicas: 2 }', 'scale: 2, deploy: { replicas: 7 }'])(
    'are nodes of their own, known by the name of the service as well, and waited for together: %s',
    (count) => {
      const { nodes, notes } = taken(`
services:
  web: { image: web, depends_on: [app, db], links: ["app:backend"] }
  app: { image: app, ${count}, volumes: [data:/data], depends_on: { db: { condition: service_started } } }
  db: { image: db }
`);
      expect(Object.keys(nodes)).toEqual(['web', 'app-1', 'app-2', 'db']);
      const started = { condition: 'service_started' };
      expect(nodes.web?.depends_on).toEqual({ 'app-1': started, 'app-2': started, db: started });
      for (const name of ['app-1', 'app-2'])
        expect(nodes[name]).toMatchObject({
          image: 'app',
          aliases: ['app', 'backend'],
          volumes: ['data:/data:shared'],
          depends_on: { db: started },
        });
      expect(notes.filter((note) => note.includes('replicas of app'))).toHaveLength(1);
    },
  );

  it('have roles by their own names, and their problems where they are written', () => {
    const web = (keys: string, nodes: string) => () =>
      taken(`services: { web: { image: web, scale: 2${keys} } }`, { nodes });
    const roles = '{ web-1: { role: primary }, web-2: { role: standby } }';
    expect(web('', roles)().nodes['web-2']?.role).toBe('standby');
    expect(web('', '{ web: { role: primary } }')).toThrow(
      /expected a service of .*: `web-1` or `web-2`, or a node/,
    );
    expect(web(', privileged: true', roles)).toThrow(/compose.yaml:1:42: `privileged` cannot be taken/);
  });

  it.each(['0', '1000', 'many', '1.5'])('are a number of nodes that there can be: not %s', (count) => {
    expect(() => taken(`services: { web: { image: web }, app: { image: app, scale: ${count} } }`)).toThrow(
      /compose.yaml:1:60: expected a number of replicas, from 1 to 25, found/,
    );
  });
});
