/**
 * Removes what carries a run's label from an engine: containers, then networks, then volumes. What was being made
 * when the runner died shows up a moment later, so several looks in a row must find nothing.
 */
import type Dockerode from 'dockerode';
import { type Clock, sleep, within } from '../../clock.js';
import { messageOf } from '../../errors.js';
import { refusalOf, statusOf } from './engine.js';
import { RUN_LABEL } from './labels.js';

export interface Removal {
  /** How many objects were removed. */
  removed: number;
  /** What is still there, one text each. */
  left: string[];
  /** Why the engine could not be asked, where it could not. */
  unseen: string[];
}

/** Time between two looks, and how long one thing may take to be removed, ms. */
const LOOK_EVERY = 100;
const PATIENCE = 30_000;

/** Removes everything of a run within `ms` milliseconds. Never rejects. */
export async function removeRun(
  docker: Dockerode,
  run: string,
  clock: Clock,
  { empty, ms }: { empty: number; ms: number },
): Promise<Removal> {
  const end = clock.now() + ms;
  const removed = new Set<string>();
  let refusals: string[] = [];
  let unseen: string[] = [];
  for (let looks = 0; looks < empty; ) {
    try {
      const found = await findAll(docker, run);
      unseen = [];
      looks = found.length === 0 ? looks + 1 : 0;
      refusals = await removeInOrder(found, clock, removed);
      // Removed without a refusal: the next look can follow at once.
      if (found.length > 0 && refusals.length === 0) continue;
    } catch (error) {
      unseen = [`the container engine does not answer (${messageOf(error)})`];
    }
    if (clock.now() > end) break;
    if (looks < empty) await sleep(clock, LOOK_EVERY);
  }
  return { removed: removed.size, left: refusals, unseen };
}

/** What carries the label of the run, in words. */
export async function remainingIn(docker: Dockerode, run: string): Promise<string[]> {
  return (await findAll(docker, run)).map(({ text }) => text);
}

interface Found {
  kind: 'container' | 'network' | 'volume';
  text: string;
  remove(): Promise<unknown>;
}

async function findAll(docker: Dockerode, run: string): Promise<Found[]> {
  const filters = { label: [`${RUN_LABEL}=${run}`] };
  const [containers, networks, { Volumes: volumes }] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
    docker.listVolumes({ filters }),
  ]);
  return [
    ...containers.map(
      ({ Id, Names }): Found => ({
        kind: 'container',
        text: `container ${Names[0]?.replace(/^\//, '') ?? Id.slice(0, 12)}`,
        remove: () => docker.getContainer(Id).remove({ force: true, v: true }),
      }),
    ),
    ...networks.map(
      ({ Id, Name }): Found => ({
        kind: 'network',
        text: `network ${Name}`,
        remove: () => docker.getNetwork(Id).remove(),
      }),
    ),
    ...(volumes ?? []).map(
      ({ Name }): Found => ({
        kind: 'volume',
        text: `volume ${Name}`,
        remove: () => docker.getVolume(Name).remove({ force: true }),
      }),
    ),
  ];
}

/** A network can be removed only when no container is on it any more. Gives what could not be removed, and why. */
async function removeInOrder(found: readonly Found[], clock: Clock, removed: Set<string>): Promise<string[]> {
  const refused: string[] = [];
  for (const kind of ['container', 'network', 'volume'] as const) {
    await Promise.all(
      found
        .filter((one) => one.kind === kind)
        .map(async ({ text, remove }) => {
          try {
            await within(clock, PATIENCE, `removing ${text}`, remove);
            removed.add(text);
          } catch (error) {
            // Gone already is what was wanted; being removed by somebody else (409) shows in the next look.
            if (statusOf(error) === 404) removed.add(text);
            else refused.push(`${text} (${refusalOf(error)})`);
          }
        }),
    );
  }
  return refused;
}
