/** How many reads show what had been superseded. */
import { defineExpectation } from '../checker/expectation.js';
import { judgeStaleReads } from '../checker/stale-reads.js';
import { countBound } from '../drill/units.js';

export const staleReads = defineExpectation({
  name: 'stale_reads',
  schema: countBound.meta({ description: 'reads older than a write acknowledged before they began' }),
  needs: ['reads', 'distinct values'],
  judge: judgeStaleReads,
});
