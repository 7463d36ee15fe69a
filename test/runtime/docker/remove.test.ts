/** What an engine refuses for a moment is asked for again. */
import type Dockerode from 'dockerode';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock as clock, sleep } from '../../../src/clock.js';
import { freshId } from '../../../src/random.js';
import { engineClient, findEngine } from '../../../src/runtime/docker/engine.js';
import { RUN_LABEL } from '../../../src/runtime/docker/labels.js';
import { remainingIn, removeRun } from '../../../src/runtime/docker/remove.js';
import { referenceImage } from '../../../src/runtime/image/reference-image.js';
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

withEngine(() => {
  test('a refusal that took longer than an engine may be silent is an answer, and not the last word', async () => {
    const engine = await findEngine(process.env, clock);
    const docker = await engineClient(engine.address);
    const { name: Image } = await referenceImage(docker, engine);
    const run = `test-${freshId()}`;
    const made = await docker.createContainer({ Image, Labels: { [RUN_LABEL]: run } });
    onTestFinished(() => made.remove({ force: true }).catch(() => undefined));
    const removal = await removeRun(refusingOnce(docker), run, clock, {
      empty: 1,
      ms: 30_000,
      silence: SILENCE,
    });
    expect(removal).toEqual({ removed: 1, left: [], unseen: [] });
    expect(await remainingIn(docker, run)).toEqual([]);
  });
});
