/** What `drill doctor` says of the container engine: its version, our image in it, and the room that it has. */
import { statfs } from 'node:fs/promises';
import type Dockerode from 'dockerode';
import type { Clock } from '../../clock.js';
import { messageOf } from '../../errors.js';
import type { Diagnosis } from '../diagnosis.js';
import { engineClient, findEngine } from './engine.js';
import { IMAGE_LABEL } from './labels.js';
import { lackOfPacketFilters } from './packet-tools.js';
import { newestOfficial, OFFICIAL_TOXIPROXY } from './toxiproxy-image.js';

/** Room below which an engine may fail to make an image or to keep logs, bytes. */
const ROOM = 1024 ** 3;

export async function diagnoseEngine(
  environment: Readonly<Record<string, string | undefined>>,
  clock: Clock,
): Promise<Diagnosis[]> {
  const subject = 'container engine';
  try {
    const engine = await findEngine(environment, clock);
    const docker = await engineClient(engine.address);
    const found = `${engine.version} (${engine.os}/${engine.architecture}) at ${engine.where}`;
    const more = await Promise.all([
      image(docker),
      toxiproxy(docker),
      room(docker),
      packetFilters(environment, clock),
    ]);
    return [{ subject, state: 'ok', found }, ...more];
  } catch (error) {
    return [{ subject, state: 'absent', found: messageOf(error), todo: 'drills run as local processes' }];
  }
}

async function image(docker: Dockerode): Promise<Diagnosis> {
  const images = await docker.listImages({ filters: { label: [`${IMAGE_LABEL}=reference`] } });
  const names = images.flatMap(({ RepoTags }) => RepoTags ?? []);
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

async function toxiproxy(docker: Dockerode): Promise<Diagnosis> {
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
): Promise<Diagnosis> {
  const lack = await lackOfPacketFilters(environment, clock);
  const subject = 'packet filters';
  return lack === undefined
    ? { subject, state: 'ok', found: 'iptables, by nsenter' }
    : { subject, state: 'absent', found: lack, todo: 'drills with `network: shared` are refused' };
}

async function room(docker: Dockerode): Promise<Diagnosis> {
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
