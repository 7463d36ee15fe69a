/** The labels of everything that a run creates in an engine: by them it is told from everything else, and removed. */
import { formatRunner } from '../label.js';
import { type ProcessIdentity, thisMachine } from '../os-process.js';

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
