/** What a machine may lack: each is named with its remedy, and ends in exit code 3; what must make no difference makes none. */
import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { freshFolder, ROOT, startDrill } from '../drills/drill-command.js';
import { withEngine } from '../runtime/docker/engine.js';

const PATIENT = 'test/drills/lifecycle/patient.yaml';
const NOWHERE = { DOCKER_HOST: 'unix:///nowhere/engine.sock' };

/** Why there can be no such surroundings here; undefined where there can. */
const lackOf = (...within: string[]) => {
  const [program = '', ...args] = within;
  const tried = spawnSync(program, [...args, 'true']);
  return tried.status === 0 ? undefined : `${program} does not do it here`;
};
const named = (lack: string | undefined) => (lack ? `: ${lack}` : '');

const DOWN = ['unshare', '--net'];
const WITHOUT_IPV4 = [
  ...['unshare', '--net', 'sh', '-c'],
  'ip link set lo up && ip address del 127.0.0.1/8 dev lo && exec "$@"',
  'sh',
];
const noNetwork = lackOf(...DOWN);
const noAddress = noNetwork ?? lackOf(...WITHOUT_IPV4);

describe.each([
  {
    name: 'a loopback interface that is down',
    within: DOWN,
    lack: noNetwork,
    said: /that the loopback interface is down \(.*\); run `ip link set lo up` as root$/m,
  },
  {
    name: 'a machine with IPv6 alone',
    within: WITHOUT_IPV4,
    lack: noAddress,
    said: /only ::1 on lo \(.*\); run `ip addr add 127\.0\.0\.1\/8 dev lo` as root/,
  },
])('$name', ({ within, lack, said }) => {
  test.skipIf(lack)(`is what keeps a drill from running${named(lack)}`, async () => {
    const run = ['run', PATIENT, '--out', freshFolder()];
    const { code, stderr } = await startDrill(run, NOWHERE, within).ended;
    expect(stderr).toMatch(
      /^drill: this machine: expected connections to its own address 127\.0\.0\.1, found /,
    );
    expect(stderr).toMatch(said);
    expect(code).toBe(3);
  });

  test.skipIf(lack)(`is told by doctor${named(lack)}`, async () => {
    const { code, stdout } = await startDrill(['doctor'], NOWHERE, within).ended;
    expect(stdout).toMatch(/^MISSING +loopback /m);
    expect(stdout).toMatch(said);
    expect(stdout).not.toContain('every one taken');
    expect(code).toBe(3);
  });
});

const limited = (files: number) => ['prlimit', `--nofile=${files}`, '--'];
const noLimit = lackOf(...limited(64));

test.skipIf(noLimit).each([24, 40, 64, 128])(
  `%i open files are too few to load what a command needs${named(noLimit)}`,
  async (files) => {
    for (const command of [['doctor'], ['run', PATIENT, '--out', freshFolder()]]) {
      const { code, stderr } = await startDrill(command, NOWHERE, limited(files)).ended;
      expect(stderr).toBe(
        `drill: this process: expected to be allowed 256 open files, of which connections are a part, found ${files}; raise the limit (\`ulimit -n 1024\`, or LimitNOFILE= where systemd starts it)\n`,
      );
      expect(code).toBe(3);
    }
  },
);

/** Why a drill did not pass, where it did not. */
async function passes(environment: Record<string, string>, within: string[], ...args: string[]) {
  const run = ['run', PATIENT, '--out', freshFolder(), ...args];
  const { code, stdout, stderr } = await startDrill(run, environment, within).ended;
  expect(code, `${stdout}\n${stderr}`).toBe(0);
}

test.skipIf(noLimit)(`256 open files are enough for a small drill${named(noLimit)}`, async () => {
  await passes({}, limited(256));
});

/** Nothing listens there. */
const PROXY = 'http://127.0.0.1:9';
const PROXIES = {
  ...Object.fromEntries(
    ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'].flatMap((name) => [
      [name, PROXY],
      [name.toLowerCase(), PROXY],
    ]),
  ),
  // Node 24 would go by them.
  NODE_USE_ENV_PROXY: '1',
};

test('proxies of the environment are not on the way to nodes and Toxiproxy', async () => {
  await passes(PROXIES, []);
});

withEngine(() => {
  test('proxies of the environment are not on the way to containers', async () => {
    await passes(PROXIES, [], '--runtime', 'docker');
  });
});

const HOSTS = freshFolder();
writeFileSync(join(HOSTS, 'hosts'), '::1 localhost\n');
const SIX = [
  'unshare',
  '--mount',
  'sh',
  '-c',
  `mount --bind ${join(HOSTS, 'hosts')} /etc/hosts && exec "$@"`,
  'sh',
];
const noMount = lackOf(...SIX);

test.skipIf(noMount)(`a localhost that is ::1 is no hindrance${named(noMount)}`, async () => {
  await passes({}, SIX);
});

const NOBODY = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
// Whoever has no rights may not even come to the checkout: there it is seen in a folder that is open to all.
const OPEN_VIEW =
  'mount --bind "$ROOT" "$VIEW" && cd "$VIEW" && node="$1" && shift 2 && exec "$SETPRIV" $RIGHTS "$node" dist/cli.js "$@"';
const noNobody = noMount ?? lackOf(...NOBODY);

test.skipIf(noNobody)(
  `an engine whose socket is closed to the user is named so, and local processes are taken${named(noNobody)}`,
  async () => {
    const folder = freshFolder();
    chmodSync(folder, 0o755);
    const server = createServer((_, response) => response.end('{}'));
    onTestFinished(() => void server.close());
    const socket = join(folder, 'engine.sock');
    await new Promise<void>((done) => server.listen(socket, done));
    chmodSync(socket, 0o660);
    const view = freshFolder();
    chmodSync(view, 0o755);
    const [SETPRIV = '', ...rights] = NOBODY;
    const seen = { ROOT, VIEW: view, SETPRIV, RIGHTS: rights.join(' ') };
    const closed = { DOCKER_HOST: `unix://${socket}`, ...seen };
    const asNobody = ['unshare', '--mount', 'sh', '-c', OPEN_VIEW, 'sh'];
    const said =
      /engine\.sock: expected a container engine that answers, found one that this user may not use \(connect EACCES .*\); join the group of its socket, which as a rule is docker \(`sudo usermod -aG docker \$USER`, then log in again\), use sudo, or use --runtime process/;
    const doctor = await startDrill(['doctor'], closed, asNobody).ended;
    expect(doctor.stdout).toMatch(said);
    const out = freshFolder();
    chmodSync(out, 0o777);
    const run = (runtime: string) =>
      startDrill(['run', PATIENT, '--runtime', runtime, '--out', join(out, runtime)], closed, asNobody).ended;
    const asked = await run('docker');
    expect(asked.stderr).toMatch(said);
    expect(asked.code).toBe(3);
    const free = await run('auto');
    expect(free.stdout).toMatch(
      /^runtime process: local processes, since there are no containers: .*may not use/m,
    );
    expect(free.code, free.stdout).toBe(0);
  },
);
