/** How much of what clients ask for they get. */
import { judgeAvailability } from '../checker/availability.js';
import { defineExpectation } from '../checker/expectation.js';
import { checkGroups, perGroup } from '../drill/group-limit.js';
import { ratioBound } from '../drill/units.js';

export const availability = defineExpectation({
  name: 'availability',
  schema: perGroup(ratioBound).meta({ description: 'the share of operations acknowledged' }),
  needs: [],
  check: checkGroups,
  judge: judgeAvailability,
});
