/** Engines that answer, but not with what is asked for: they are named with what they said, and nothing is taken for done. */
import { createServer, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { systemClock as clock } from '../../src/clock.js';
import { engineClient, findEngine } from '../../src/runtime/docker/engine.js';
import { makerOf, trialName } from '../../src/runtime/docker/trial-name.js';
import { referenceImage } from '../../src/runtime/image/reference-image.js';
import { thisProcess } from '../../src/runtime/os-process.js';
import { withEngine } from '../runtime/docker/engine.js';
import { drill, freshFolder, startDrill } from './drill-command.js';

/** What answers at an engine's socket. */
async function engineThat(answer: (request: IncomingMessage) => { status: number; body: object }) {
  const server = createServer((request, response) => {
    const { status, body } = answer(request);
    // What is sent is read to its end, as an engine does.
    request.resume().once('end', () => response.writeHead(status).end(JSON.stringify(body)));
  });
  onTestFinished(() => void server.close());
  const socket = join(freshFolder(), 'engine.sock');
  await new Promise<void>((done) => server.listen(socket, done));
  return { DOCKER_HOST: `unix://${socket}` };
}

it('one that has no room for the image makes a run inconclusive, and says so', async () => {
  const Arch = { x64: 'amd64', arm64: 'arm64' }[process.arch as string] ?? process.arch;
  const full = await engineThat(({ url = '' }) => {
    if (url.endsWith('/version'))
      return { status: 200, body: { Version: '24.0', ApiVersion: '1.43', Os: 'linux', Arch } };
    if (url.includes('/images/create'))
      return { status: 500, body: { message: 'write /layer.tar: no space left on device' } };
    return { status: 404, body: { message: 'no such image' } };
  });
  const run = ['run', 'drills/split-brain.yaml', '--runtime', 'docker', '--out', freshFolder()];
  const { code, stderr } = await startDrill(run, full).ended;
  expect(stderr).toMatch(
    /^drill: reference image: expected the engine to make it .*no space left on device/m,
  );
  expect(stderr).not.toContain('internal error');
  expect(code).toBe(3);
});

it('one that does not say what is in it keeps `drill clean` from calling anything clean', async () => {
  const broken = await engineThat(() => ({ status: 500, body: { message: 'context deadline exceeded' } }));
  const { code, stderr } = await startDrill(['clean'], broken).ended;
  expect(stderr).toMatch(/^left behind: whatever runs have in the container engine \(.*status 500/m);
  expect(code).toBe(3);
});

it('where there is no engine, `drill clean` has nothing to look into', async () => {
  const { code, stderr } = await startDrill(['clean'], { DOCKER_HOST: 'unix:///nowhere/engine.sock' }).ended;
  expect([stderr, code]).toEqual(['', 0]);
});

withEngine(() => {
  it('a container in which a dead runner was making an image is removed; others, of whatever image, are not', async () => {
    const engine = await findEngine(process.env, clock);
    const docker = await engineClient(engine.address);
    const { name: Image } = await referenceImage(docker, engine);
    const { pid, started } = thisProcess();
    expect(makerOf(trialName())).toEqual({ pid, started });
    const ownName = trialName();
    // The same process number with another start: a process that is no more.
    const deadName = ownName.replace(Buffer.from(started).toString('hex'), Buffer.from('0').toString('hex'));
    const made = async (name: string) => {
      const container = await docker.createContainer({ Image, name });
      onTestFinished(() => container.remove({ force: true }).catch(() => undefined));
      return container;
    };
    const [dead, own, theirs] = [
      await made(deadName),
      await made(ownName),
      await made(`somebodys-${process.pid}`),
    ];
    // Others may have left in this engine what it does not give up.
    expect((await drill('clean')).stderr).not.toContain(`-${process.pid}`);
    await expect(dead.inspect()).rejects.toThrow(/no such container/i);
    expect((await own.inspect()).State.Status).toBe('created');
    expect((await theirs.inspect()).State.Status).toBe('created');
  });
});
