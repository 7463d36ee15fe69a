/** How often somebody else becomes primary. */
import { defineExpectation } from '../checker/expectation.js';
import { judgeFailovers } from '../checker/failovers.js';
import { countBound } from '../drill/units.js';

export const failovers = defineExpectation({
  name: 'failovers',
  schema: countBound.meta({ description: 'unplanned promotions between the first fault and the failback' }),
  needs: ['roles'],
  judge: judgeFailovers,
});
