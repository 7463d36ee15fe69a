/** How long it takes until a fault is noticed. */
import { defineExpectation } from '../checker/expectation.js';
import { judgeRecoveryTime } from '../checker/recovery-times.js';
import { durationBound } from '../drill/units.js';

export const detect = defineExpectation({
  name: 'detect',
  schema: durationBound.meta({ description: 'fault effective -> failure declared' }),
  needs: ['fault', 'declarations'],
  judge: (bound, history, drill) => judgeRecoveryTime('detect', bound, history, drill),
});
