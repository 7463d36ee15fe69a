/** Whether each step names things that are there, and comes at a time when it can do something. */
import { checkSelector, LINKED, type Names, RUNNING } from './check-names.js';
import { checkFlap, checkPartition, checkToxic } from './check-partition.js';
import { checkPromotion, notADependency, tellsDetection } from './check-system.js';
import { limitedTo } from './container.js';
import { found, type Path, type Problem, quoted } from './problem.js';
import type { Drill } from './schema.js';
import { FAULT_STEPS, type Step, type StepKind, type StepOptions, stepOf } from './steps.js';
import { didYouMean } from './suggest.js';
import { candidates } from './targets.js';

const FAULTS: readonly StepKind[] = [...FAULT_STEPS, 'together'];

/** Whether a drill breaks anything at all. */
export function hasFault(drill: Drill): boolean {
  return drill.steps.some((step) => FAULTS.includes(stepOf(step).kind));
}

/** What the steps so far have done. */
interface Progress {
  drill: Drill;
  names: Names;
  /** The name of each fault that has one. */
  labels: Set<string>;
  faults: boolean;
  killed: boolean;
  paused: boolean;
  switched: boolean;
}

export function checkSteps(drill: Drill, names: Names): Problem[] {
  const progress: Progress = {
    drill,
    names,
    labels: new Set(),
    faults: false,
    killed: false,
    paused: false,
    switched: false,
  };
  return drill.steps.flatMap((step, index) => checkStep(step, ['steps', index], progress));
}

function checkStep(step: Step, base: Path, progress: Progress): Problem[] {
  const { kind, options } = stepOf(step);
  const path = [...base, kind];
  const { names } = progress;
  const problems: Problem[] = [];
  switch (kind) {
    case 'wait':
      problems.push(...checkWait(options, path, progress));
      break;
    case 'disk':
      problems.push(...checkDisk(options, path, progress));
      break;
    case 'kill':
    case 'stop':
    case 'pause':
    case 'restart':
    case 'resume':
    case 'cpu':
    case 'memory':
    case 'slow_disk':
    case 'clock':
      problems.push(...checkTarget(kind, options.target, [...path, 'target'], progress));
      break;
    case 'partition':
      problems.push(...checkPartition(options, path, names));
      break;
    case 'slow':
      problems.push(...checkSelector(options.from, [...path, 'from'], names, LINKED));
      problems.push(...checkSelector(options.to, [...path, 'to'], names, LINKED));
      break;
    case 'toxic':
      problems.push(...checkToxic(options, path, names));
      break;
    case 'flap':
      problems.push(...checkFlap(options, path, names));
      break;
    case 'together':
      return options.flatMap((inner, index) => checkStep(inner, [...path, index], progress));
    case 'switchover':
      problems.push(...checkSwitchover(options, path, progress));
      break;
    case 'random':
      problems.push(...checkRandom(options, path));
      break;
    case 'heal':
      problems.push(...checkHeal(options, path, progress));
      break;
  }
  problems.push(...checkLabel(options, path, progress));
  progress.faults ||= FAULTS.includes(kind);
  progress.killed ||=
    kind === 'kill' || kind === 'stop' || (kind === 'random' && options.faults.includes('kill'));
  progress.paused ||= kind === 'pause' || (kind === 'random' && options.faults.includes('pause'));
  progress.switched ||= kind === 'switchover';
  return problems;
}

function checkWait(wait: StepOptions<'wait'>, path: Path, { faults, drill }: Progress): Problem[] {
  if (typeof wait.for === 'number') {
    if (wait.within === undefined) return [];
    return [
      {
        path: [...path, 'within'],
        expected: '`within` only with a condition',
        found: 'a wait for a duration',
        todo: 'remove it',
      },
    ];
  }
  if (wait.for === 'detected' && !tellsDetection(drill)) {
    const message = '`wait: detected` would wait in vain: nobody here tells that a failure was declared';
    return [{ path: [...path, 'for'], message, todo: 'wait for `recovered`, or for a time' }];
  }
  if (wait.for === 'recovered' && drill.workload.writes === 0) {
    const message = '`wait: recovered` waits for a write, and the workload has none';
    return [
      { path: [...path, 'for'], message, todo: 'wait for `steady`, or raise `writes` of the workload' },
    ];
  }
  if (faults || !['detected', 'recovered'].includes(wait.for)) return [];
  return [
    {
      path: [...path, 'for'],
      expected: `a fault before \`wait: ${wait.for}\``,
      found: 'none',
      todo: 'put the step after the fault',
    },
  ];
}

function checkTarget(
  kind: StepKind,
  target: string,
  path: Path,
  { drill, names, killed, paused, faults }: Progress,
): Problem[] {
  const problems = checkSelector(target, path, names, RUNNING);
  if (problems.length > 0) return problems;
  // Fencing kills too, once any fault has made somebody fence.
  const { supervisor } = drill.topology;
  const fenced = faults && supervisor !== 'none' && supervisor.fencing !== false;
  if (target === 'killed' && !killed && !fenced)
    return [{ path, expected: 'a step before that kills something', found: 'none' }];
  if (target === 'paused' && !paused)
    return [{ path, expected: 'a step before that pauses something', found: 'none' }];
  if (kind !== 'restart' && kind !== 'resume' && target === 'killed')
    return [{ path, expected: 'a target that is running', found: found(target) }];
  return [];
}

/** Whoever may be hit has the folder, and it is limited: the machine's own disk must not be filled. */
function checkDisk({ target, fill }: StepOptions<'disk'>, path: Path, progress: Progress): Problem[] {
  const at = [...path, 'target'];
  const problems = checkTarget('disk', target, at, progress);
  problems.push(...checkSelector(target, at, progress.names, ['node']));
  if (problems.length > 0) return problems.slice(0, 1);
  const { nodes } = progress.drill.topology;
  const all = candidates(target, progress.drill);
  const unlimited = all.find((name) => nodes[name] && limitedTo(nodes[name], fill) === undefined);
  if (unlimited === undefined) return [];
  const whoever = all.length > 1 ? `, which ${quoted(target)} may be` : '';
  return [
    {
      path: [...path, 'fill'],
      expected: 'a folder of `tmpfs` with a size',
      found: `none at ${quoted(fill)} on ${unlimited}${whoever}`,
      todo: `give the node \`tmpfs: ["${fill}:size=64m"]\``,
    },
  ];
}

function checkSwitchover({ to }: StepOptions<'switchover'>, path: Path, progress: Progress): Problem[] {
  const at = [...path, 'to'];
  const problems = [
    ...checkSelector(to, at, progress.names, ['node']),
    ...checkPromotion(progress.drill, at, 'a switchover'),
    ...notADependency(progress.drill, to, at),
  ];
  if (problems.length > 0) return problems;
  const { nodes } = progress.drill.topology;
  const untouched = !progress.faults && !progress.switched;
  if (to !== 'primary' && !(untouched && nodes[to]?.role === 'primary')) return [];
  return [
    {
      path: at,
      expected: 'a standby to switch to',
      found: `${found(to)}, which is the primary already`,
      todo: 'name a standby, for example `any standby`',
    },
  ];
}

function checkRandom({ every, during }: StepOptions<'random'>, path: Path): Problem[] {
  if (every <= during) return [];
  return [
    {
      path: [...path, 'every'],
      expected: '`every` to be at most `during`',
      found: 'no time for a single fault',
    },
  ];
}

function checkHeal(label: string, path: Path, { labels, faults }: Progress): Problem[] {
  if (label === 'all') return faults ? [] : [{ path, expected: 'a fault before `heal: all`', found: 'none' }];
  if (labels.has(label)) return [];
  const todo =
    didYouMean(label, [...labels, 'all']) ?? `name the fault with \`as: ${label}\`, or write \`heal: all\``;
  return [{ path, expected: 'the name of a fault before, or `all`', found: quoted(label), todo }];
}

/** Remembers the name of a fault, which must be its own. */
function checkLabel(options: unknown, base: Path, { labels }: Progress): Problem[] {
  const label = (options as { as?: string }).as;
  if (label === undefined) return [];
  const path = [...base, 'as'];
  if (label === 'all')
    return [
      { path, message: '`as: all` would be read as everything by `heal`', todo: 'choose another name' },
    ];
  if (labels.has(label))
    return [{ path, expected: 'a name for each fault', found: `${quoted(label)} for a second one` }];
  labels.add(label);
  return [];
}
