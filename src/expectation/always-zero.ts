/** Standbys that run and apply state all the time have nothing to start and nothing to load. */
import type { ExpectationPlace } from '../drill/parts.js';
import { found, type Problem } from '../drill/problem.js';
import { type Bound, formatBound, holds } from '../drill/units.js';

export function checkAlwaysZero(
  name: string,
  why: string,
  bound: Bound,
  { path, drill }: ExpectationPlace,
): Problem[] {
  if (drill.topology.policy !== 'warm-active' || holds(bound, 0)) return [];
  return [
    {
      path,
      message: `\`${name}\` is always 0 under \`policy: warm-active\`, where ${why}`,
      expected: 'a limit that 0 keeps',
      found: found(formatBound(bound)),
    },
  ];
}
