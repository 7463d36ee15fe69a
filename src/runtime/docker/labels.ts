/**
 * The labels and the names of everything that a run creates in an engine: by both it is told from everything else, and
 * removed. Labels alone do not tell: an image that is made of a container takes its labels over, and so does every
 * container that is made of that image. Names are had by one at a time, and are not handed on.
 */
import { formatRunner, isRun } from '../label.js';
import { type ProcessIdentity, thisMachine } from '../os-process.js';
import { makerOf } from './trial-name.js';

/** The run's label. Containers, networks and volumes have it. */
export const RUN_LABEL = 'failover-drill.run';
/** Which process is the runner, `<pid>.<start>`, and on which machine (`thisMachine`). */
export const RUNNER_LABEL = 'failover-drill.runner';
export const MACHINE_LABEL = 'failover-drill.machine';
/** What it is for: `node a`, `proxy a`, ... */
export const PART_LABEL = 'failover-drill.part';
/** On images that we built: which of them it is. */
export const IMAGE_LABEL = 'failover-drill.image';

/** The labels of one part of a run. */
export function labelsOf(run: string, runner: ProcessIdentity, part: string): Record<string, string> {
  return {
    [RUN_LABEL]: run,
    [RUNNER_LABEL]: formatRunner(runner),
    [MACHINE_LABEL]: thisMachine(),
    [PART_LABEL]: part,
  };
}

/** The name of a run's container or network, in the engine. */
export function nameInEngine(run: string, part: string): string {
  return `drill-${run}-${part}`;
}

export type Kind = 'container' | 'network' | 'volume';

/** The run that has created a thing by this name, with these labels; undefined for all that no run has created. */
export function runOf(
  kind: Kind,
  name: string,
  labels: Readonly<Record<string, string>> | undefined,
): string | undefined {
  const { [RUN_LABEL]: run, [PART_LABEL]: part = '' } = labels ?? {};
  const [what = '', of = ''] = part.split(' ');
  return isRun(run) && isNameOf(kind, name, run, what, of) ? run : undefined;
}

/** Whether the part of the run, such as the node a, has a thing of this kind and name. */
function isNameOf(kind: Kind, name: string, run: string, what: string, of: string): boolean {
  if (kind === 'network') return what === 'network' && name === nameInEngine(run, of);
  // A node has several.
  if (kind === 'volume') return what === 'node' && name.startsWith(`${nameInEngine(run, of)}-`);
  if (what === 'trial') return makerOf(name) !== undefined;
  return name === nameInEngine(run, what === 'node' ? of : `${of}.${what}`);
}
