/** What an engine goes on telling may be silent for longer than an answer may take. */
import { expect, onTestFinished, test } from 'vitest';
import { systemClock as clock } from '../../../src/clock.js';
import { attachOutput } from '../../../src/runtime/docker/container-output.js';
import { engineClient, findEngine } from '../../../src/runtime/docker/engine.js';
import { listenToEngine, listenToNetworks } from '../../../src/runtime/docker/engine-events.js';
import { RUN_LABEL } from '../../../src/runtime/docker/labels.js';
import { referenceImage } from '../../../src/runtime/image/reference-image.js';
import { NodeLog } from '../../../src/runtime/process/node-log.js';
import { eventually, scratch } from '../opened.js';
import { withEngine } from './engine.js';

/** How long an answer may take here, and how long nothing is told, ms. */
const PATIENCE = 1000;
const SILENCE = 2 * PATIENCE;

withEngine(() => {
  test.each([
    ['with its input held', true],
    ['without an input', false],
  ])('a container that is silent for long is still heard, and its end told: %s', async (_, held) => {
    const engine = await findEngine(process.env, clock);
    // Making and starting a container takes as long as it takes.
    const patient = await engineClient(engine.address);
    const { name: Image } = await referenceImage(patient, engine);
    const docker = await engineClient(engine.address, PATIENCE);
    const run = `streams-${process.pid}-${held}`;
    const told: string[] = [];
    const stop = await listenToEngine(docker, run, {
      onDie: (_id, code) => told.push(`died ${code}`),
      onLost: (reason) => told.push(`lost: ${reason}`),
    });
    onTestFinished(stop);
    const container = await patient.createContainer({
      Image,
      Cmd: [
        '/usr/local/bin/node',
        '-e',
        `setTimeout(() => { console.log('late'); process.exit(3) }, ${SILENCE})`,
      ],
      Labels: { [RUN_LABEL]: run },
      ...(held ? { OpenStdin: true, StdinOnce: true } : {}),
    });
    onTestFinished(() => container.remove({ force: true }));
    const log = new NodeLog(`${scratch()}/a.log`);
    onTestFinished(() => log.close());
    const lines: string[] = [];
    const output = await attachOutput(docker.getContainer(container.id), held, log, (line) =>
      lines.push(line),
    );
    await container.start();
    await output.ended;
    expect(lines).toEqual(['late']);
    await eventually('its end is told', () => told[0]);
    expect(told).toEqual(['died 3']);
  });

  test('that a container has joined a network is told before its start is over; of other networks nothing is', async () => {
    const engine = await findEngine(process.env, clock);
    const docker = await engineClient(engine.address);
    const { name: Image } = await referenceImage(docker, engine);
    const [own, other] = await Promise.all(
      ['own', 'other'].map(async (part) => {
        const name = `streams-${process.pid}-${part}`;
        const network = await docker.createNetwork({ Name: name });
        onTestFinished(() => network.remove());
        const container = await docker.createContainer({
          Image,
          Cmd: ['/usr/local/bin/node', '-e', 'setInterval(() => {}, 1000)'],
          HostConfig: { NetworkMode: name },
        });
        onTestFinished(() => container.remove({ force: true }));
        return { name, container };
      }),
    );
    const told: string[] = [];
    const stop = await listenToNetworks(docker, [own!.name], (id, network) => told.push(`${id} ${network}`));
    onTestFinished(stop);
    await other!.container.start();
    await own!.container.start();
    expect(told).toEqual([`${own!.container.id} ${own!.name}`]);
  });
});
