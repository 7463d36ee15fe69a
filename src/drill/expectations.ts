/** What a drill expects: one key for each figure or property that a checker judges. */
import * as z from 'zod';
import { countBound, durationBound, interval, period, ratioBound } from './units.js';

/** One limit for every client group, or one for each named group. */
function perGroup<Limit extends z.ZodType>(limit: Limit) {
  return z.union([limit, z.record(z.string(), limit)]);
}

export const budget = z.strictObject({
  unavailable: interval.meta({ description: 'at most this long unavailable...' }),
  per: period.meta({ description: '...in any period of this length' }),
  failures: countBound.meta({ description: 'how many failures that must allow, unavailable / recover' }),
});

export const expectations = z.strictObject({
  detect: durationBound.optional().meta({ description: 'fault effective -> failure declared' }),
  boot: durationBound.optional().meta({ description: 'standby asked to start -> running' }),
  init: durationBound.optional().meta({ description: 'running -> last good state loaded' }),
  failover: durationBound
    .optional()
    .meta({ description: 'failure declared -> first write acknowledged by the new primary' }),
  recover: durationBound
    .optional()
    .meta({ description: 'fault effective -> writes acknowledged again, and staying so' }),
  outage: perGroup(durationBound)
    .optional()
    .meta({ description: 'the longest stretch without an acknowledged operation' }),
  availability: perGroup(ratioBound).optional().meta({ description: 'the share of operations acknowledged' }),
  double_primaries: countBound
    .optional()
    .meta({ description: 'intervals in which two nodes were primary at once' }),
  lost_writes: countBound.optional().meta({ description: 'acknowledged writes that are gone' }),
  phantom_writes: countBound.optional().meta({ description: 'failed writes that are there' }),
  stale_reads: countBound
    .optional()
    .meta({ description: 'reads older than a write acknowledged before they began' }),
  linearizable: z
    .boolean()
    .optional()
    .meta({ description: 'one order of all operations explains every answer' }),
  failovers: countBound
    .optional()
    .meta({ description: 'promotions between the first fault and the failback' }),
  failback: durationBound
    .optional()
    .meta({ description: 'switch back asked -> the original primary acknowledges writes' }),
  failback_outage: durationBound
    .optional()
    .meta({ description: 'the outage that clients saw during the failback' }),
  resync: durationBound.optional().meta({ description: 'old primary restarted -> in sync' }),
  budget: budget.optional().meta({ description: 'how many failures the allowed unavailability permits' }),
});
export type Expectations = z.output<typeof expectations>;
export type ExpectationName = keyof Expectations;
