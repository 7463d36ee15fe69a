/** Nodes that may have little memory. One that takes more is ended by the kernel, which its exit tells. */
import * as z from 'zod';
import { formatSize, size } from '../drill/units.js';
import { hardship, ON_NODES } from './hardship.js';

export const memory = hardship('memory', {
  schema: z.strictObject({
    ...ON_NODES,
    limit: size('6m').meta({ description: 'the most memory; past it, the kernel ends a process of it' }),
  }),
  value: ({ limit }) => limit,
  text: ({ limit }) => `limited to ${formatSize(limit)} of memory`,
});
