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
