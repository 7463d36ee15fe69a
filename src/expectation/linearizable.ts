/** Whether one order of all operations explains every answer. */
import * as z from 'zod';
import { defineExpectation } from '../checker/expectation.js';
import { judgeLinearizable } from '../checker/linearizability.js';

export const linearizable = defineExpectation({
  name: 'linearizable',
  schema: z.boolean().meta({ description: 'one order of all operations explains every answer' }),
  needs: [],
  judge: (expected, history, _, model) => judgeLinearizable(expected, history, model),
});
