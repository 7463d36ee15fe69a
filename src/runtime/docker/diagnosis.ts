/** What `drill doctor` says of the container engine: its version, our image in it, its ports, and the room that it has. */
import { statfs } from 'node:fs/promises';
import { connect } from 'node:net';
import type Dockerode from 'dockerode';
import { type Clock, sleep, within } from '../../clock.js';
import { messageOf } from '../../errors.js';
import { freshId } from '../../random.js';
import type { Ability } from '../ability.js';
import { NODE_PATH } from '../image/node-executable.js';
import { lackOfLoopback } from '../machine.js';
import { Ports, reserveBlock } from '../ports.js';
import { engineClient, findEngine, refusalOf } from './engine.js';
import { IMAGE_LABEL } from './labels.js';
import { lackOfPacketFilters } from './packet-tools.js';
import { newestOfficial, OFFICIAL_TOXIPROXY } from './toxiproxy-image.js';
import { trialName } from './trial-name.js';

/** Room below which an engine may fail to make an image or to keep logs, bytes. */
const ROOM = 1024 ** 3;
/** How long a container may take to answer, ms. */
const ANSWER_PATIENCE = 10_000;

export async function diagnoseEngine(
  environment: Readonly<Record<string, string | undefined>>,
  clock: Clock,
): Promise<Ability[]> {
  const subject = 'container engine';
  try {
    const engine = await findEngine(environment, clock);
    const docker = await engineClient(engine.address);
    const found = `${engine.version} (${engine.os}/${engine.architecture}) at ${engine.where}`;
    const names = await imagesIn(docker);
    return [
      { subject, state: 'ok', found },
      image(names),
      await toxiproxy(docker),
      await published(docker, clock, names[0]),
      await packetFilters(environment, clock),
      await room(docker),
    ];
  } catch (error) {
    return [{ subject, state: 'absent', found: messageOf(error), todo: 'drills run as local processes' }];
  }
}

async function imagesIn(docker: Dockerode): Promise<string[]> {
  const images = await docker.listImages({ filters: { label: [`${IMAGE_LABEL}=reference`] } });
  // One that lost its name to a newer one has a name that is none.
  return images.flatMap(({ RepoTags }) => RepoTags ?? []).filter((name) => !name.includes('<none>'));
}

function image(names: readonly string[]): Ability {
  const subject = 'reference image';
  return names.length > 0
    ? { subject, state: 'ok', found: names.slice(0, 3).join(', ') }
    : {
        subject,
        state: 'absent',
        found: 'none yet',
        todo: 'the first run makes it, from this Node, in about two seconds',
      };
}

async function toxiproxy(docker: Dockerode): Promise<Ability> {
  const subject = 'Toxiproxy image';
  const name = await newestOfficial(docker);
  return name !== undefined
    ? { subject, state: 'ok', found: name }
    : {
        subject,
        state: 'absent',
        found: `no ${OFFICIAL_TOXIPROXY}`,
        todo: 'the embedded one is used between containers',
      };
}

/** For drills with `network: shared`. */
async function packetFilters(
  environment: Readonly<Record<string, string | undefined>>,
  clock: Clock,
): Promise<Ability> {
  const lack = await lackOfPacketFilters(environment, clock);
  const subject = 'packet filters';
  return lack === undefined
    ? { subject, state: 'ok', found: 'iptables, by nsenter' }
    : { subject, state: 'absent', found: lack, todo: 'drills with `network: shared` are refused' };
}

/** What the container of the trial runs: it answers on its port, and ends by itself should nobody remove it. */
const ANSWERER =
  "require('net').createServer((socket) => socket.end('ok')).listen({ port: 7000, signal: AbortSignal.timeout(30_000) })";
const PORT = '7000/tcp';

/** Whether a container's port can be had on this machine's loopback, by which the runner reaches nodes. Tried. */
async function published(docker: Dockerode, clock: Clock, image: string | undefined): Promise<Ability> {
  const subject = 'published ports';
  if (image === undefined) {
    return { subject, state: 'absent', found: 'not tried', todo: 'ask again after the first run' };
  }
  // Every other reason would be a wrong one.
  const lack = await lackOfLoopback(clock);
  if (lack) return { subject, state: 'missing', ...lack };
  let container: Dockerode.Container | undefined;
  try {
    const [port = 0] = await new Ports(await reserveBlock(freshId())).take(1);
    container = await docker.createContainer({
      Image: image,
      Cmd: [NODE_PATH, '-e', ANSWERER],
      name: trialName(),
      Labels: { [IMAGE_LABEL]: 'trial' },
      ExposedPorts: { [PORT]: {} },
      HostConfig: { PortBindings: { [PORT]: [{ HostIp: '127.0.0.1', HostPort: String(port) }] } },
    });
    await container.start();
    await within(clock, ANSWER_PATIENCE, `an answer on 127.0.0.1:${port}`, async (signal) => {
      while (!(await answers(port))) await sleep(clock, 50, signal);
    });
    return { subject, state: 'ok', found: 'a container was reached on 127.0.0.1' };
  } catch (error) {
    return {
      subject,
      state: 'missing',
      found: refusalOf(error),
      todo: 'let the engine publish ports on loopback, or use --runtime process',
    };
  } finally {
    await container?.remove({ force: true }).catch(() => undefined);
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    let said = '';
    const socket = connect({ host: '127.0.0.1', port });
    socket.setEncoding('latin1').on('data', (text: string) => {
      said += text;
    });
    socket.on('error', () => {});
    socket.once('close', () => resolve(said === 'ok'));
  });
}

async function room(docker: Dockerode): Promise<Ability> {
  const subject = "engine's disk";
  const { DockerRootDir: folder } = (await docker.info()) as { DockerRootDir: string };
  const room = await statfs(folder).catch(() => undefined);
  // An engine in a virtual machine has a disk of its own, which cannot be seen from here.
  if (!room) return { subject, state: 'ok', found: `${folder}, not visible from here` };
  const free = room.bavail * room.bsize;
  const found = `${(free / 1024 ** 3).toFixed(1)} GiB free in ${folder}`;
  return free >= ROOM
    ? { subject, state: 'ok', found }
    : {
        subject,
        state: 'missing',
        found,
        todo: 'make room: 1 GiB is needed (`docker system df` says what takes it)',
      };
}
