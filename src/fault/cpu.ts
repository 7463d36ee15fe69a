/** Nodes that get little processor time: a quota of the kernel's scheduler. */
import { share } from '../drill/units.js';
import { describeShare } from '../runtime/handicap.js';
import { hardship } from './hardship.js';

export const cpu = hardship('cpu', {
  keys: { limit: share.meta({ description: 'the most processor time that it gets, of one processor' }) },
  value: ({ limit }) => limit,
  text: ({ limit }) => `limited to ${describeShare(limit)} of a processor`,
});
