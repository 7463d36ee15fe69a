/** Whether the steps that cut or shape links name what is there. */
import { checkLink, checkSelector, LINKED, type Names, RUNNING } from './check-names.js';
import { type Path, type Problem, quoted } from './problem.js';
import { type Partition, type StepOptions, TOXIC_ATTRIBUTES } from './steps.js';
import { didYouMean, listed } from './suggest.js';

export function checkPartition(partition: Partition, path: Path, names: Names): Problem[] {
  const check = (key: 'isolate' | 'from' | 'to' | 'bridge', allowed = LINKED) => {
    const text = partition[key];
    return text === undefined ? [] : checkSelector(text, [...path, key], names, allowed);
  };
  const problems = [...check('isolate'), ...check('from'), ...check('to'), ...check('bridge', RUNNING)];
  if (partition.link !== undefined) problems.push(...checkLink(partition.link, [...path, 'link'], names));
  for (const [index, group] of (partition.groups ?? []).entries()) {
    for (const [place, text] of group.entries()) {
      const at = [...path, 'groups', index, place];
      problems.push(...checkSelector(text, at, names, LINKED));
      const other = (partition.groups ?? []).findIndex((one, before) => before < index && one.includes(text));
      if (other >= 0)
        problems.push({
          path: at,
          expected: 'each name in one group',
          found: `${quoted(text)} in another one too`,
        });
    }
  }
  for (const [index, text] of (partition.except ?? []).entries()) {
    problems.push(...checkSelector(text, [...path, 'except', index], names, LINKED));
    if (text === partition.isolate)
      problems.push({
        path: [...path, 'except', index],
        message: `nothing would be cut: ${quoted(text)} is both isolated and excepted`,
        todo: 'remove one of them',
      });
  }
  return problems;
}

export function checkToxic(toxic: StepOptions<'toxic'>, path: Path, names: Names): Problem[] {
  const problems = checkLink(toxic.link, [...path, 'link'], names);
  const known: readonly string[] = TOXIC_ATTRIBUTES[toxic.type];
  for (const name of Object.keys(toxic.attributes ?? {})) {
    if (known.includes(name)) continue;
    const todo = didYouMean(name, known);
    problems.push({
      path: [...path, 'attributes', name],
      on: 'key',
      message: `unknown attribute ${quoted(name)} of the toxic \`${toxic.type}\``,
      ...(todo ? { todo } : { expected: known.length > 0 ? listed(known) : 'no attributes' }),
    });
  }
  return problems;
}

export function checkFlap({ partition }: StepOptions<'flap'>, path: Path, names: Names): Problem[] {
  const at = [...path, 'partition'];
  const problems = checkPartition(partition, at, names);
  for (const key of ['as', 'for'] as const) {
    if (partition[key] === undefined) continue;
    problems.push({
      path: [...at, key],
      on: 'key',
      message: `\`${key}\` has no meaning within \`flap\`, which heals by itself`,
      todo: 'remove it',
    });
  }
  return problems;
}
