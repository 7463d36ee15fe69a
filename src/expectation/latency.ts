/** How long clients wait for what they get. */
import * as z from 'zod';
import { defineExpectation } from '../checker/expectation.js';
import { isForAll, judgeLatency, QUANTILES } from '../checker/latency.js';
import { hasFault } from '../drill/check-steps.js';
import { checkGroups } from '../drill/group-limit.js';
import type { ExpectationPlace } from '../drill/parts.js';
import type { Problem } from '../drill/problem.js';
import { durationBound, refuse } from '../drill/units.js';

const names = Object.keys(QUANTILES) as (keyof typeof QUANTILES)[];
const bounds = { p50: durationBound, p90: durationBound, p95: durationBound, p99: durationBound };

const limit = z
  .strictObject({
    ...bounds,
    p999: durationBound,
    max: durationBound,
    during: z.enum(['faults']).meta({
      description: 'faults: only while a fault and its consequences last; else from the first step on',
    }),
  })
  .partial()
  .check((context) => {
    if (names.some((name) => context.value[name] !== undefined)) return;
    refuse(context, `one or more of ${names.map((name) => `\`${name}\``).join(', ')}`, {
      found: 'none of them',
    });
  });

export const latency = defineExpectation({
  name: 'latency',
  // What is wrong within a group's limits is told as that, not as an unknown key.
  schema: z.union([z.record(z.string(), limit), limit]).meta({
    description: 'of acknowledged operations, from when they were meant to begin: { p99: <= 200ms }',
  }),
  needs: [],
  check: (limits, place) => [
    ...(isForAll(limits) ? [] : checkGroups(limits, place)),
    ...checkDuring(isForAll(limits) ? [limits] : Object.values(limits), place),
  ],
  judge: judgeLatency,
});

function checkDuring(limits: readonly { during?: unknown }[], { path, drill }: ExpectationPlace): Problem[] {
  if (limits.every(({ during }) => during === undefined) || hasFault(drill)) return [];
  const message = '`during: faults`, and no step is a fault';
  return [{ path, on: 'key', message, todo: 'add a fault, or remove it' }];
}
