/** What there is in an engine: of one run, of all runs, and altogether. */
import type Dockerode from 'dockerode';
import type { InEngine } from '../../history/census.js';
import { lookOnMachine } from '../process/look.js';
import type { Look } from '../runtime.js';
import { RUN_LABEL } from './labels.js';

interface Thing {
  kind: keyof InEngine;
  name: string;
  /** The label of its run; undefined for what is no run's. */
  run: string | undefined;
}

/** The same of the engine and of this machine, where the run has helpers. */
export async function lookEverywhere(docker: Dockerode, run: string): Promise<Look> {
  const here = lookOnMachine(run);
  const there = await lookInEngine(docker, run);
  return {
    census: { ...there.census, run: { ...here.census.run, ...there.census.run } },
    found: [...here.found, ...there.found],
  };
}

export interface EngineLook {
  census: { run: InEngine; drills: InEngine; engine: InEngine };
  found: string[];
}

export async function lookInEngine(docker: Dockerode, run: string): Promise<EngineLook> {
  const all = await things(docker);
  const own = all.filter((thing) => thing.run === run);
  return {
    census: {
      run: counts(own),
      drills: counts(all.filter((thing) => thing.run !== undefined)),
      engine: counts(all),
    },
    found: own.map(({ kind, name }) => `${kind.slice(0, -1)} ${name}`),
  };
}

async function things(docker: Dockerode): Promise<Thing[]> {
  const [containers, networks, { Volumes: volumes }] = await Promise.all([
    docker.listContainers({ all: true }),
    docker.listNetworks(),
    docker.listVolumes(),
  ]);
  return [
    ...containers.map(({ Id, Names, Labels }): Thing => {
      const name = Names[0]?.replace(/^\//, '') ?? Id.slice(0, 12);
      return { kind: 'containers', name, run: Labels?.[RUN_LABEL] };
    }),
    ...networks.map(
      ({ Name, Labels }): Thing => ({ kind: 'networks', name: Name, run: Labels?.[RUN_LABEL] }),
    ),
    ...(volumes ?? []).map(
      ({ Name, Labels }): Thing => ({ kind: 'volumes', name: Name, run: Labels?.[RUN_LABEL] }),
    ),
  ];
}

function counts(some: readonly Thing[]): InEngine {
  const of = (wanted: Thing['kind']) => some.filter(({ kind }) => kind === wanted).length;
  return { containers: of('containers'), networks: of('networks'), volumes: of('volumes') };
}
