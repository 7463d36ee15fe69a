/** The client groups of a drill, ready to start: each with its generator, its target and its links. */
import type { Clock } from '../clock.js';
import { named } from '../drill/parts.js';
import type { Drill } from '../drill/schema.js';
import { EnvironmentError, InternalError, messageOf } from '../errors.js';
import type { Random } from '../random.js';
import type { World } from '../runtime/runtime.js';
import { roleAskerOf, type System, tellsRole } from '../system/system.js';
import { clientName, linkName } from '../topology/links.js';
import { processes, RunningGroup, room } from '../workload/client-group.js';
import { following, pinned } from '../workload/target.js';
import { values } from '../workload/workload.js';
import type { Catalog } from './catalog.js';
import type { Plan } from './plan.js';
import type { Recorder } from './recorder.js';
import type { Scene } from './scene.js';

interface GroupsSetting {
  clock: Clock;
  drill: Drill;
  catalog: Catalog;
  plan: Plan;
  system: System;
  random: Random;
  recorder: Recorder;
  /** Told that clients cannot send what they should, and since which instant of the clock. */
  onBehind(error: EnvironmentError, since: number): void;
}

export function clientGroups(
  { clock, drill, catalog, plan, system, random, recorder, onBehind }: GroupsSetting,
  { places }: Pick<World, 'places'>,
): Pick<Scene, 'groups' | 'processes'> {
  const workload = named(catalog.workloads, drill.workload.type);
  if (!workload) throw new InternalError(`the workload "${drill.workload.type}" was not checked`);
  const unique = values();
  const numbers = processes();
  const shared = room();
  const groups = Object.entries(drill.clients).map(([name, spec]) => {
    const dial = (node: string) => places.link(linkName(clientName(name), node)).dial;
    const target =
      spec.pinned === undefined
        ? following({
            clock,
            nodes: plan.members,
            first: plan.primary,
            timeout: spec.timeout,
            asker: tellsRole(system) ? (node) => roleAskerOf(system, dial(node)) : undefined,
          })
        : pinned(spec.pinned);
    const running = new RunningGroup({
      name,
      spec,
      clock,
      generator: workload.generator(drill.workload, random.fork(`clients ${name}`), unique),
      processes: numbers,
      room: shared,
      onFull: (since) => onBehind(behind(name, spec.rate), since),
      onBroken: (error) => onBehind(broken(workload.name, error), clock.now()),
      target,
      connect: (node) => system.connect(dial(node), drill),
      record: (body, times) => void recorder.record(body, times),
    });
    return { name, running, target };
  });
  return { groups, processes: numbers };
}

function broken(workload: string, error: unknown): EnvironmentError {
  return new EnvironmentError({
    where: `the workload ${workload}`,
    expected: 'an operation for each client that asks for one',
    found: messageOf(error),
    todo: 'correct the plug-in that it comes from',
  });
}

function behind(name: string, rate: number): EnvironmentError {
  return new EnvironmentError({
    where: `the clients ${name}`,
    expected: `operations to be sent on time, ${rate} a second`,
    found: 'more under way than this machine has room for: what was due from then on was not sent',
    todo: 'lower the rate or the time-out of the clients',
  });
}
