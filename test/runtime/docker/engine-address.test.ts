/** Where the engine is looked for: by DOCKER_HOST, by Docker's contexts as its own command keeps them, and with their keys. */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock as clock } from '../../../src/clock.js';
import { engineClient, findEngine } from '../../../src/runtime/docker/engine.js';
import { engineAddress, mayHaveEngine } from '../../../src/runtime/docker/engine-address.js';
import { scratch } from '../opened.js';

/** A folder as Docker's command keeps it, with a context for each of these hosts; `current` is the one in use. */
function configWith(hosts: Record<string, string>, current?: string): string {
  const folder = scratch();
  if (current !== undefined)
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ auths: {}, currentContext: current }));
  for (const [Name, Host] of Object.entries(hosts)) {
    const meta = join(folder, 'contexts/meta', createHash('sha256').update(Name).digest('hex'));
    mkdirSync(meta, { recursive: true });
    const Endpoints = { docker: { Host, SkipTLSVerify: false } };
    writeFileSync(join(meta, 'meta.json'), JSON.stringify({ Name, Metadata: {}, Endpoints }));
  }
  return folder;
}

const HOSTS = { desktop: 'unix:///home/me/.docker/desktop/docker.sock', port: 'tcp://127.0.0.1:2375' };

test('DOCKER_HOST wins over DOCKER_CONTEXT, that over the context in use, and that over the usual socket', () => {
  const DOCKER_CONFIG = configWith(HOSTS, 'desktop');
  const DOCKER_CONTEXT = 'port';
  const DOCKER_HOST = 'unix:///mine.sock';
  expect(engineAddress({ DOCKER_CONFIG, DOCKER_CONTEXT, DOCKER_HOST })).toEqual({ socketPath: '/mine.sock' });
  expect(engineAddress({ DOCKER_CONFIG, DOCKER_CONTEXT })).toEqual({ host: '127.0.0.1', port: 2375 });
  expect(engineAddress({ DOCKER_CONFIG })).toEqual({ socketPath: '/home/me/.docker/desktop/docker.sock' });
  const usual = engineAddress({});
  expect(usual).toHaveProperty('socketPath');
  expect(engineAddress({ DOCKER_CONFIG, DOCKER_CONTEXT: 'default' })).toEqual(usual);
  expect(engineAddress({ DOCKER_CONFIG: configWith(HOSTS) })).toEqual(usual);
});

test('contexts are kept in the home folder where DOCKER_CONFIG says nothing else', () => {
  const HOME = scratch();
  const config = configWith(HOSTS, 'desktop');
  execFileSync('cp', ['-r', config, join(HOME, '.docker')]);
  expect(engineAddress({ HOME })).toEqual({ socketPath: '/home/me/.docker/desktop/docker.sock' });
});

test('a context that is not there, of another machine, or in a file that is broken is named', () => {
  const DOCKER_CONFIG = configWith({ far: 'ssh://me@far', farther: 'tcp://10.0.0.1:2376' }, 'gone');
  expect(() => engineAddress({ DOCKER_CONFIG })).toThrow(
    `Docker context "gone" (chosen by ${DOCKER_CONFIG}/config.json): expected a context of that name, found no `,
  );
  for (const [DOCKER_CONTEXT, host] of [
    ['far', 'ssh://me@far'],
    ['farther', 'tcp://10.0.0.1:2376'],
  ])
    expect(() => engineAddress({ DOCKER_CONFIG, DOCKER_CONTEXT })).toThrow(
      new RegExp(
        `^Docker context "${DOCKER_CONTEXT}" \\(chosen by DOCKER_CONTEXT\\): expected an engine on this machine, .*, found "${host}"; choose one of this machine with \`docker context use\``,
      ),
    );
  expect(mayHaveEngine({ DOCKER_CONFIG })).toBe(false);
  writeFileSync(join(DOCKER_CONFIG, 'config.json'), '{');
  expect(() => engineAddress({ DOCKER_CONFIG })).toThrow(/config\.json: expected what Docker writes there/);
});

const noDocker = spawnSync('docker', ['context', '--help']).error
  ? "there is no Docker's command"
  : undefined;
const noKeys = spawnSync('openssl', ['version']).error ? 'there is no openssl' : undefined;

/** What Docker's own command does with its contexts. */
function docker(config: string, ...args: string[]): string {
  return execFileSync('docker', ['--config', config, ...args], { encoding: 'utf8', stdio: 'pipe' });
}

test.skipIf(noDocker)(
  `contexts that Docker's own command made are read as it reads them${noDocker ? `: ${noDocker}` : ''}`,
  () => {
    const config = scratch();
    docker(config, 'context', 'create', 'own', '--docker', 'host=unix:///some where/engine.sock');
    docker(config, 'context', 'use', 'own');
    expect(engineAddress({ DOCKER_CONFIG: config })).toEqual({ socketPath: '/some where/engine.sock' });
    docker(config, 'context', 'use', 'default');
    expect(engineAddress({ DOCKER_CONFIG: config })).toEqual(engineAddress({}));
  },
);

/** A server that says that it is an engine, over TLS, to whoever has a certificate of its authority. */
async function engineOverTls() {
  const keys = scratch();
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: keys, stdio: 'pipe' });
  const newKey = ['-newkey', 'rsa:2048', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...newKey,
    '-keyout',
    'ca-key.pem',
    '-out',
    'ca.pem',
    '-subj',
    '/CN=authority',
    '-days',
    '2',
  );
  writeFileSync(join(keys, 'san'), 'subjectAltName=IP:127.0.0.1,DNS:localhost');
  for (const name of ['server', 'client']) {
    const pem = (what: string) => `${name}-${what}.pem`;
    openssl('req', ...newKey, '-keyout', pem('key'), '-out', pem('asked'), '-subj', `/CN=${name}`);
    const signed = ['-req', '-in', pem('asked'), '-CA', 'ca.pem', '-CAkey', 'ca-key.pem', '-CAcreateserial'];
    openssl('x509', ...signed, '-out', pem('cert'), '-days', '2', '-extfile', 'san');
  }
  const read = (name: string) => readFileSync(join(keys, name));
  const server = createServer(
    {
      key: read('server-key.pem'),
      cert: read('server-cert.pem'),
      ca: read('ca.pem'),
      requestCert: true,
      rejectUnauthorized: true,
    },
    (request, response) => {
      const told = { Version: '24.0', ApiVersion: '1.43', Os: 'linux', Arch: 'amd64' };
      response.end(request.url?.endsWith('/version') ? JSON.stringify(told) : '[]');
    },
  );
  onTestFinished(() => void server.close());
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as { port: number };
  return { keys, host: `tcp://127.0.0.1:${port}` };
}

const lack = noDocker ?? noKeys;

test.skipIf(lack)(
  `an engine that a context has the keys of is reached by them${lack ? `: ${lack}` : ''}`,
  async () => {
    const { keys, host } = await engineOverTls();
    const config = scratch();
    const with_ = (name: string, more: string) =>
      docker(config, 'context', 'create', name, '--docker', `host=${host}${more}`);
    with_('keys', `,ca=${keys}/ca.pem,cert=${keys}/client-cert.pem,key=${keys}/client-key.pem`);
    with_('trusting', `,cert=${keys}/client-cert.pem,key=${keys}/client-key.pem,skip-tls-verify=true`);
    with_('strange', `,cert=${keys}/client-cert.pem,key=${keys}/client-key.pem`);
    for (const DOCKER_CONTEXT of ['keys', 'trusting']) {
      const engine = await findEngine({ DOCKER_CONFIG: config, DOCKER_CONTEXT }, clock);
      expect(engine.version).toBe('24.0');
      expect(await (await engineClient(engine.address)).listContainers()).toEqual([]);
      // What is noted for others has no key in it.
      expect(JSON.stringify(engine.address)).not.toContain('PRIVATE');
    }
    await expect(findEngine({ DOCKER_CONFIG: config, DOCKER_CONTEXT: 'strange' }, clock)).rejects.toThrow(
      /expected a container engine that answers, found .*certificate/,
    );
    // As with a context, so by the variables.
    for (const [from, to] of [
      ['client-cert', 'cert'],
      ['client-key', 'key'],
    ])
      execFileSync('cp', [join(keys, `${from}.pem`), join(keys, `${to}.pem`)]);
    const byHost = { DOCKER_HOST: host, DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: keys };
    expect((await findEngine(byHost, clock)).version).toBe('24.0');
  },
);
