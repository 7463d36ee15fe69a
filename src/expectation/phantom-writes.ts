/** How many writes are there that were refused. */
import { defineExpectation } from '../checker/expectation.js';
import { judgePhantomWrites } from '../checker/phantom-writes.js';
import { countBound } from '../drill/units.js';

export const phantomWrites = defineExpectation({
  name: 'phantom_writes',
  schema: countBound.meta({ description: 'failed writes that are there' }),
  needs: ['writes', 'distinct values'],
  judge: judgePhantomWrites,
});
