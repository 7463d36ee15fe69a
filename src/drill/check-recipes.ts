/** Whether the recipes that nodes are built from are where the drill says. */
import { join } from 'node:path';
import { type Problem, quoted } from './problem.js';
import type { Drill } from './schema.js';

/** For a settled drill; `read` gives the text of a file, or undefined where there is none. */
export function checkRecipes(
  { topology }: Pick<Drill, 'topology'>,
  read: (file: string) => string | undefined,
): Problem[] {
  return Object.entries(topology.nodes).flatMap(([name, { build }]): Problem[] => {
    if (
      !build ||
      build.dockerfile_inline !== undefined ||
      read(join(build.context, build.dockerfile ?? 'Dockerfile')) !== undefined
    )
      return [];
    return [
      {
        path: ['topology', 'nodes', name, 'build'],
        expected: `a folder with the recipe ${quoted(build.dockerfile ?? 'Dockerfile')}`,
        found: `none in ${build.context}`,
        todo: 'give its path from this file on',
      },
    ];
  });
}
