/**
 * What can be done to the containers of an engine from here, found out before any node starts, and only where a drill
 * asks for it. Some faults go through the engine; others need its machine to be this one, and rights on it: these are
 * tried on a container of our own.
 */
import type Dockerode from 'dockerode';
import type { Capability } from '../../../drill/parts.js';
import { EnvironmentError, messageOf } from '../../../errors.js';
import { NODE_PATH } from '../../image/node-executable.js';
import { signalTo } from '../../process-tree.js';
import { processOf } from '../container-process.js';
import { trialName } from '../trial-name.js';
import { blockDeviceOf } from './block-device.js';
import { faketimeOf } from './faketime.js';
import { TRIAL_FOLDER } from './full-disk.js';
import type { HandicapKind } from './handicap-kind.js';
import { HANDICAPS } from './handicaps.js';

interface ReachSetting {
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

/** What takes this machine's own hands: why it cannot be done to a process in a container; undefined where it can. */
interface ByHand {
  capability: Capability;
  lackOn: NonNullable<HandicapKind['lackOn']>;
}

/** Ways to signal a process in a container, which are no handicaps. */
const BY_SIGNAL = ['kill: process', 'pause: SIGSTOP'].map(
  (capability): ByHand => ({
    capability,
    lackOn: async (process) =>
      signalTo(process, 'SIGCONT') ? undefined : 'a process that cannot be signalled',
  }),
);

/** Rejects with an `EnvironmentError` that names what cannot be done here, and why. */
export async function reachOf(setting: ReachSetting): Promise<Reach> {
  const { docker, needs, skewed, labels } = setting;
  const kinds = HANDICAPS.filter(({ capability }) => needs.includes(capability));
  const about = kinds.length > 0 ? ((await docker.info()) as Record<string, unknown>) : {};
  for (const { capability, lackOfEngine } of kinds) {
    const lack = lackOfEngine?.(about);
    if (lack !== undefined) throw refusal(capability, lack, 'leave the step out');
  }
  const onDisk = kinds.find(({ needsDevice }) => needsDevice);
  const device =
    onDisk &&
    (await blockDeviceOf(String(about.DockerRootDir)).catch((error: unknown) => {
      throw refusal(onDisk.capability, messageOf(error));
    }));
  const byHand: ByHand[] = [
    ...BY_SIGNAL.filter(({ capability }) => needs.includes(capability)),
    ...kinds.flatMap(({ capability, lackOn }) => (lackOn ? [{ capability, lackOn }] : [])),
  ];
  if (byHand.length > 0) await assertByHand(setting, byHand, device);
  return { device, faketime: needs.includes('clock') ? await faketimeOf(docker, skewed, labels) : {} };
}

async function assertByHand(
  { docker, image, labels }: ReachSetting,
  byHand: readonly ByHand[],
  device: string | undefined,
): Promise<void> {
  const container = await docker.createContainer({
    name: trialName(),
    Image: image,
    // It waits for nothing.
    Cmd: [NODE_PATH, '-e', 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)'],
    Labels: labels,
    HostConfig: { NetworkMode: 'none', CapDrop: ['ALL'], Tmpfs: { [TRIAL_FOLDER]: 'size=64k' } },
  });
  try {
    await container.start();
    const { State } = await container.inspect();
    const process = processOf(container.id, State.Pid);
    for (const { capability, lackOn } of byHand) {
      const lack = process
        ? await lackOn(process, device).catch(messageOf)
        : "an engine whose processes are not in this machine's list (in a virtual machine, say)";
      if (lack !== undefined) throw refusal(capability, lack);
    }
  } finally {
    await container.remove({ force: true, v: true }).catch(() => undefined);
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
