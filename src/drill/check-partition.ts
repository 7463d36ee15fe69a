/** Whether a partition names what is there, and cuts what can be cut in its mode. */
import type { Partition } from '../topology/partition.js';
import { checkLink, checkSelector, LINKED, RUNNING } from './check-names.js';
import type { StepPlace } from './parts.js';
import { type Problem, quoted } from './problem.js';

export function checkPartition(partition: Partition, { path, names }: StepPlace): Problem[] {
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
