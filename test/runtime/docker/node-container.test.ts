/** What the engine is told of a node, by what its keys say. */
import type Dockerode from 'dockerode';
import { describe, expect, it } from 'vitest';
import type { ContainerSpec } from '../../../src/drill/container.js';
import { assignPlaces, portsNeeded } from '../../../src/runtime/docker/docker-places.js';
import { nodeOptions } from '../../../src/runtime/docker/node-container.js';
import { NodeVolumes } from '../../../src/runtime/docker/node-volumes.js';
import { assignSharedPlaces } from '../../../src/runtime/docker/shared-places.js';
import { parseNetwork } from '../../../src/runtime/docker/subnets.js';
import { thisProcess } from '../../../src/runtime/os-process.js';
import { mesh } from '../opened.js';

const BLOCK = parseNetwork('10.140.0.0/16')!;

/** The options of a node of those, on networks of their own or on a shared one. */
function told(containers: Record<string, ContainerSpec>, node: string, { shared = false } = {}) {
  const nodes = Object.keys(containers);
  const layout = { nodes, links: mesh(...nodes), power: false, containers, shared };
  const ports = Array.from({ length: portsNeeded(layout) }, (_, at) => 20_000 + at);
  const volumes = new NodeVolumes(containers, {
    docker: {} as Dockerode,
    run: 'run',
    labels: (part) => ({ part }),
  });
  return nodeOptions(
    {
      places: (shared ? assignSharedPlaces : assignPlaces)(layout, BLOCK, ports),
      surroundings: { run: 'run' },
      runner: thisProcess(),
      image: 'reference',
      containers,
      reach: { faketime: {}, device: undefined },
      disks: { at: () => undefined },
      volumes,
    },
    node,
    { command: [] },
  );
}

describe('names', () => {
  const NODES = {
    a: { image: 'a', aliases: ['one', 'both'], hostname: 'a.example' },
    b: { image: 'b', aliases: ['two', 'both'] },
    c: { image: 'c' },
  };

  it('of a peer lead to it, one of several to each of them, and its own to itself', () => {
    const { Hostname, HostConfig } = told(NODES, 'c');
    const [address = '', ...others] = new Set(
      HostConfig?.ExtraHosts?.filter((line: string) => /^(?:a|one):/.test(line)).map(
        (line: string) => line.split(':')[1]!,
      ),
    );
    expect(others).toEqual([]);
    const b = HostConfig?.ExtraHosts?.find((line: string) => line.startsWith('b:'))?.slice(2);
    expect(HostConfig?.ExtraHosts?.filter((line: string) => line.startsWith('both:'))).toEqual([
      `both:${address}`,
      `both:${b}`,
    ]);
    expect(Hostname).toBe('c');
    const own = told(NODES, 'a');
    const itself = own.NetworkingConfig?.EndpointsConfig?.['drill-run-a']?.IPAMConfig?.IPv4Address;
    expect(own.Hostname).toBe('a.example');
    expect(own.HostConfig?.ExtraHosts?.slice(0, 3)).toEqual([
      `a:${itself}`,
      `one:${itself}`,
      `both:${itself}`,
    ]);
  });
});

describe('settings', () => {
  it('go to the engine as they are', () => {
    const { HostConfig, StopSignal } = told(
      {
        a: {
          image: 'a',
          stop_signal: 'SIGQUIT',
          shm_size: '64m',
          group_add: ['docker', '33'],
          ulimits: { nofile: { soft: 1024, hard: 2048 } },
        },
      },
      'a',
    );
    expect(StopSignal).toBe('SIGQUIT');
    expect(HostConfig).toMatchObject({
      ShmSize: 67_108_864,
      GroupAdd: ['docker', '33'],
      Ulimits: [{ Name: 'nofile', Soft: 1024, Hard: 2048 }],
    });
  });

  it('are not said where a node has none', () => {
    const { HostConfig, ...options } = told({ a: { image: 'a' } }, 'a');
    expect(options).not.toHaveProperty('StopSignal');
    for (const key of ['ShmSize', 'GroupAdd', 'Ulimits']) expect(HostConfig).not.toHaveProperty(key);
  });
});

describe('volumes', () => {
  const mounts = (containers: Record<string, ContainerSpec>, node: string) =>
    told(containers, node).HostConfig?.Mounts?.filter(({ Target }) => Target !== '/data');

  it('are the same for all that share one, or a copy of one folder, and have a name of a node of the run', () => {
    const folder = import.meta.dirname;
    const nodes = {
      a: { image: 'a', volumes: ['v:/v:shared', `${folder}:/f:copy,ro`] },
      b: { image: 'b', volumes: [`${folder}:/g:copy`, 'v:/w:shared,ro', 'own:/own:nocopy'] },
    };
    const told = [mounts(nodes, 'a'), mounts(nodes, 'b')].map((some) =>
      some?.map(({ Source, Target, ReadOnly, VolumeOptions }) => [
        [Source, Target, ReadOnly].join(' '),
        VolumeOptions?.NoCopy,
        VolumeOptions?.Labels['part'],
      ]),
    );
    expect(told).toEqual([
      [
        ['drill-run-a-v /v false', false, 'node a'],
        ['drill-run-a-_copy1 /f true', true, 'node a'],
      ],
      [
        ['drill-run-a-_copy1 /g false', true, 'node a'],
        ['drill-run-a-v /w true', false, 'node a'],
        ['drill-run-b-own /own false', true, 'node b'],
      ],
    ]);
  });

  it('a file that is copied is no mount, and what is only seen is one that cannot be written', () => {
    const file = import.meta.filename;
    expect(mounts({ a: { image: 'a', volumes: [`${file}:/a:copy`, `${file}:/b:ro`] } }, 'a')).toEqual([
      { Type: 'bind', Source: file, Target: '/b', ReadOnly: true },
    ]);
  });
});
