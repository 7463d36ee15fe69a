/** How often two nodes are primary at once. */

import * as z from 'zod';
import { judgeDoublePrimaries } from '../checker/double-primaries.js';
import { defineExpectation } from '../checker/expectation.js';
import { isBound } from '../drill/group-limit.js';
import { countBound, NONE } from '../drill/units.js';
import { LEVELS } from '../timeline/overlaps.js';

const onLevels = z.strictObject(
  {
    count: countBound.prefault(0),
    levels: z.array(z.enum(LEVELS)).min(1).meta({
      description: 'which intervals count: where both believed it, accepted writes, acknowledged them',
    }),
  },
  {
    error: (issue) =>
      issue.code === 'invalid_type' ? 'a map such as { levels: [acknowledges] }' : undefined,
  },
);

export const doublePrimaries = defineExpectation({
  name: 'double_primaries',
  schema: z.union([countBound, onLevels]).meta({
    description:
      "intervals in which two nodes were primary at once; where a system's own word is known to lie, those of some levels alone: { levels: [accepts, acknowledges] }",
  }),
  needs: ['roles'],
  unlessSaid: NONE,
  judge: (limit, history) =>
    isBound(limit)
      ? judgeDoublePrimaries(limit, history)
      : judgeDoublePrimaries(limit.count, history, limit.levels),
});
