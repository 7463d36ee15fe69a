// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Compose's own variables
/** The files of a Compose project put together, by Compose's own rules, each thing with the place where it is written. */
import { describe, expect, it } from 'vitest';
import { notesOf } from '../../../src/drill/load.js';
import { parseDrill } from '../../built-in.js';

const look = (real: string) => (real.endsWith('/.git') ? undefined : { real, kind: 'file' as const });

/** The drill of a stack with these files in its folder. */
function taken(files: Record<string, string>, { compose = 'stack/compose.yaml', environment = {} } = {}) {
  const system = '{ http: { port: 8080, read: { request: "GET /{key}" } } }';
  const text = `name: x\ntopology:\n  compose: ${compose}\n  system: ${system}\n  nodes: { web: { role: primary } }\nworkload: { writes: 0% }\nexpect: {}\n`;
  const read = (path: string) => files[path.replace('/home/stack/', '')];
  const drill = parseDrill(text, 'drill.yaml', { importing: { folder: '/home', environment, read, look } });
  return { nodes: drill.topology.nodes, notes: notesOf(drill) };
}

const BASE = `
services:
  web:
    image: web
    command: [serve, --slow]
    environment: { LEVEL: info, REGION: eu }
    ports: ["80:8080"]
    volumes: ["./a:/a:ro", "./b:/b:ro"]
    depends_on: [db]
    healthcheck: { test: [CMD, ask], retries: 3, interval: 5s }
    tmpfs: [/run]
  db: { image: postgres }
`;

describe('a file on top of another', () => {
  const OVER = `
services:
  web:
    image: other
    command: serve
    environment: [LEVEL=debug, NEW=1]
    ports: ["80:8080", "9090:9090"]
    volumes: ["./c:/b:ro"]
    depends_on: { cache: { condition: service_healthy } }
    healthcheck: { test: [CMD, ask, more] }
  cache: { image: redis, healthcheck: { test: [CMD, ping] } }
`;
  const expected = {
    image: 'other',
    command: ['serve'],
    environment: { LEVEL: 'debug', REGION: 'eu', NEW: '1' },
    expose: [8080, 9090],
    volumes: ['/home/stack/a:/a:ro', '/home/stack/c:/b:ro'],
    depends_on: { db: { condition: 'service_started' }, cache: { condition: 'service_healthy' } },
    healthcheck: { test: ['CMD', 'ask', 'more'], retries: 3, interval: 5000 },
    tmpfs: ['/run'],
  };

  it.each(['compose.override.yaml', 'docker-compose.override.yml'])(
    'is the override beside a file of the usual name, and that is said: %s',
    (name) => {
      const { nodes, notes } = taken({ 'compose.yaml': BASE, [name]: OVER });
      expect(nodes.web).toMatchObject(expected);
      expect(Object.keys(nodes)).toEqual(['web', 'db', 'cache']);
      expect(notes).toContain(`stack/${name}:2:1: it is taken in on top of compose.yaml, as Compose does`);
    },
  );

  it('is each of those that the drill file lists, and no other', () => {
    const files = { 'compose.yaml': BASE, 'prod.yaml': OVER, 'compose.override.yaml': 'services: nonsense' };
    const { nodes, notes } = taken(files, { compose: '[stack/compose.yaml, stack/prod.yaml]' });
    expect(nodes.web).toMatchObject(expected);
    expect(notes.join()).not.toContain('on top of');
    const alone = taken({ 'base.yaml': BASE, 'compose.override.yaml': OVER }, { compose: 'stack/base.yaml' });
    expect(alone.nodes.web?.image).toBe('web');
  });

  it('takes away what it resets, and replaces what it overrides as a whole', () => {
    const { nodes } = taken({
      'compose.yaml': BASE,
      'compose.override.yaml': `
services:
  web:
    command: !reset null
    ports: !override ["81:8080"]
    environment: { LEVEL: !reset null, NEW: 1 }
    depends_on: !override { db: { condition: service_healthy } }
    healthcheck: !override { test: [CMD, other] }
    tmpfs: !reset []
  db: { healthcheck: { test: [CMD, ask] } }
`,
    });
    expect(nodes.web).toMatchObject({
      expose: [8080],
      environment: { REGION: 'eu', NEW: '1' },
      depends_on: { db: { condition: 'service_healthy' } },
      healthcheck: { test: ['CMD', 'other'], interval: 1000 },
    });
    expect(nodes.web?.command).toBeUndefined();
    expect(nodes.web?.tmpfs).toBeUndefined();
  });

  it('resets nothing where there is nothing', () => {
    const { nodes } = taken({
      'compose.yaml':
        'services: { web: { image: web, network_mode: !reset host, environment: { A: !reset 1, B: 2 } } }',
    });
    expect(nodes.web?.environment).toEqual({ B: 2 });
  });

  it('has its problems at the places where they are written', () => {
    const refusal = (over: string) => () => taken({ 'compose.yaml': BASE, 'compose.override.yaml': over });
    const service = (keys: string) => refusal(`services:\n  web:\n    ${keys}\n`);
    expect(service('privileged: true')).toThrow(
      /stack\/compose.override.yaml:3:5: `privileged` cannot be taken/,
    );
    expect(service('cap_add: [net_raw]')).toThrow(
      /stack\/compose.override.yaml:3:15: expected a Linux capability/,
    );
    expect(service('volumes: ["./c:/c:ro", nonsense]')).toThrow(
      /stack\/compose.override.yaml:3:28: expected a volume/,
    );
    expect(service('environment: { 5: 6 }')).toThrow(
      /compose.override.yaml:3:20: expected the name of a variable/,
    );
    expect(service('image: "${NAME:?}"')).toThrow(/compose.override.yaml:3:12: no value for NAME/);
    expect(refusal('service: {}')).toThrow(/stack\/compose.override.yaml:1:1: unknown key "service"/);
    expect(() =>
      taken({ 'compose.yaml': BASE.replace('[/run]', '7'), 'compose.override.yaml': OVER }),
    ).toThrow(/stack\/compose.yaml:11:12: expected a folder/);
  });
});

describe('a service that extends another', () => {
  it('has what that has, and its own on top', () => {
    const { nodes } = taken({
      'compose.yaml': `
services:
  web: { extends: usual, environment: { B: 3 }, volumes: ["./own:/own:ro"] }
  usual: { extends: { service: base }, environment: { B: 2, C: 2 } }
  base: { image: web, environment: { A: 1, B: 1 }, cap_add: [NET_ADMIN] }
`,
    });
    expect(nodes.web).toMatchObject({
      image: 'web',
      environment: { A: '1', B: '3', C: '2' },
      cap_add: ['NET_ADMIN'],
      volumes: ['/home/stack/own:/own:ro'],
    });
  });

  it('of another file has the paths of that file', () => {
    const { nodes } = taken({
      'compose.yaml': 'services: { web: { extends: { file: common/base.yaml, service: usual }, user: app } }',
      'common/base.yaml': `
services:
  usual: { extends: { file: more.yaml, service: base }, build: ./web, env_file: usual.env, user: root }
`,
      'common/more.yaml': 'services: { base: { image: x, volumes: ["./site:/site:ro", "data:/data"] } }',
      'common/usual.env': 'A=1',
      'common/web/Dockerfile': 'FROM scratch',
    });
    expect(nodes.web).toMatchObject({
      build: { context: '/home/stack/common/web' },
      environment: { A: '1' },
      user: 'app',
      volumes: ['/home/stack/common/site:/site:ro', 'data:/data'],
    });
  });

  it.each([
    ['extends: nobody', /compose.yaml:1:29: expected a service of stack\/compose.yaml .*, found "nobody"/],
    ['extends: web', /compose.yaml:1:29: expected a service .* that does not lead back here/],
    [
      'extends: { file: none.yaml, service: a }',
      /1:20: expected a Compose file of the project, found none at/,
    ],
    [
      'extends: { file: /etc/passwd, service: a }',
      /1:20: expected a file or folder of the Compose file's own/,
    ],
    ['extends: { files: x }', /1:31: unknown key "files"; did you mean `file`/],
  ])('is refused where there is nothing to extend: %s', (keys, text) => {
    expect(() => taken({ 'compose.yaml': `services: { web: { ${keys} } }` })).toThrow(text);
  });
});

describe('what a file includes', () => {
  it('is taken in with its own folder and its own variables', () => {
    const { nodes, notes } = taken(
      {
        'compose.yaml': `
include: [db/compose.yaml, { path: mail/mail.yaml, env_file: mail.env }]
services: { web: { image: web, depends_on: [db] } }
`,
        'db/compose.yaml': `
include: [deeper/compose.yaml]
services: { db: { image: "postgres:\${TAG}", volumes: ["./conf:/conf:ro", "data:/data"] } }
volumes: { data: }
`,
        'db/deeper/compose.yaml': 'services: { deep: { image: deep, env_file: deep.env } }',
        'db/deeper/deep.env': 'A=1',
        'db/.env': 'TAG=16',
        'mail/mail.yaml': 'services: { mail: { image: "mail:$TAG" } }',
        'mail.env': 'TAG=1',
      },
      { environment: { OUTER: '1' } },
    );
    expect(nodes.db).toMatchObject({
      image: 'postgres:16',
      volumes: ['/home/stack/db/conf:/conf:ro', 'data:/data'],
    });
    expect(nodes.deep?.environment).toEqual({ A: '1' });
    expect(nodes.mail?.image).toBe('mail:1');
    expect(notes).toEqual([]);
  });

  it.each([
    [
      'include: [none.yaml]',
      /stack\/compose.yaml:1:11: expected a Compose file of the project, found none at/,
    ],
    ['include: [../../etc/x.yaml]', /expected a file or folder of the Compose file's own project/],
    [
      'include: [twice.yaml]',
      /twice.yaml:1:13: expected a service that is there once, found "web", which stack\/compose/,
    ],
    [
      'include: [round.yaml]',
      /round.yaml:1:11: expected a Compose file of the project, found one that leads back to itself/,
    ],
  ])('is refused where it cannot be: %s', (include, text) => {
    const files = {
      'compose.yaml': `${include}\nservices: { web: { image: web } }\n`,
      'twice.yaml': 'services: { web: { image: other } }',
      'round.yaml': 'include: [round.yaml]\nservices: { a: { image: a } }',
    };
    expect(() => taken(files)).toThrow(text);
  });
});
