/** The parts that come with failover-drill: explicit lists, no self-registration. */
import { availability } from './expectation/availability.js';
import { boot } from './expectation/boot.js';
import { budget } from './expectation/budget.js';
import { detect } from './expectation/detect.js';
import { doublePrimaries } from './expectation/double-primaries.js';
import { errors } from './expectation/errors.js';
import { failback } from './expectation/failback.js';
import { failbackOutage } from './expectation/failback-outage.js';
import { failover } from './expectation/failover.js';
import { failovers } from './expectation/failovers.js';
import { impact } from './expectation/impact.js';
import { init } from './expectation/init.js';
import { latency } from './expectation/latency.js';
import { linearizable } from './expectation/linearizable.js';
import { lostWrites } from './expectation/lost-writes.js';
import { outage } from './expectation/outage.js';
import { phantomWrites } from './expectation/phantom-writes.js';
import { promotions } from './expectation/promotions.js';
import { recover } from './expectation/recover.js';
import { resync } from './expectation/resync.js';
import { staleReads } from './expectation/stale-reads.js';
import { clock } from './fault/clock.js';
import { cpu } from './fault/cpu.js';
import { disk } from './fault/disk.js';
import { flap } from './fault/flap.js';
import { kill } from './fault/kill.js';
import { memory } from './fault/memory.js';
import { partition } from './fault/partition.js';
import { pause } from './fault/pause.js';
import { powerLoss } from './fault/power-loss.js';
import { random } from './fault/random.js';
import { slow } from './fault/slow.js';
import { slowDisk } from './fault/slow-disk.js';
import { stop } from './fault/stop.js';
import { toxic } from './fault/toxic.js';
import type { Catalog } from './run/catalog.js';
import { dockerRuntime } from './runtime/docker/docker-runtime.js';
import { processRuntime } from './runtime/process/process-runtime.js';
import { simRuntime } from './runtime/sim/sim-runtime.js';
import { redisSystem } from './system/redis.js';
import { referenceSystem } from './system/reference.js';
import type { System } from './system/system.js';
import { append } from './workload/append.js';
import { bank } from './workload/bank.js';
import { cas } from './workload/cas.js';
import { counter } from './workload/counter.js';
import { queue } from './workload/queue.js';
import { register } from './workload/register.js';
import { set } from './workload/set.js';

export const CATALOG: Catalog = {
  faults: byName([kill, stop, pause, partition, slow, toxic, cpu, memory, disk, slowDisk, clock, powerLoss]),
  scenarios: byName([flap, random]),
  expectations: byName([
    detect,
    boot,
    init,
    failover,
    recover,
    outage,
    availability,
    errors,
    latency,
    doublePrimaries,
    lostWrites,
    phantomWrites,
    staleReads,
    linearizable,
    failovers,
    promotions,
    failback,
    failbackOutage,
    resync,
    budget,
    impact,
  ]),
  workloads: byName([register, set, append, cas, counter, bank, queue]),
  systems: byName<System>([referenceSystem, redisSystem]),
  files: [],
  runtimes: { docker: dockerRuntime, process: processRuntime, sim: simRuntime },
};

function byName<Part extends { readonly name: string }>(parts: readonly Part[]): Record<string, Part> {
  return Object.fromEntries(parts.map((part) => [part.name, part]));
}
