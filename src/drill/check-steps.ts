/** Whether each step names things that are there, and comes at a time when it can do something. */

import { checkSelector, type Names, RUNNING } from './check-names.js';
import { abilitiesOf, checkPromotion, notADependency } from './check-system.js';
import { checkTarget } from './check-target.js';
import { type Parts, partOf, type StepParts, type StepPlace, type StepsBefore } from './parts.js';
import { found, type Path, type Problem, quoted } from './problem.js';
import type { Drill } from './schema.js';
import { breaks, forIt, heldBy, type Step, stepOf, type VerbOptions, verbOf, waitedFor } from './steps.js';
import { didYouMean } from './suggest.js';
import { candidates } from './targets.js';

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
  const { before, drill } = all;
  const place = { ...all, path: [...base, kind] };
  const verb = verbOf(step);
  switch (verb?.kind) {
    case 'wait':
      return [...checkWait(verb.options, place), ...checkHeld(step, place, all, parts)];
    case 'for_each': {
      const problems = checkTurns(verb.options, place);
      if (problems.length > 0) return problems;
      return checkHeld(turnOf(step, verb.options, drill), place, all, parts);
    }
    case 'restart':
    case 'resume':
      return checkTarget(verb.options.target, place, { endedToo: true });
    case 'together':
      return checkHeld(step, place, all, parts);
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

function checkHeld(step: Step, { path }: StepPlace, all: Omit<StepPlace, 'path'>, parts: StepParts) {
  const { key, steps } = heldBy(step);
  const base = key === undefined ? path : [...path, key];
  return steps.flatMap((inner, index) => checkStep(inner, [...base, index], all, parts));
}

/** What is right for one target is taken to be right for the others. */
function turnOf(step: Step, options: VerbOptions<'for_each'>, drill: Drill): Step {
  const [first = ''] = typeof options.in === 'string' ? candidates(options.in, drill) : options.in;
  return { ...step, for_each: { ...options, do: forIt(options.do, first) } };
}

function checkTurns({ in: whom }: VerbOptions<'for_each'>, { path, names }: StepPlace): Problem[] {
  if (names.nodes.includes('it'))
    return [{ path, message: 'a node is called `it`, which stands for each in turn here', todo: RENAME }];
  if (typeof whom !== 'string')
    return whom.flatMap((one, index) => checkSelector(one, [...path, 'in', index], names, RUNNING));
  return whom === 'all' ? [] : checkSelector(whom, [...path, 'in'], names, RUNNING);
}

const RENAME = 'choose another name for it';

/** Conditions that count from a fault; that somebody was promoted, from a switchover, too. */
const AFTER_A_FAULT = ['detected', 'promoted', 'recovered'];

function checkWait(wait: VerbOptions<'wait'>, { path, before, drill, system }: StepPlace): Problem[] {
  const what = waitedFor(wait);
  if (typeof what === 'number') {
    const conditional = (['within', 'else'] as const).find((key) => wait[key] !== undefined);
    if (conditional === undefined) return [];
    return [
      {
        path: [...path, conditional],
        on: 'key',
        expected: `\`${conditional}\` only with a condition`,
        found: 'a wait for a duration',
        todo: 'remove it',
      },
    ];
  }
  const at = [...path, wait.until === undefined ? 'for' : 'until'];
  if (what === 'detected' && system?.declarations === false) {
    const message = '`wait: detected` would wait in vain: nobody here tells that a failure was declared';
    return [{ path: at, message, todo: 'wait for `recovered`, or for a time' }];
  }
  if (what === 'promoted' && system?.roles === false) {
    const message = '`wait: promoted` would wait in vain: the system does not tell the roles of its nodes';
    return [{ path: at, message, todo: 'wait for `recovered`, or for a time' }];
  }
  if (what === 'switching' && !before.switched && !switchesByItself(drill)) {
    const expected = 'a planned change that goes on meanwhile: `failback: { trigger: automatic }`';
    return [{ path: at, expected, found: 'none', todo: 'put what is to happen in it into `together`' }];
  }
  if (before.faults || (what === 'promoted' && before.switched) || !AFTER_A_FAULT.includes(what)) return [];
  return [
    {
      path: at,
      expected: `a fault before \`wait: ${what}\``,
      found: 'none',
      todo: 'put the step after the fault',
    },
  ];
}

function switchesByItself({ failback }: Drill): boolean {
  return failback !== 'none' && failback.trigger === 'automatic';
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
