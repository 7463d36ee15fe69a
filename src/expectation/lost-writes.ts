/** How many acknowledged writes are gone in the end. */
import { defineExpectation } from '../checker/expectation.js';
import { judgeLostWrites } from '../checker/lost-writes.js';
import { countBound, NONE } from '../drill/units.js';

export const lostWrites = defineExpectation({
  name: 'lost_writes',
  schema: countBound.meta({ description: 'acknowledged writes that are gone' }),
  needs: ['writes', 'distinct values'],
  unlessSaid: NONE,
  judge: judgeLostWrites,
});
