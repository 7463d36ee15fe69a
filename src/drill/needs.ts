/** What a drill asks of a runtime, so that one that lacks it can refuse before anything starts. */
import { hasPower } from '../topology/links.js';
import { containerKeysOf } from './container.js';
import type { Path, Problem } from './problem.js';
import type { Drill } from './schema.js';
import { type Step, stepOf } from './steps.js';
import { listed } from './suggest.js';

/**
 * Ending and stopping nodes, starting them again, cutting and shaping links, turning their power off, nodes of
 * images of the user's own, one network for all nodes with a packet filter before each. What a step adds to that by a
 * key has the name of both: `kill: process` ends one process in a node, `pause: freezer` and `pause: SIGSTOP` are ways
 * to stop one. The others are steps.
 */
export type Capability =
  | 'kill'
  | 'kill: process'
  | 'stop'
  | 'pause'
  | 'pause: freezer'
  | 'pause: SIGSTOP'
  | 'start'
  | 'links'
  | 'power'
  | 'containers'
  | 'packet-filters'
  | 'cpu'
  | 'memory'
  | 'disk'
  | 'slow_disk'
  | 'clock';

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

/** The same for a capability that the runtime offers, but not on this machine; `lack` says why. */
export function lackingNeeds(drill: Drill, capability: Capability, lack: string, runtime: string): Problem[] {
  const lacking = needs(drill).filter((need) => need.capability === capability);
  return lacking.map(({ path }) => ({
    path,
    expected: `a machine on which ${runtime} can do \`${capability}\``,
    found: lack,
    todo: '`drill doctor` says what this machine can run',
  }));
}

function needs(drill: Drill): Need[] {
  const all = drill.steps.flatMap((step, index) => stepNeeds(step, ['steps', index]));
  if (drill.failback !== 'none') all.push({ capability: 'start', path: ['failback'] });
  if (hasPower(drill.topology)) all.push({ capability: 'power', path: ['topology', 'supervisor'] });
  if (drill.topology.network === 'shared')
    all.push({ capability: 'packet-filters', path: ['topology', 'network'] });
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
      return need(options.process === undefined ? 'kill' : 'kill: process');
    case 'restart':
      return need('start');
    case 'pause':
      return need(options.by === undefined ? 'pause' : `pause: ${options.by}`);
    case 'resume':
      return need('pause');
    case 'stop':
    case 'cpu':
    case 'memory':
    case 'disk':
    case 'slow_disk':
    case 'clock':
      return need(kind);
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
