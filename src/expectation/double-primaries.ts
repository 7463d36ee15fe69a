/** How often two nodes are primary at once. */

import { judgeDoublePrimaries } from '../checker/double-primaries.js';
import { defineExpectation } from '../checker/expectation.js';
import { countBound, NONE } from '../drill/units.js';

export const doublePrimaries = defineExpectation({
  name: 'double_primaries',
  schema: countBound.meta({ description: 'intervals in which two nodes were primary at once' }),
  needs: ['roles'],
  unlessSaid: NONE,
  judge: judgeDoublePrimaries,
});
