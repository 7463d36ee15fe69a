/** Whether a partition names what is there, and cuts what can be cut in its mode. */
import type { Partition } from '../topology/partition.js';
import { parseLinkSelector } from '../topology/selector.js';
import { checkLink, checkSelector, LINKED, RUNNING } from './check-names.js';
import { isProxied } from './check-shared.js';
import type { StepPlace } from './parts.js';
import { type Problem, quoted } from './problem.js';

export function checkPartition(partition: Partition, { path, names, drill }: StepPlace): Problem[] {
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
  if (drill.topology.network === 'shared' && partition.mode === 'stall' && cutsBetweenNodes(partition))
    problems.push({
      path: [...path, 'mode'],
      expected: '`drop` or `refuse`, which is what packets can meet on `network: shared`',
      found: '`stall`',
      todo: 'write `mode: drop`: what TCP sends meanwhile arrives after the heal there, as it does with stall',
    });
  return problems;
}

function cutsBetweenNodes({ isolate, groups, from = '', to = '', link }: Partition): boolean {
  if (isolate !== undefined) return !isProxied(isolate);
  if (groups) return groups.filter((group) => !group.every(isProxied)).length > 1;
  const sides = link === undefined ? { from, to } : parseLinkSelector(link);
  // A bridge and a ring, which have no sides, are about nodes.
  return !sides || ![sides.from, sides.to].some(isProxied);
}
