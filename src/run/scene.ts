/** The scene: everything that the phases and steps of one execution act on. */
import type { Clock } from '../clock.js';
import type { Drill } from '../drill/schema.js';
import type { Random } from '../random.js';
import type { Nodes, Places } from '../runtime/runtime.js';
import type { System } from '../system/system.js';
import type { Processes, RunningGroup } from '../workload/client-group.js';
import type { Target } from '../workload/target.js';
import type { Catalog } from './catalog.js';
import type { Injector } from './injector.js';
import type { Present } from './present.js';
import type { Prober } from './prober.js';
import type { Recorder } from './recorder.js';
import type { Restarts } from './restarts.js';
import type { Tally } from './tally.js';

export interface Scene {
  drill: Drill;
  clock: Clock;
  random: Random;
  system: System;
  catalog: Catalog;
  nodes: Nodes;
  places: Places;
  recorder: Recorder;
  present: Present;
  prober: Prober;
  tally: Tally;
  injector: Injector;
  restarts: Restarts;
  processes: Processes;
  groups: { name: string; running: RunningGroup; target: Target }[];
  /** Starts a node (again). */
  start(node: string): Promise<void>;
  /** Aborted when the run is to end early: Ctrl-C, or a history that can no longer be written. */
  signal: AbortSignal;
}
