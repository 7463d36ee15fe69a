/** What there is in an engine: of one run, of all runs, and altogether. */
import type Dockerode from 'dockerode';
import type { InEngine } from '../../history/census.js';
import { thingsIn } from './things.js';

interface Thing {
  kind: keyof InEngine;
  name: string;
  /** The label of its run; undefined for what is no run's. */
  run: string | undefined;
}

export async function lookInEngine(docker: Dockerode, run: string) {
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
  const found = await thingsIn(docker);
  return (['containers', 'networks', 'volumes'] as const).flatMap((kind) =>
    found[kind].map(({ Name, run }): Thing => ({ kind, name: Name, run })),
  );
}

function counts(some: readonly Thing[]): InEngine {
  const of = (wanted: Thing['kind']) => some.filter(({ kind }) => kind === wanted).length;
  return { containers: of('containers'), networks: of('networks'), volumes: of('volumes') };
}
