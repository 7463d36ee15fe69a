/** One container at a time joins or leaves a network: as it is asked of an engine when containers come and go. */
import type Dockerode from 'dockerode';
import { expect, test } from 'vitest';
import { systemClock as clock } from '../../../src/clock.js';
import { nameInEngine, PART_LABEL, RUN_LABEL } from '../../../src/runtime/docker/labels.js';
import { NetworkTurns } from '../../../src/runtime/docker/network-turns.js';
import { removeRun } from '../../../src/runtime/docker/remove.js';

const RUN = '0123456789';

/** A promise and what settles it. */
function held() {
  let release = () => {};
  const promise = new Promise<void>((resolve) => {
    release = resolve;
  });
  return { promise, release };
}

/** What was begun, one text each, and what lets it end. */
function starts() {
  const begun: string[] = [];
  const holds = new Map<string, ReturnType<typeof held>>();
  const start = (name: string) => () => {
    begun.push(name);
    const hold = held();
    holds.set(name, hold);
    return hold.promise;
  };
  return { begun, start, end: (name: string) => holds.get(name)?.release() };
}

/** Lets everything go on that can. */
const settled = () => new Promise((done) => setImmediate(done));

test('those on one network start one after another, those on others at once', async () => {
  const turns = new NetworkTurns();
  const { begun, start, end } = starts();
  const all = [
    turns.join('edge-a', ['backbone', 'a'], start('edge-a')),
    turns.join('edge-b', ['backbone', 'b'], start('edge-b')),
    turns.join('c', ['c'], start('c')),
    turns.join('b', ['b'], start('b')),
  ];
  await settled();
  expect(begun).toEqual(['edge-a', 'c']);
  end('edge-a');
  await settled();
  expect(begun).toEqual(['edge-a', 'c', 'edge-b']);
  end('edge-b');
  await settled();
  expect(begun).toEqual(['edge-a', 'c', 'edge-b', 'b']);
  end('c');
  end('b');
  await Promise.all(all);
});

test('the turn is over when the engine tells that the container has joined, though it has yet to start', async () => {
  const turns = new NetworkTurns();
  const { begun, start, end } = starts();
  const all = [
    turns.join('one', ['backbone', 'a'], start('one')),
    turns.join('two', ['backbone'], start('two')),
    turns.join('three', ['a'], start('three')),
  ];
  await settled();
  turns.joined('two', 'backbone');
  turns.joined('one', 'elsewhere');
  await settled();
  expect(begun).toEqual(['one']);
  turns.joined('one', 'backbone');
  await settled();
  expect(begun).toEqual(['one', 'two']);
  for (const name of ['one', 'two']) end(name);
  await settled();
  expect(begun).toEqual(['one', 'two', 'three']);
  end('three');
  await Promise.all(all);
});

test('a start that fails ends its turn', async () => {
  const turns = new NetworkTurns();
  const failing = turns.join('one', ['a'], () => Promise.reject(new Error('no')));
  await expect(failing).rejects.toThrow('no');
  await expect(turns.join('two', ['a'], async () => 'started')).resolves.toBe('started');
});

/** An engine with three nodes, their edges and a backbone, which tells who joins or leaves which network at what time. */
function crowdedEngine() {
  const nodes = ['a', 'b', 'c'];
  const named = (part: string) => nameInEngine(RUN, part);
  const containers = new Map(
    nodes.flatMap((node): [string, string[]][] => [
      [named(`${node}.edge`), [named(node), named('0')]],
      [named(node), [named(node)]],
    ]),
  );
  const networks = new Set(['0', ...nodes].map(named));
  const labels = (part: string) => ({ [RUN_LABEL]: RUN, [PART_LABEL]: part });
  const partOf = (name: string) => name.slice(named('').length);
  const busy = new Map<string, number>();
  let [most, most1] = [0, 0];
  const leaving = async (these: readonly string[]) => {
    for (const network of these) busy.set(network, (busy.get(network) ?? 0) + 1);
    most = Math.max(most, ...busy.values());
    most1 = Math.max(most1, [...busy.values()].filter((count) => count > 0).length);
    await settled();
    for (const network of these) busy.set(network, (busy.get(network) ?? 0) - 1);
  };
  const docker = {
    listContainers: async () =>
      [...containers].map(([name, on]) => ({
        Id: name,
        Names: [`/${name}`],
        Labels: labels(name.endsWith('.edge') ? `edge ${partOf(name).slice(0, -5)}` : `node ${partOf(name)}`),
        NetworkSettings: { Networks: Object.fromEntries(on.map((network) => [network, {}])) },
      })),
    listNetworks: async () =>
      [...networks].map((Name) => ({ Id: Name, Name, Labels: labels(`network ${partOf(Name)}`) })),
    listVolumes: async () => ({ Volumes: [] }),
    getContainer: (id: string) => ({
      async remove() {
        await leaving(containers.get(id) ?? []);
        containers.delete(id);
      },
    }),
    getNetwork: (name: string) => ({
      async disconnect({ Container: id }: { Container: string }) {
        await leaving([name]);
        containers.set(
          id,
          (containers.get(id) ?? []).filter((other) => other !== name),
        );
      },
      async remove() {
        expect([...containers.values()].flat()).not.toContain(name);
        networks.delete(name);
      },
    }),
  };
  return {
    docker: docker as unknown as Dockerode,
    /** How many left one network at once, and of how many networks containers were leaving at once. */
    seen: () => ({ onOneNetwork: most, networks: most1 }),
  };
}

test('when all is removed, one container at a time leaves each network, and several networks are left at once', async () => {
  const { docker, seen } = crowdedEngine();
  const removal = await removeRun(docker, RUN, clock, { empty: 1, ms: 10_000, silence: 1000 });
  expect(removal).toEqual({ removed: 10, left: [], unseen: [] });
  expect(seen().onOneNetwork).toBe(1);
  expect(seen().networks).toBeGreaterThan(1);
});
