/** Nodes whose time of day is wrong: ahead or behind. Their monotonic clock goes on as it did. */
import * as z from 'zod';
import { formatSkew, skew } from '../drill/units.js';
import { hardship, ON_NODES } from './hardship.js';

export const clock = hardship('clock', {
  schema: z.strictObject({
    ...ON_NODES,
    skew: skew.meta({ description: 'how far the time of day is ahead (+5m) or behind (-30s)' }),
  }),
  value: ({ skew }) => skew,
  text: ({ skew }) => `with its clock off by ${formatSkew(skew)}`,
});
