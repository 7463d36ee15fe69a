/** How long a standby takes to start, where it does not run before it is needed. */
import { defineExpectation } from '../checker/expectation.js';
import { judgeRecoveryTime } from '../checker/recovery-times.js';
import { durationBound } from '../drill/units.js';
import { checkAlwaysZero } from './always-zero.js';

export const boot = defineExpectation({
  name: 'boot',
  schema: durationBound.meta({ description: 'standby asked to start -> running' }),
  needs: ['fault', 'declarations'],
  check: (bound, place) => checkAlwaysZero('boot', 'the standby runs already', bound, place),
  judge: (bound, history, drill) => judgeRecoveryTime('boot', bound, history, drill),
});
