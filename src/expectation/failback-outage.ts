/** How long clients wait while the original primary takes over again. */

import { judgeFailbackOutage } from '../checker/availability.js';
import { defineExpectation } from '../checker/expectation.js';
import { durationBound } from '../drill/units.js';

export const failbackOutage = defineExpectation({
  name: 'failback_outage',
  schema: durationBound.meta({ description: 'the outage that clients saw during the failback' }),
  needs: ['failback'],
  judge: judgeFailbackOutage,
});
