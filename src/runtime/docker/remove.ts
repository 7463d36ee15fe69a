/**
 * Removes what a run has created in an engine: containers, networks and volumes. What was being made when the runner
 * died shows up a moment later, so several looks in a row must find nothing.
 */
import type Dockerode from 'dockerode';
import { type Clock, sleep, within } from '../../clock.js';
import { messageOf } from '../../errors.js';
import type { Removal } from '../reaper/reapable.js';
import { refusalOf, statusOf } from './engine.js';
import type { Kind } from './labels.js';
import { NetworkTurns } from './network-turns.js';
import { freeOfGhosts, isStale } from './stale-network.js';
import { thingsOf } from './things.js';

/** Time between two looks, and how long one thing may take to be removed, ms. */
const LOOK_EVERY = 100;
const PATIENCE = 30_000;
/** How long nothing but refusals may come before they are believed by somebody who waits, ms. */
const REFUSED = 5000;

/** Refusals that are none: it is being removed already, or that takes its time. */
const UNDER_WAY = /in progress|took longer/i;

export interface RemoveSetting {
  /** Looks in a row that must find nothing, and how long they must go on, ms. */
  empty: number;
  quiet?: number;
  /** How long it may all take, and how long the engine may not answer, ms. */
  ms: number;
  silence: number;
}

/** Removes everything of a run. Never rejects. */
export async function removeRun(
  docker: Dockerode,
  run: string,
  clock: Clock,
  { empty, quiet = 0, ms, silence }: RemoveSetting,
): Promise<Removal> {
  const end = clock.now() + ms;
  let answered = clock.now();
  let found = clock.now();
  let progress = clock.now();
  const removed = new Set<string>();
  let refusals: string[] = [];
  let unseen: string[] = [];
  for (let looks = 0; looks < empty || clock.now() < found + quiet; ) {
    try {
      const things = await findAll(docker, run);
      unseen = [];
      looks = things.length === 0 ? looks + 1 : 0;
      if (things.length > 0) found = clock.now();
      const before = removed.size;
      refusals = await removeInOrder(things, clock, removed);
      // A refusal is an answer, too, however long the engine took over it.
      answered = clock.now();
      if (removed.size > before || refusals.some((text) => UNDER_WAY.test(text))) progress = clock.now();
      // Removed without a refusal: the next look can follow at once.
      if (things.length > 0 && refusals.length === 0) continue;
    } catch (error) {
      unseen = [`the container engine does not answer (${messageOf(error)})`];
      progress = clock.now();
    }
    if (clock.now() > end || clock.now() > answered + silence) break;
    // Somebody who waits believes it then, and so does everybody where it will not change.
    const isLast = quiet === 0 || refusals.every(isStale);
    if (isLast && refusals.length > 0 && clock.now() > progress + REFUSED) break;
    if (looks < empty || quiet > 0) await sleep(clock, LOOK_EVERY);
  }
  return { removed: removed.size, left: refusals, unseen };
}

/** What there is of the run, in words. */
export async function remainingIn(docker: Dockerode, run: string): Promise<string[]> {
  return (await findAll(docker, run)).map(({ text }) => text);
}

interface Found {
  kind: Kind;
  text: string;
  /** The networks of a container, and the volumes that it uses, as texts like theirs. */
  networks?: string[];
  volumes?: string[];
  /** Has a container leave a network. */
  leave?(network: string): Promise<unknown>;
  remove(): Promise<unknown>;
}

async function findAll(docker: Dockerode, run: string): Promise<Found[]> {
  const { containers, networks, volumes } = await thingsOf(docker, run);
  return [
    ...containers.map(
      ({ Id, Name, NetworkSettings, Mounts }): Found => ({
        kind: 'container',
        text: `container ${Name}`,
        networks: Object.keys(NetworkSettings?.Networks ?? {}).map((name) => `network ${name}`),
        volumes: (Mounts ?? []).map(({ Name }) => `volume ${Name}`),
        leave: (network) =>
          docker.getNetwork(network.replace(/^network /, '')).disconnect({ Container: Id, Force: true }),
        remove: () => docker.getContainer(Id).remove({ force: true, v: true }),
      }),
    ),
    ...networks.map(
      ({ Id, Name }): Found => ({
        kind: 'network',
        text: `network ${Name}`,
        remove: () => freeOfGhosts(docker.getNetwork(Id)),
      }),
    ),
    ...volumes.map(
      ({ Name }): Found => ({
        kind: 'volume',
        text: `volume ${Name}`,
        remove: () => docker.getVolume(Name).remove({ force: true }),
      }),
    ),
  ];
}

/**
 * Containers leave a network one at a time, and go at once where they are not in each other's way. A network or a volume
 * can be removed once no container uses it any more, and is at once: engines take their time for each. Gives what could
 * not be removed, and why.
 */
async function removeInOrder(found: readonly Found[], clock: Clock, removed: Set<string>): Promise<string[]> {
  const refused: string[] = [];
  const removeOne = async ({ text, remove }: Found) => {
    try {
      await within(clock, PATIENCE, `removing ${text}`, remove);
      removed.add(text);
    } catch (error) {
      // Gone already is what was wanted; being removed by somebody else (409) shows in the next look.
      if (statusOf(error) === 404) removed.add(text);
      else refused.push(`${text} (${refusalOf(error)})`);
    }
  };
  const turns = new NetworkTurns();
  const isFirst = new Set<string>();
  const going = found
    .filter(({ kind }) => kind === 'container')
    // Nodes before their edges.
    .sort((one, other) => (one.networks?.length ?? 0) - (other.networks?.length ?? 0))
    .map((container) => {
      const { networks: [only, ...more] = [] } = container;
      // One of a network's containers may leave it by being removed, which is sooner than to leave it before.
      const byRemoval = only !== undefined && more.length === 0 && !isFirst.has(only);
      if (byRemoval) isFirst.add(only);
      const gone = byRemoval
        ? turns.leave(only, () => removeOne(container))
        : leaveAll(container, turns, clock).then(() => removeOne(container));
      return { ...container, gone };
    });
  const others = found.filter(({ kind }) => kind !== 'container');
  await Promise.all(
    others.map(async (other) => {
      const users = going.filter(({ networks = [], volumes = [] }) =>
        [...networks, ...volumes].includes(other.text),
      );
      await Promise.all(users.map(({ gone }) => gone));
      await removeOne(other);
    }),
  );
  await Promise.all(going.map(({ gone }) => gone));
  return refused;
}

/** Has a container leave its networks, each in its turn. */
async function leaveAll({ networks = [], leave }: Found, turns: NetworkTurns, clock: Clock): Promise<void> {
  await Promise.all(
    networks.map((network) =>
      turns.leave(network, () =>
        // One that has left, or has ended, shows when it is removed.
        within(clock, PATIENCE, `leaving ${network}`, async () => leave?.(network)).catch(() => undefined),
      ),
    ),
  );
}
