/** A Toxiproxy of an image carries the links between containers. An image of the embedded server stands in for the official one. */
import type Dockerode from 'dockerode';
import { expect, it, onTestFinished } from 'vitest';
import { systemClock as clock } from '../../src/clock.js';
import { engineClient, findEngine } from '../../src/runtime/docker/engine.js';
import { OFFICIAL_TOXIPROXY } from '../../src/runtime/docker/toxiproxy-image.js';
import { NODE_PATH } from '../../src/runtime/image/node-executable.js';
import { entryInImage } from '../../src/runtime/image/own-build.js';
import { referenceImage } from '../../src/runtime/image/reference-image.js';
import { withEngine } from '../runtime/docker/engine.js';
import { drill, freshFolder, verdictIn } from './drill-command.js';

const DRILL = 'test/drills/containers/kill.yaml';

/** Takes the arguments that the official program takes. */
const PROGRAM = `
  import { parseArgs } from 'node:util';
  import { systemClock as clock } from '${entryInImage('clock.js')}';
  import { seeded } from '${entryInImage('random.js')}';
  import { startToxiproxy } from '${entryInImage('toxiproxy/server.js')}';
  const given = process.argv.slice(1).map((word) => word.replace(/^-/, '--'));
  const { values } = parseArgs({ args: given, options: { host: { type: 'string' }, port: { type: 'string' } } });
  await startToxiproxy({ listen: values.host + ':' + values.port, clock, random: seeded(1) });
`;

/** Makes the image `name`, gone with the test. */
async function makeImage(docker: Dockerode, name: string, command: readonly string[]): Promise<void> {
  const { name: reference } = await referenceImage(docker, await findEngine(process.env, clock));
  const container = await docker.createContainer({
    Image: reference,
    Entrypoint: [NODE_PATH],
    Cmd: [...command],
  });
  const [repo, tag] = [name.slice(0, name.lastIndexOf(':')), name.slice(name.lastIndexOf(':') + 1)];
  // The engine's own call: what is to be run is said in its body.
  await container.commit({ repo, tag, Entrypoint: [NODE_PATH, ...command] } as object);
  await container.remove();
  onTestFinished(async () => void (await docker.getImage(name).remove({ force: true })));
}

withEngine(() => {
  const docker = async () => engineClient((await findEngine(process.env, clock)).address);

  it('the official one is taken where the engine has it, and named', async () => {
    const name = `${OFFICIAL_TOXIPROXY}:0.0.1-test`;
    await makeImage(await docker(), name, ['--input-type=module', '-e', PROGRAM, '--']);
    const out = freshFolder();
    const { code, stdout, stderr } = await drill('run', DRILL, '--runtime', 'docker', '--out', out);
    expect(code, `${stdout}\n${stderr}`).toBe(0);
    const { toxiproxy } = verdictIn(out, 'kill');
    expect(toxiproxy?.server).toMatch(/ for clients, ghcr\.io\/shopify\/toxiproxy:\S+ \S+ between nodes$/);
    expect(stdout).toContain(toxiproxy?.server);
  });

  it('one that ends at its start makes the drill inconclusive, with what it wrote', async () => {
    const name = 'failover-drill-test/broken-toxiproxy:1';
    await makeImage(await docker(), name, ['-e', "console.error('no such flag'); process.exit(2)", '--']);
    const { code, stdout } = await drill(
      ...['run', DRILL, '--runtime', 'docker', '--toxiproxy', name, '--out', freshFolder()],
    );
    expect(code, stdout).toBe(3);
    expect(stdout).toMatch(/expected it to start, found it ended \(exit code 2\); it wrote: .*no such flag/);
  });

  it('one that is nowhere is named', async () => {
    const { code, stdout } = await drill(
      ...[
        'run',
        DRILL,
        '--runtime',
        'docker',
        '--toxiproxy',
        'nobody.invalid/toxiproxy:1',
        '--out',
        freshFolder(),
      ],
    );
    expect(code, stdout).toBe(3);
    expect(stdout).toMatch(
      /image nobody.invalid\/toxiproxy:1: expected it to be in the engine, or to be pulled/,
    );
  });
});
