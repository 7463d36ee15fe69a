/** A folder of nodes in which there is no room any more: not a single block can be written. */
import * as z from 'zod';
import { checkSelector } from '../drill/check-names.js';
import { limitedTo } from '../drill/container.js';
import type { StepPlace } from '../drill/parts.js';
import { type Problem, quoted } from '../drill/problem.js';
import { candidates } from '../drill/targets.js';
import { phrase } from '../drill/units.js';
import { hardship, ON_NODES } from './hardship.js';

export const disk = hardship('disk', {
  schema: z.strictObject({
    ...ON_NODES,
    fill: phrase(/^\/[^:,]{1,200}$/, 'an absolute path').meta({
      description: 'a folder of `tmpfs` with a size, which is filled to the last block',
    }),
  }),
  value: ({ fill }) => fill,
  text: ({ fill }) => `without room in ${fill}`,
  check: checkLimited,
});

/** Whoever may be hit has the folder, and it is limited: the machine's own disk must not be filled. */
function checkLimited(
  { target, fill }: { target: string; fill: string },
  { path, drill, names }: StepPlace,
): Problem[] {
  const problems = checkSelector(target, [...path, 'target'], names, ['node']);
  if (problems.length > 0) return problems;
  const { nodes } = drill.topology;
  const all = candidates(target, drill);
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
