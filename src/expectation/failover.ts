/** How long it takes from the declaration of a failure until the new primary serves. */
import { defineExpectation } from '../checker/expectation.js';
import { judgeRecoveryTime } from '../checker/recovery-times.js';
import { durationBound } from '../drill/units.js';

export const failover = defineExpectation({
  name: 'failover',
  schema: durationBound.meta({
    description: 'failure declared -> first write acknowledged by the new primary',
  }),
  needs: ['fault', 'writes', 'declarations'],
  judge: (bound, history, drill) => judgeRecoveryTime('failover', bound, history, drill),
});
