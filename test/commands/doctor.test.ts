/** `drill doctor`: what it says of the machine, of its engine, and of drills. */
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock as clock } from '../../src/clock.js';
import { engineClient, findEngine } from '../../src/runtime/docker/engine.js';
import { trialName } from '../../src/runtime/docker/trial-name.js';
import { referenceImage } from '../../src/runtime/image/reference-image.js';
import { tar } from '../../src/runtime/image/tar.js';
import { drill, freshFolder, startDrill } from '../drills/drill-command.js';
import { withEngine } from '../runtime/docker/engine.js';

const NOWHERE = { DOCKER_HOST: 'unix:///nowhere/engine.sock' };
const SPLIT_BRAIN = 'drills/split-brain.yaml';

/** A drill with a node of this image. */
function drillOf(image: string): string {
  const file = join(freshFolder(), 'own.yaml');
  writeFileSync(file, `name: own\ntopology:\n  nodes: { a: { role: primary, image: "${image}" }, b: {} }\n`);
  return file;
}

/** A drill that sets a clock: of b, which is of this image or of our own. */
function skewing(image: string | undefined): string {
  const file = join(freshFolder(), 'own.yaml');
  const b = image === undefined ? '{}' : `{ image: "${image}" }`;
  writeFileSync(
    file,
    `name: own\ntopology:\n  nodes: { a: { role: primary }, b: ${b} }\nsteps:\n  - clock: { target: b, skew: +5s }\n`,
  );
  return file;
}

test('without an engine, drills run as local processes, but for those that need containers', async () => {
  const own = drillOf('redis:7');
  const { code, stdout } = await startDrill(['doctor', SPLIT_BRAIN, own], NOWHERE).ended;
  expect(stdout).toMatch(/^ok +Node +v/m);
  expect(stdout).toMatch(/^ok +temporary folder +\/.*GiB free$/m);
  expect(stdout).toMatch(/^ok +ports +a block of \d+ is free from \d+ on$/m);
  expect(stdout).toMatch(
    /^- +container engine +\/nowhere\/engine.sock: expected a container engine that answers/m,
  );
  expect(stdout).toMatch(
    /^ok +drills\/split-brain.yaml +runs on process and sim; not on docker: \/nowhere\/engine.sock/m,
  );
  expect(stdout).toMatch(
    /^MISSING +\S+own.yaml +not on docker: .*; not on process: topology.nodes.a.image needs a runtime that can do `containers`; not on sim: topology.nodes.a.image needs /m,
  );
  expect(stdout).toMatch(/^this machine can run drills\n1 of 2 drills can run here$/m);
  expect(code).toBe(3);
});

test('an engine that is too old is named with its version, and is not used', async () => {
  const server = createServer((_, response) =>
    response.end(JSON.stringify({ Version: '18.09.1', ApiVersion: '1.39', Os: 'linux', Arch: 'amd64' })),
  );
  onTestFinished(() => void server.close());
  const socket = join(freshFolder(), 'engine.sock');
  await new Promise<void>((done) => server.listen(socket, done));
  const old = { DOCKER_HOST: `unix://${socket}` };
  const said =
    /expected a container engine with API 1\.41 or later, as Docker 20\.10 has, found version 18\.09\.1 with API 1\.39/;
  const doctor = await startDrill(['doctor'], old).ended;
  expect(doctor.stdout).toMatch(said);
  expect(doctor.code).toBe(0);
  const run = await startDrill(['run', SPLIT_BRAIN, '--runtime', 'docker', '--out', freshFolder()], old)
    .ended;
  expect(run.stderr).toMatch(said);
  expect(run.code).toBe(3);
});

test('a temporary folder that cannot be written is missing', async () => {
  const { code, stdout } = await startDrill(['doctor'], { ...NOWHERE, TMPDIR: '/nowhere' }).ended;
  expect(stdout).toMatch(/^MISSING +temporary folder .*; set TMPDIR to a folder that can be written$/m);
  expect(stdout).toContain('this machine cannot run drills yet');
  expect(code).toBe(3);
});

withEngine(() => {
  test('with an engine, its ports are tried, and images that it lacks are named', async () => {
    const own = drillOf('nobody.invalid/no-such-image:1');
    const { code, stdout } = await drill('doctor', SPLIT_BRAIN, own);
    expect(stdout).toMatch(/^ok +container engine +\d/m);
    expect(stdout).toMatch(
      /^(ok +published ports +a container was reached on 127.0.0.1|- +published ports +not tried; .*)$/m,
    );
    expect(stdout).toMatch(/^ok +engine's disk /m);
    expect(stdout).toMatch(/^ok +drills\/split-brain.yaml +runs on docker, process and sim$/m);
    expect(stdout).toMatch(
      /^MISSING +\S+own.yaml +not on docker: image nobody.invalid\/no-such-image:1 is missing .*; not on process: /m,
    );
    expect(code).toBe(3);
  });

  test('a clock cannot be set in an image that lacks libfaketime: doctor says so, and a run does not start', async () => {
    const engine = await findEngine(process.env, clock);
    const docker = await engineClient(engine.address);
    const { name: without } = await referenceImage(docker, engine);
    const container = await docker.createContainer({ Image: without, Cmd: ['true'], name: trialName() });
    onTestFinished(() => container.remove({ force: true }));
    // As far as doctor looks, the library is a file.
    const path = '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1';
    await container.putArchive(tar([{ path, content: Buffer.from('x') }]), { path: '/' });
    const having = `drill-test/faketime:${process.pid}`;
    await container.commit({ repo: 'drill-test/faketime', tag: String(process.pid) });
    onTestFinished(() => docker.getImage(having).remove());

    const lacking = skewing(without);
    const { stdout, code } = await drill('doctor', lacking, skewing(having), skewing(undefined));
    const told = stdout.split('\n').slice(-6, -3);
    expect(told[0]).toMatch(
      /^MISSING .*not on docker: clock: image failover-drill\/reference:\S+ lacks libfaketime; install it there \(Debian has it in the package `libfaketime`\)/,
    );
    expect(told[1]).toMatch(/^ok .*own\.yaml runs on docker; not on process: /);
    expect(told[2]).toMatch(/^MISSING .*not on docker: clock: b of our own image, which lacks libfaketime; /);
    expect(code).toBe(3);

    const run = await drill('run', lacking, '--runtime', 'docker', '--out', freshFolder());
    expect(run.stderr).toMatch(
      /own\.yaml:\d+:\d+: expected a machine on which the runtime docker can do `clock`, found image \S+ lacks libfaketime; install it there/,
    );
    expect(run.stdout).not.toContain('phase');
    expect(run.code).toBe(2);
  });
});
