/** Whole drills in containers: the same verdicts, and every early end. */
import { readFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { systemClock as clock } from '../../src/clock.js';
import { integer, seeded } from '../../src/random.js';
import { engineClient, findEngine } from '../../src/runtime/docker/engine.js';
import type { EngineAddress } from '../../src/runtime/docker/engine-address.js';
import { RUN_LABEL, RUNNER_LABEL } from '../../src/runtime/docker/labels.js';
import { withEngine } from '../runtime/docker/engine.js';
import {
  drill,
  type Ended,
  freshFolder,
  labelledProcesses,
  ROOT,
  startDrill,
  verdictIn,
} from './drill-command.js';
import { files, nameOf } from './library-files.js';

const DRILL = 'test/drills/containers/cut.yaml';
const KILLS = Number(process.env.KILLS ?? 3);
const random = seeded('containers');
const MOMENTS = Array.from({ length: KILLS }, () => integer(random, 300, 9000));

/** Small drills, of each kind of fault one. */
const SMALL = 'test/drills/containers';
/** The whole library in containers takes some ten minutes; local processes drill it all the time. */
const WHOLE = process.env.DRILL_TEST_WHOLE !== undefined;

/** What a drill file says must fail. */
const announced = (file: string) => /^# Must fail: (\w+)$/m.exec(readFileSync(join(ROOT, file), 'utf8'))?.[1];
const small = files(SMALL);
const good = [...small.filter((file) => !announced(file)), ...(WHOLE ? files('drills') : [])];
const bad = [...small.filter(announced), ...(WHOLE ? files('fixtures/known-bad') : [])];

/** What is in the engine of a runner, by its process number. */
async function leftOf(runner: number | undefined): Promise<string[]> {
  const docker = await engineClient((await findEngine(process.env, clock)).address);
  const filters = { label: [RUN_LABEL] };
  const [containers, networks, { Volumes: volumes }] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
    docker.listVolumes({ filters }),
  ]);
  const all = [
    ...containers.map(({ Names, Labels }) => ({ Name: Names[0], Labels })),
    ...networks,
    ...(volumes ?? []),
  ];
  return all
    .filter(({ Labels }) => Labels?.[RUNNER_LABEL]?.startsWith(`${runner}.`))
    .map(({ Name }) => String(Name));
}

/**
 * How long it takes until nothing is left, ms. The reaper is the last to go: once the engine has brought nothing into being
 * for a while of what it was asked for earlier.
 */
async function nothingLeft(runner: number | undefined): Promise<number> {
  const start = clock.now();
  let seen = start;
  const isReaping = () => labelledProcesses().some((process) => process.runner === runner);
  while (isReaping() && clock.now() < start + 60_000) {
    if ((await leftOf(runner)).length > 0) seen = clock.now();
    await new Promise((done) => setTimeout(done, 100));
  }
  expect([isReaping(), await leftOf(runner)]).toEqual([false, []]);
  return seen - start;
}

/** A way to the engine that can be cut, as when the engine is killed. */
async function cuttableEngine(address: EngineAddress) {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = 'socketPath' in address ? connect(address.socketPath) : connect(address);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('error', () => to.destroy());
      from.once('close', () => to.destroy());
      from.pipe(to);
    }
  });
  const path = join(freshFolder(), 'engine.sock');
  await new Promise<void>((done) => server.listen(path, done));
  const cut = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  onTestFinished(cut);
  return { url: `unix://${path}`, cut };
}

withEngine(() => {
  describe('drills in containers', () => {
    const out = freshFolder();
    let ended: Ended;
    beforeAll(async () => {
      ended = await drill('run', ...good, '--runtime', 'docker', '--out', out);
    }, 600_000);

    it.each(good)('%s passes, as it does on local processes', (file) => {
      const verdict = verdictIn(out, nameOf(file));
      expect(verdict.verdict, `${ended.stdout}\n${ended.stderr}`).toBe('pass');
      expect(verdict.runtime).toBe('docker');
      expect(verdict.toxiproxy?.server).toMatch(/embedded .* between nodes/);
    });
  });

  describe('known-bad configurations, in containers', () => {
    const out = freshFolder();
    let ended: Ended;
    beforeAll(async () => {
      ended = await drill('run', ...bad, '--runtime', 'docker', '--out', out);
    }, 300_000);

    it.each(bad)('%s is caught, with evidence', (file) => {
      expect(ended.code, `${ended.stdout}\n${ended.stderr}`).toBe(1);
      const finding = verdictIn(out, nameOf(file)).findings.find(
        ({ expectation }) => expectation === announced(file),
      );
      expect(finding?.verdict, ended.stdout).toBe('fail');
      expect(finding?.evidence.length).toBeGreaterThan(0);
    });
  });

  it('a free choice of runtime takes containers where an engine answers, and says so', async () => {
    const free = startDrill(['run', DRILL, '--runtime', 'auto', '--out', freshFolder()]);
    await free.printed(/^runtime docker: containers, engine \S+ at /);
    free.child.kill('SIGINT');
    expect((await free.ended).code).toBe(130);
  });

  it.each(MOMENTS)(
    'a runner that is killed after %i ms leaves nothing behind for ten seconds',
    async (ms) => {
      const running = startDrill(['run', DRILL, '--runtime', 'docker', '--out', freshFolder()]);
      await new Promise((done) => setTimeout(done, ms));
      running.child.kill('SIGKILL');
      await running.ended;
      expect(await nothingLeft(running.child.pid)).toBeLessThan(10_000);
    },
  );

  it('a run that is interrupted takes everything down', async () => {
    const running = startDrill(['run', DRILL, '--runtime', 'docker', '--out', freshFolder()]);
    await running.printed(/is in force/);
    running.child.kill('SIGINT');
    expect((await running.ended).code).toBe(130);
    expect(await leftOf(running.child.pid)).toEqual([]);
  });

  it('an engine that is gone in mid-drill makes it inconclusive, and what is left can be cleaned up', async () => {
    const engine = await cuttableEngine((await findEngine(process.env, clock)).address);
    const out = freshFolder();
    const running = startDrill(['run', DRILL, '--runtime', 'docker', '--out', out], {
      DOCKER_HOST: engine.url,
    });
    await running.printed(/is in force/);
    engine.cut();
    const { code, stdout } = await running.ended;
    expect(code, stdout).toBe(3);
    expect(stdout).toMatch(/problem: .*the container engine is gone .*`drill clean`/);
    expect(verdictIn(out, nameOf(DRILL)).verdict).toBe('inconclusive');
    expect((await leftOf(running.child.pid)).length).toBeGreaterThan(0);
    expect((await drill('clean')).stdout).toMatch(/removed .* containers, networks and volumes/);
    expect(await leftOf(running.child.pid)).toEqual([]);
  });
});

it('without an engine, containers that were asked for are refused, and a free choice takes local processes', async () => {
  const nowhere = { DOCKER_HOST: 'unix:///nowhere/engine.sock' };
  const asked = await startDrill(['run', DRILL, '--runtime', 'docker', '--out', freshFolder()], nowhere)
    .ended;
  expect(asked.code).toBe(3);
  expect(asked.stderr).toMatch(
    /\/nowhere\/engine.sock: expected a container engine that answers, found .*ENOENT/,
  );
  const free = startDrill(['run', DRILL, '--runtime', 'auto', '--out', freshFolder()], nowhere);
  await free.printed(/^runtime process: local processes, since there are no containers: /);
  free.child.kill('SIGINT');
  expect((await free.ended).code).toBe(130);
});
