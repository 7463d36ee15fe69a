/** Whether clients notice each fault. */
import * as z from 'zod';
import { defineExpectation } from '../checker/expectation.js';
import { judgeNoticed } from '../checker/noticed.js';

export const impact = defineExpectation({
  name: 'impact',
  schema: z.boolean().meta({
    description:
      'true: of each fault a client notices something: an operation fails, is not answered, or takes longer than usual; false: of none',
  }),
  needs: ['fault'],
  judge: judgeNoticed,
});
