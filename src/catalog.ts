/** The parts that come with failover-drill: explicit lists, no self-registration. */
import { clock } from './fault/clock.js';
import { cpu } from './fault/cpu.js';
import { disk } from './fault/disk.js';
import { flap } from './fault/flap.js';
import { kill } from './fault/kill.js';
import { memory } from './fault/memory.js';
import { partition } from './fault/partition.js';
import { pause } from './fault/pause.js';
import { random } from './fault/random.js';
import { slow } from './fault/slow.js';
import { slowDisk } from './fault/slow-disk.js';
import { stop } from './fault/stop.js';
import { toxic } from './fault/toxic.js';
import type { Catalog } from './run/catalog.js';
import { dockerRuntime } from './runtime/docker/docker-runtime.js';
import { processRuntime } from './runtime/process/process-runtime.js';
import { referenceSystem } from './system/reference.js';

export const CATALOG: Catalog = {
  faults: byName([kill, stop, pause, partition, slow, toxic, cpu, memory, disk, slowDisk, clock]),
  scenarios: byName([flap, random]),
  systems: byName([referenceSystem]),
  files: [],
  runtimes: { docker: dockerRuntime, process: processRuntime },
};

function byName<Part extends { readonly name: string }>(parts: readonly Part[]): Record<string, Part> {
  return Object.fromEntries(parts.map((part) => [part.name, part]));
}
