/** Name -> what stands behind it: explicit maps, no self-registration. */
import type { TopologySpec } from './drill/topology.js';
import { clock } from './fault/clock.js';
import { cpu } from './fault/cpu.js';
import { disk } from './fault/disk.js';
import { kill } from './fault/kill.js';
import { killProcess } from './fault/kill-process.js';
import { memory } from './fault/memory.js';
import { partition } from './fault/partition.js';
import { pause } from './fault/pause.js';
import { slow } from './fault/slow.js';
import { slowDisk } from './fault/slow-disk.js';
import { stop } from './fault/stop.js';
import { toxic } from './fault/toxic.js';
import type { FaultKinds } from './run/fault-kinds.js';
import { dockerRuntime } from './runtime/docker/docker-runtime.js';
import { processRuntime } from './runtime/process/process-runtime.js';
import type { Runtime, RuntimeName } from './runtime/runtime.js';
import { httpSystem } from './system/http.js';
import { referenceSystem } from './system/reference.js';
import type { System } from './system/system.js';

export const FAULTS: FaultKinds = {
  kill,
  'kill-process': killProcess,
  stop,
  pause,
  partition,
  slow,
  toxic,
  cpu,
  memory,
  disk,
  slow_disk: slowDisk,
  clock,
};

export const RUNTIMES: Readonly<Record<RuntimeName, Runtime>> = {
  docker: dockerRuntime,
  process: processRuntime,
};

export const SYSTEMS: Readonly<Record<string, System>> = { reference: referenceSystem };

/** The system that a topology names, among the known ones, or the one that it tells; undefined for an unknown name. */
export function systemOf(
  { system }: Pick<TopologySpec, 'system'>,
  known: Readonly<Record<string, System>>,
): System | undefined {
  return typeof system === 'string' ? known[system] : httpSystem(system.http);
}
