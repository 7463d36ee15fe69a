/** What a drill asks of a runtime, so that one that lacks it can refuse before anything starts. */
import { hasPower } from '../topology/links.js';
import { containerKeysOf } from './container.js';
import type { Path, Problem } from './problem.js';
import type { Drill } from './schema.js';
import { type Step, stepOf } from './steps.js';
import { listed } from './suggest.js';

/**
 * Ending and stopping nodes, starting them again, cutting and shaping links, turning their power off, nodes of
 * images of the user's own.
 */
export type Capability = 'kill' | 'pause' | 'start' | 'links' | 'power' | 'containers';

/** A capability and what in the drill needs it. */
interface Need {
  capability: Capability;
  path: Path;
}

/** The capabilities that a drill needs, each once. */
export function needsOf(drill: Drill): Capability[] {
  return [...new Set(needs(drill).map((need) => need.capability))];
}

/** What a runtime with the `offered` capabilities cannot do of a drill; for `drillError`. */
export function missingNeeds(drill: Drill, offered: readonly Capability[], runtime: string): Problem[] {
  const missing = needs(drill).filter((need) => !offered.includes(need.capability));
  return missing.map(({ capability, path }) => ({
    path,
    expected: `a runtime that can do \`${capability}\``,
    found: `${runtime}, which offers ${listed(offered, 'and') || 'nothing'}`,
    todo:
      capability === 'containers'
        ? 'use --runtime docker, which needs a container engine on this machine'
        : 'choose another with --runtime',
  }));
}

function needs(drill: Drill): Need[] {
  const all = drill.steps.flatMap((step, index) => stepNeeds(step, ['steps', index]));
  if (drill.failback !== 'none') all.push({ capability: 'start', path: ['failback'] });
  if (hasPower(drill.topology)) all.push({ capability: 'power', path: ['topology', 'supervisor'] });
  for (const [name, node] of Object.entries(drill.topology.nodes)) {
    const [key] = containerKeysOf(node);
    if (key !== undefined) all.push({ capability: 'containers', path: ['topology', 'nodes', name, key] });
  }
  return all;
}

function stepNeeds(step: Step, base: Path): Need[] {
  const { kind, options } = stepOf(step);
  const need = (...capabilities: Capability[]) =>
    capabilities.map((capability) => ({ capability, path: [...base, kind] }));
  switch (kind) {
    case 'kill':
      return need('kill');
    case 'restart':
      return need('start');
    case 'pause':
    case 'resume':
      return need('pause');
    case 'partition':
    case 'slow':
    case 'toxic':
    case 'flap':
      return need('links');
    case 'random':
      // Whatever a random fault kills is started again when the step ends.
      return need(
        ...options.faults.flatMap((fault): Capability[] => {
          if (fault === 'kill') return ['kill', 'start'];
          return fault === 'pause' ? ['pause'] : ['links'];
        }),
      );
    case 'together':
      return options.flatMap((inner, index) => stepNeeds(inner, [...base, kind, index]));
    default:
      return [];
  }
}
