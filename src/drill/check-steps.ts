/** Whether each step names things that are there, and comes at a time when it can do something. */

import { checkSelector, type Names } from './check-names.js';
import { abilitiesOf, checkPromotion, notADependency } from './check-system.js';
import { checkTarget } from './check-target.js';
import { type Parts, partOf, type StepParts, type StepPlace, type StepsBefore } from './parts.js';
import { found, type Path, type Problem, quoted } from './problem.js';
import type { Drill } from './schema.js';
import { breaks, type Step, stepOf, type VerbOptions, verbOf } from './steps.js';
import { didYouMean } from './suggest.js';

/** Whether a drill breaks anything at all. */
export function hasFault(drill: Drill): boolean {
  return drill.steps.some(breaks);
}

export function checkSteps(drill: Drill, names: Names, parts: Parts): Problem[] {
  const before: StepsBefore = { labels: new Set(), faults: false, leaves: new Set(), switched: false };
  const all = { drill, names, system: abilitiesOf(drill.topology, parts), before };
  return drill.steps.flatMap((step, index) => checkStep(step, ['steps', index], all, parts));
}

function checkStep(step: Step, base: Path, all: Omit<StepPlace, 'path'>, parts: StepParts): Problem[] {
  const { kind, options } = stepOf(step);
  const { before } = all;
  const place = { ...all, path: [...base, kind] };
  const verb = verbOf(step);
  switch (verb?.kind) {
    case 'wait':
      return checkWait(verb.options, place);
    case 'restart':
    case 'resume':
      return checkTarget(verb.options.target, place, { endedToo: true });
    case 'together':
      return verb.options.flatMap((inner, index) => checkStep(inner, [...place.path, index], all, parts));
    case 'switchover': {
      const problems = checkSwitchover(verb.options, place);
      before.switched = true;
      return problems;
    }
    case 'heal':
      return checkHeal(verb.options, place);
  }
  const part = partOf(kind, parts);
  const problems = [...(part?.check(options, place) ?? []), ...checkLabel(options, place)];
  before.faults = true;
  for (const leaves of part?.leaves?.(options) ?? []) before.leaves.add(leaves);
  return problems;
}

function checkWait(wait: VerbOptions<'wait'>, { path, before, drill, system }: StepPlace): Problem[] {
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
  if (wait.for === 'detected' && system?.declarations === false) {
    const message = '`wait: detected` would wait in vain: nobody here tells that a failure was declared';
    return [{ path: [...path, 'for'], message, todo: 'wait for `recovered`, or for a time' }];
  }
  if (wait.for === 'recovered' && drill.workload.writes === 0) {
    const message = '`wait: recovered` waits for a write, and the workload has none';
    return [
      { path: [...path, 'for'], message, todo: 'wait for `steady`, or raise `writes` of the workload' },
    ];
  }
  if (before.faults || !['detected', 'recovered'].includes(wait.for)) return [];
  return [
    {
      path: [...path, 'for'],
      expected: `a fault before \`wait: ${wait.for}\``,
      found: 'none',
      todo: 'put the step after the fault',
    },
  ];
}

function checkSwitchover(
  { to }: VerbOptions<'switchover'>,
  { path, drill, names, system, before }: StepPlace,
): Problem[] {
  const at = [...path, 'to'];
  const problems = [
    ...checkSelector(to, at, names, ['node']),
    ...checkPromotion(system, at, 'a switchover'),
    ...notADependency(drill, to, at),
  ];
  if (problems.length > 0) return problems;
  const { nodes } = drill.topology;
  const untouched = !before.faults && !before.switched;
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

function checkHeal(label: string, { path, before: { labels, faults } }: StepPlace): Problem[] {
  if (label === 'all') return faults ? [] : [{ path, expected: 'a fault before `heal: all`', found: 'none' }];
  if (labels.has(label)) return [];
  const todo =
    didYouMean(label, [...labels, 'all']) ?? `name the fault with \`as: ${label}\`, or write \`heal: all\``;
  return [{ path, expected: 'the name of a fault before, or `all`', found: quoted(label), todo }];
}

/** Remembers the name of a fault, which must be its own. */
function checkLabel(options: unknown, { path: base, before: { labels } }: StepPlace): Problem[] {
  const label = (options as { as?: string } | null)?.as;
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
