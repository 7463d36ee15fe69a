/** Nodes that get little processor time: a quota of the kernel's scheduler. */
import * as z from 'zod';
import { share } from '../drill/units.js';
import { describeShare } from '../runtime/handicap.js';
import { hardship, ON_NODES } from './hardship.js';

export const cpu = hardship('cpu', {
  schema: z.strictObject({
    ...ON_NODES,
    limit: share.meta({ description: 'the most processor time that it gets, of one processor' }),
  }),
  value: ({ limit }) => limit,
  text: ({ limit }) => `limited to ${describeShare(limit)} of a processor`,
});
