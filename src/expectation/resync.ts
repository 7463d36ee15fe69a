/** How long a node takes to catch up that was down. */
import { defineExpectation } from '../checker/expectation.js';
import { judgeResync } from '../checker/failback.js';
import { durationBound } from '../drill/units.js';

export const resync = defineExpectation({
  name: 'resync',
  schema: durationBound.meta({ description: 'old primary restarted -> in sync' }),
  needs: ['fault or failback', 'roles'],
  judge: judgeResync,
});
