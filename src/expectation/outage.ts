/** How long clients wait at most. */
import * as z from 'zod';
import { judgeOutage } from '../checker/availability.js';
import { defineExpectation } from '../checker/expectation.js';
import { checkGroups } from '../drill/group-limit.js';
import { durationBound, refuse } from '../drill/units.js';

const byKind = z
  .strictObject(
    { reads: durationBound.optional(), writes: durationBound.optional() },
    { error: (issue) => (issue.code === 'invalid_type' ? 'limits for `reads` and `writes`' : undefined) },
  )
  .check((context) => {
    if (Object.keys(context.value).length > 0) return;
    refuse(context, '`reads` or `writes`', { found: 'neither' });
  });

export const outage = defineExpectation({
  name: 'outage',
  schema: z.union([durationBound, z.record(z.string(), z.union([durationBound, byKind]))]).meta({
    description: 'the longest stretch without an acknowledged operation: of all, or { writes: <= 2s }',
  }),
  needs: [],
  check: checkGroups,
  judge: judgeOutage,
});
