/** How long a standby takes to load its state, where it does not have that before it is needed. */
import { defineExpectation } from '../checker/expectation.js';
import { judgeRecoveryTime } from '../checker/recovery-times.js';
import { durationBound } from '../drill/units.js';
import { checkAlwaysZero } from './always-zero.js';

export const init = defineExpectation({
  name: 'init',
  schema: durationBound.meta({ description: 'running -> last good state loaded' }),
  needs: ['fault', 'declarations'],
  check: (bound, place) => checkAlwaysZero('init', 'the standby has the state already', bound, place),
  judge: (bound, history, drill) => judgeRecoveryTime('init', bound, history, drill),
});
