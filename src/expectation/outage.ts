/** How long clients wait at most. */
import { judgeOutage } from '../checker/availability.js';
import { defineExpectation } from '../checker/expectation.js';
import { checkGroups, perGroup } from '../drill/group-limit.js';
import { durationBound } from '../drill/units.js';

export const outage = defineExpectation({
  name: 'outage',
  schema: perGroup(durationBound).meta({
    description: 'the longest stretch without an acknowledged operation',
  }),
  needs: [],
  check: checkGroups,
  judge: judgeOutage,
});
