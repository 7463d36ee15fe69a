/** Nodes whose reads and writes of the disk are throttled by the kernel. */
import * as z from 'zod';
import { byteRate, operationRate } from '../drill/units.js';
import { describeThrottle, THROTTLES } from '../runtime/throttle.js';
import { hardship, ON_NODES } from './hardship.js';

export const slowDisk = hardship('slow_disk', {
  schema: z
    .strictObject({
      ...ON_NODES,
      read: byteRate.optional(),
      write: byteRate.optional(),
      read_ops: operationRate.optional(),
      write_ops: operationRate.optional(),
    })
    .check(({ value, issues }) => {
      if (THROTTLES.some((name) => value[name] !== undefined)) return;
      const message = `one or more of ${THROTTLES.map((name) => `\`${name}\``).join(', ')}`;
      issues.push({ code: 'custom', input: value, message, params: { found: 'none of them' } });
    }),
  value: ({ read, write, read_ops, write_ops }) => ({ read, write, read_ops, write_ops }),
  text: (throttle) => `with a slow disk (${describeThrottle(throttle)})`,
});
