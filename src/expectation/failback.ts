/** How long a switch back takes. */
import { defineExpectation } from '../checker/expectation.js';
import { judgeFailback } from '../checker/failback.js';
import { durationBound } from '../drill/units.js';

export const failback = defineExpectation({
  name: 'failback',
  schema: durationBound.meta({
    description: 'switch back asked -> the original primary acknowledges writes',
  }),
  needs: ['failback', 'writes'],
  judge: judgeFailback,
});
