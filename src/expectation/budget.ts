/** How many failures a period may have, by what is allowed to be unavailable in it. */
import * as z from 'zod';
import { judgeBudget } from '../checker/budget.js';
import { defineExpectation } from '../checker/expectation.js';
import { countBound, interval, period } from '../drill/units.js';

export const budget = defineExpectation({
  name: 'budget',
  schema: z
    .strictObject({
      unavailable: interval.meta({ description: 'at most this long unavailable...' }),
      per: period.meta({ description: '...in any period of this length' }),
      failures: countBound.meta({
        description: 'how many failures that must allow, unavailable / recover',
      }),
    })
    .meta({ description: 'how many failures the allowed unavailability permits' }),
  needs: ['fault'],
  judge: judgeBudget,
});
