/** How much of what clients ask for fails, or stays without an answer. */
import * as z from 'zod';
import { judgeErrors } from '../checker/availability.js';
import { defineExpectation } from '../checker/expectation.js';
import { checkGroups, type GroupLimit, isBound, perGroup } from '../drill/group-limit.js';
import { type Bound, countBound, ratioBound } from '../drill/units.js';

const counted = z.strictObject(
  { count: countBound },
  { error: (issue) => (issue.code === 'invalid_type' ? 'a map such as { count: 0 }' : undefined) },
);

/** A limit on the share, or on how many. */
type Limit = Bound | { count: Bound };

export const errors = defineExpectation({
  name: 'errors',
  schema: perGroup(z.union([ratioBound, counted])).meta({
    description: 'operations that failed or were not answered in time: a share (<= 1%), or { count: 0 }',
  }),
  needs: [],
  check: (limit, place) => checkGroups(plain(limit), place),
  judge: (limit, history, drill) => judgeErrors(plain(limit), history, drill),
});

function plain(limit: Limit | Record<string, Limit>): GroupLimit {
  if (isBound(limit)) return limit;
  const { count } = limit as { count?: Limit };
  if (count !== undefined && 'unit' in count && count.unit === 'count') return count;
  const groups = Object.entries(limit as Record<string, Limit>);
  return Object.fromEntries(groups.map(([name, one]) => [name, 'count' in one ? one.count : one]));
}
