/** `drill doctor`: what it says of the machine, of its engine, and of drills. */
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
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
    /^ok +drills\/split-brain.yaml +runs on process; not on docker: \/nowhere\/engine.sock/m,
  );
  expect(stdout).toMatch(
    /^MISSING +\S+own.yaml +not on docker: .*; not on process: topology.nodes.a.image needs a runtime that can do `containers`$/m,
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
    expect(stdout).toMatch(/^ok +drills\/split-brain.yaml +runs on docker and process$/m);
    expect(stdout).toMatch(
      /^MISSING +\S+own.yaml +not on docker: image nobody.invalid\/no-such-image:1 is missing .*; not on process: /m,
    );
    expect(code).toBe(3);
  });
});
