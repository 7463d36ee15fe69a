/** What runs are made of, by name: the parts that describe themselves, and where they can run. */
import type { JudgingParts } from '../checker/judge.js';
import type { Fault } from '../fault/fault.js';
import type { Scenario } from '../fault/scenario.js';
import type { Runtime, RuntimeName } from '../runtime/runtime.js';
import type { System } from '../system/system.js';
import type { Workload } from '../workload/workload.js';

export interface Catalog extends JudgingParts {
  readonly faults: Readonly<Record<string, Fault>>;
  readonly scenarios: Readonly<Record<string, Scenario>>;
  readonly workloads: Readonly<Record<string, Workload>>;
  readonly systems: Readonly<Record<string, System>>;
  /** The plug-in files that some of the parts came from, by their paths from the root on. */
  readonly files: readonly string[];
  /** Whether some parts were given as values, which no other process can have. */
  readonly given?: boolean;
  readonly runtimes: Readonly<Record<RuntimeName, Runtime>>;
}
