/** What a drill asks of a runtime, so that one that lacks it can refuse before anything starts. */
import { hasPower } from '../topology/links.js';
import { containerKeysOf } from './container.js';
import { type Capability, named, type Parts, partOf, type StepParts } from './parts.js';
import type { Path, Problem } from './problem.js';
import type { Drill } from './schema.js';
import { forIt, heldBy, type Step, stepOf, verbOf } from './steps.js';
import { listed } from './suggest.js';
import { candidates } from './targets.js';

/** A capability and what in the drill needs it. */
interface Need {
  capability: Capability;
  path: Path;
  /** The selector of the nodes that it is needed for, where it is for some. */
  target?: string | undefined;
}

/** The capability to run a program that comes with the machine, or with the image of a node. */
const PROGRAM = 'program: ';

/** The name of the program where a capability is to run one. */
export function programOf(capability: Capability): string | undefined {
  return capability.startsWith(PROGRAM) ? capability.slice(PROGRAM.length) : undefined;
}

/** The capabilities that a drill needs, each with the nodes and supervisors that it may be needed for, where that is known. */
export function needsOf(drill: Drill, parts: Parts): Map<Capability, string[]> {
  const found = new Map<Capability, string[]>();
  for (const { capability, target } of needs(drill, parts)) {
    const nodes = target === undefined ? [] : candidates(target, drill);
    found.set(capability, [...new Set([...(found.get(capability) ?? []), ...nodes])]);
  }
  return found;
}

/** What a runtime with the `offered` capabilities cannot do of a drill; for `drillError`. */
export function missingNeeds(
  drill: Drill,
  parts: Parts,
  offered: readonly Capability[],
  runtime: string,
): Problem[] {
  const missing = needs(drill, parts).filter(
    // Whether a program is there is the machine's business: `lackingNeeds`.
    ({ capability }) => !offered.includes(capability) && programOf(capability) === undefined,
  );
  const found = `${runtime}, which offers ${listed(offered, 'and') || 'nothing'}`;
  const docker = 'use --runtime docker, which needs a container engine on this machine';
  return missing.map(({ capability, path }) => {
    const todo = capability === 'containers' ? docker : 'choose another with --runtime';
    return { path, expected: `a runtime that can do \`${capability}\``, found, todo };
  });
}

/** The same for a capability that the runtime offers, but not on this machine; `lack` says why. */
export function lackingNeeds(
  drill: Drill,
  parts: Parts,
  capability: Capability,
  lack: string,
  runtime: string,
): Problem[] {
  const lacking = needs(drill, parts).filter((need) => need.capability === capability);
  const expected = `a machine on which ${runtime} can do \`${capability}\``;
  const todo = '`drill doctor` says what this machine can run';
  return lacking.map(({ path }) => ({ path, expected, found: lack, todo }));
}

function needs(drill: Drill, parts: Parts): Need[] {
  const all = drill.steps.flatMap((step, index) => stepNeeds(step, ['steps', index], parts));
  if (drill.failback !== 'none') all.push({ capability: 'start', path: ['failback'] });
  if (hasPower(drill.topology)) all.push({ capability: 'power', path: ['topology', 'supervisor'] });
  if (drill.topology.network === 'shared')
    all.push({ capability: 'packet-filters', path: ['topology', 'network'] });
  for (const [name, node] of Object.entries(drill.topology.nodes)) {
    const [key] = containerKeysOf(node);
    const { system } = drill.topology;
    const { executable, embedded } = (typeof system === 'string' && named(parts.systems, system)) || {};
    // Told once: as a rule it is the system of all nodes.
    if (!embedded && key === undefined && !all.some(({ capability }) => capability === 'programs'))
      all.push({ capability: 'programs', path: ['topology', 'nodes', name] });
    if (executable !== undefined && key === undefined)
      all.push({ capability: `${PROGRAM}${executable}`, path: ['topology', 'nodes', name], target: name });
    if (key !== undefined) all.push({ capability: 'containers', path: ['topology', 'nodes', name, key] });
  }
  return all;
}

function stepNeeds(step: Step, base: Path, parts: StepParts): Need[] {
  const verb = verbOf(step);
  const { kind, options } = stepOf(step);
  const path = [...base, kind];
  switch (verb?.kind) {
    case 'restart':
      return [{ capability: 'start', path }];
    case 'resume':
      return [{ capability: 'pause', path }];
  }
  const { key, steps } = heldBy(step);
  const held = key === undefined ? path : [...path, key];
  const needsOfHeld = (all: readonly Step[]) =>
    all.flatMap((inner, index) => stepNeeds(inner, [...held, index], parts));
  if (verb?.kind === 'for_each')
    return [verb.options.in].flat().flatMap((it) => needsOfHeld(forIt(steps, it)));
  if (verb) return needsOfHeld(steps);
  const part = partOf(kind, parts);
  if (!part) return [];
  const target = part.target?.(options);
  return part.needs(options).map((capability) => ({ capability, path, target }));
}
