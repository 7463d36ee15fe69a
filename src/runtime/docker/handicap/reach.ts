/**
 * What can be done to the containers of an engine from here, found out before any node starts, and only where a drill
 * asks for it. Some faults go through the engine; others need its machine to be this one, and rights on it: these are
 * tried on a container of our own.
 */
import type Dockerode from 'dockerode';
import type { Capability } from '../../../drill/needs.js';
import { EnvironmentError, messageOf } from '../../../errors.js';
import { NODE_PATH } from '../../image/node-executable.js';
import type { ProcessIdentity } from '../../os-process.js';
import { signalTo } from '../../process-tree.js';
import { processOf } from '../container-process.js';
import { trialName } from '../trial-name.js';
import { blockDeviceOf } from './block-device.js';
import { faketimeOf } from './faketime.js';
import { limitedFolder } from './full-disk.js';
import { lackOfThrottle } from './slow-disk.js';

export interface ReachSetting {
  docker: Dockerode;
  /** What a container of ours is made from. */
  image: string;
  labels: Record<string, string>;
  needs: readonly Capability[];
  /** The images of the nodes whose clocks may be set, by node. */
  skewed: Readonly<Record<string, string>>;
}

export interface Reach {
  /** The disk that containers are on; undefined where nobody asked. */
  device: string | undefined;
  /** Where the nodes whose clocks may be set have libfaketime. */
  faketime: Readonly<Record<string, string>>;
}

/** What takes this machine's own hands, and how each is tried on a process in a container. */
const BY_HAND = ['kill: process', 'pause: SIGSTOP', 'disk', 'slow_disk'] as const;
type ByHand = (typeof BY_HAND)[number];

/** Rejects with an `EnvironmentError` that names what cannot be done here, and why. */
export async function reachOf(setting: ReachSetting): Promise<Reach> {
  const { docker, needs, skewed, labels } = setting;
  if (needs.includes('cpu') || needs.includes('memory')) await assertLimits(docker, needs);
  const byHand = BY_HAND.filter((need) => needs.includes(need));
  const device = needs.includes('slow_disk') ? await deviceOf(docker) : undefined;
  if (byHand.length > 0) await assertByHand(setting, byHand, device);
  return { device, faketime: needs.includes('clock') ? await faketimeOf(docker, skewed, labels) : {} };
}

async function assertLimits(docker: Dockerode, needs: readonly Capability[]): Promise<void> {
  const { CpuCfsQuota, MemoryLimit } = (await docker.info()) as Record<string, unknown>;
  if (needs.includes('cpu') && CpuCfsQuota === false)
    throw refusal('cpu', 'a kernel without quotas of processor time', 'leave the step out');
  if (needs.includes('memory') && MemoryLimit === false)
    throw refusal('memory', 'a kernel without limits of memory', 'leave the step out');
}

async function deviceOf(docker: Dockerode): Promise<string> {
  const { DockerRootDir: folder } = (await docker.info()) as { DockerRootDir: string };
  return blockDeviceOf(folder).catch((error: unknown) => {
    throw refusal('slow_disk', messageOf(error));
  });
}

const FULL = '/full';

async function assertByHand(
  { docker, image, labels }: ReachSetting,
  needs: readonly ByHand[],
  device: string | undefined,
): Promise<void> {
  const container = await docker.createContainer({
    name: trialName(),
    Image: image,
    // It waits for nothing.
    Cmd: [NODE_PATH, '-e', 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)'],
    Labels: labels,
    HostConfig: { NetworkMode: 'none', CapDrop: ['ALL'], Tmpfs: { [FULL]: 'size=64k' } },
  });
  try {
    await container.start();
    const { State } = await container.inspect();
    const process = processOf(container.id, State.Pid);
    for (const need of needs) {
      const lack = process
        ? await lackOf(need, process, device)
        : "an engine whose processes are not in this machine's list (in a virtual machine, say)";
      if (lack !== undefined) throw refusal(need, lack);
    }
  } finally {
    await container.remove({ force: true, v: true }).catch(() => undefined);
  }
}

/** Why it cannot be done; undefined where it can. */
async function lackOf(
  need: ByHand,
  process: ProcessIdentity,
  device: string | undefined,
): Promise<string | undefined> {
  try {
    if (need === 'disk') await limitedFolder(process, FULL);
    else if (need === 'slow_disk') return lackOfThrottle(process.pid, device ?? '');
    else if (!signalTo(process, 'SIGCONT')) return 'a process that cannot be signalled';
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

const BY_ROOT = "run as root on the engine's own machine, or leave the step out";

function refusal(need: Capability, found: string, todo = BY_ROOT): EnvironmentError {
  return new EnvironmentError({
    where: 'runtime docker',
    expected: `to be able to do \`${need}\``,
    found,
    todo,
  });
}
