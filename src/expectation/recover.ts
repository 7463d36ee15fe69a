/** How long it takes from a fault until the service is available again, and stays so. */
import { defineExpectation } from '../checker/expectation.js';
import { judgeRecoveryTime } from '../checker/recovery-times.js';
import { durationBound } from '../drill/units.js';

export const recover = defineExpectation({
  name: 'recover',
  schema: durationBound.meta({
    description: 'fault effective -> the service available again, and staying so',
  }),
  needs: ['fault'],
  judge: (bound, history, drill) => judgeRecoveryTime('recover', bound, history, drill),
});
