/** How often a node becomes primary, planned or not. */
import { defineExpectation } from '../checker/expectation.js';
import { judgePromotions } from '../checker/failovers.js';
import { countBound } from '../drill/units.js';

export const promotions = defineExpectation({
  name: 'promotions',
  schema: countBound.meta({
    description: 'promotions between the beginning of the steps and the failback, planned ones among them',
  }),
  needs: ['roles'],
  judge: judgePromotions,
});
