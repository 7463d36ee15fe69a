/** What an engine refuses for a moment is asked for again; what it never gives up is named with the reason. */
import type Dockerode from 'dockerode';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock as clock, sleep } from '../../../src/clock.js';
import { engineClient, findEngine } from '../../../src/runtime/docker/engine.js';
import { labelsOf, nameInEngine } from '../../../src/runtime/docker/labels.js';
import { remainingIn, removeRun } from '../../../src/runtime/docker/remove.js';
import { referenceImage } from '../../../src/runtime/image/reference-image.js';
import { freshRun } from '../../../src/runtime/label.js';
import { thisProcess } from '../../../src/runtime/os-process.js';
import { withEngine } from './engine.js';

/** How long an engine may be silent here, and how long it takes over its refusal, ms. */
const SILENCE = 200;
const SLOWLY = 2 * SILENCE;

/** The engine, which refuses the first removal of a container, and takes its time over that. */
function refusingOnce(docker: Dockerode): Dockerode {
  let refusals = 1;
  return Object.assign(Object.create(docker) as Dockerode, {
    getContainer(id: string) {
      const container = docker.getContainer(id);
      return Object.assign(Object.create(container) as Dockerode.Container, {
        async remove(options: object) {
          if (refusals-- > 0) {
            await sleep(clock, SLOWLY);
            throw Object.assign(new Error('did not receive an exit event'), { statusCode: 500 });
          }
          return container.remove(options);
        },
      });
    },
  });
}

/** The engine, which says of every network that it has endpoints, until it counts again. */
function miscounting(docker: Dockerode) {
  let [count, isRight] = [0, false];
  const wrong = Object.assign(Object.create(docker) as Dockerode, {
    getNetwork(id: string) {
      const network = docker.getNetwork(id);
      return Object.assign(Object.create(network) as Dockerode.Network, {
        async remove() {
          if (isRight) return network.remove();
          count++;
          throw Object.assign(new Error('refused'), {
            statusCode: 403,
            json: { message: `error while removing network: network ${id} has active endpoints` },
          });
        },
      });
    },
  });
  return {
    docker: wrong,
    asked: () => count,
    recount() {
      isRight = true;
    },
  };
}

const networkOf = (docker: Dockerode, run: string) =>
  docker.createNetwork({
    Name: nameInEngine(run, 'a'),
    Labels: labelsOf(run, thisProcess(), 'network a'),
  });

withEngine(() => {
  test('a refusal that took longer than an engine may be silent is an answer, and not the last word', async () => {
    const engine = await findEngine(process.env, clock);
    const docker = await engineClient(engine.address);
    const { name: Image } = await referenceImage(docker, engine);
    const run = freshRun();
    const made = await docker.createContainer({
      Image,
      name: nameInEngine(run, 'a'),
      Labels: labelsOf(run, thisProcess(), 'node a'),
    });
    onTestFinished(() => made.remove({ force: true }).catch(() => undefined));
    const removal = await removeRun(refusingOnce(docker), run, clock, {
      empty: 1,
      ms: 30_000,
      silence: SILENCE,
    });
    expect(removal).toEqual({ removed: 1, left: [], unseen: [] });
    expect(await remainingIn(docker, run)).toEqual([]);
  });

  test('a network that the engine counts wrongly is asked for again, and then named with what to do', async () => {
    const docker = await engineClient((await findEngine(process.env, clock)).address);
    const run = freshRun();
    const made = await networkOf(docker, run);
    onTestFinished(() => made.remove().catch(() => undefined));
    const { docker: counting, asked, recount } = miscounting(docker);
    const begun = clock.now();
    // As for those that wait for late things, too: it is not going to change.
    const setting = { empty: 1, quiet: 4000, ms: 60_000, silence: 1000 };
    const { removed, left, unseen } = await removeRun(counting, run, clock, setting);
    expect({ removed, unseen }).toEqual({ removed: 0, unseen: [] });
    expect(left).toEqual([
      `network ${nameInEngine(run, 'a')} (the engine says that it has active endpoints though no container is on it; restart the engine (moby/moby#42119), and then \`drill clean\` removes it)`,
    ]);
    expect(asked()).toBeGreaterThan(3);
    expect(clock.now() - begun).toBeLessThan(20_000);
    // Its number is right again once the engine was restarted.
    recount();
    expect(await removeRun(counting, run, clock, { ...setting, quiet: 0 })).toEqual({
      removed: 1,
      left: [],
      unseen: [],
    });
  });

  test('a network that somebody else uses is no miscount', async () => {
    const engine = await findEngine(process.env, clock);
    const docker = await engineClient(engine.address);
    const { name: Image } = await referenceImage(docker, engine);
    const run = freshRun();
    const network = await networkOf(docker, run);
    onTestFinished(() => network.remove().catch(() => undefined));
    const theirs = await docker.createContainer({
      Image,
      Cmd: ['/usr/local/bin/node', '-e', 'setInterval(() => {}, 1000)'],
      HostConfig: { NetworkMode: nameInEngine(run, 'a') },
    });
    onTestFinished(() => theirs.remove({ force: true }));
    await theirs.start();
    const { left } = await removeRun(docker, run, clock, { empty: 1, ms: 30_000, silence: 1000 });
    expect(left).toEqual([expect.stringMatching(/active endpoint/)]);
    expect(left[0]).not.toContain('no container is on it');
  });
});
