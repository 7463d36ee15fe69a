/** The keys that steps of many kinds have. */
import { interval, phrase } from './units.js';

/** Names a target; the grammar is in topology/selector.ts and is checked against the topology. */
export const selector = phrase(/\S/, 'a selector: a node, a role, a tag, `any <role>`, ...').describe(
  'a node (a), a role (primary, standby, supervisor, client:<group>), a tag (site:east), `any <role>`, `all <role>`, `random <n> <role>`, or what an earlier step touched (killed, paused)',
);

export const label = phrase(
  /^[a-z][a-z0-9_-]{0,40}$/,
  'a name of lower-case letters, digits, - and _, starting with a letter',
)
  .optional()
  .describe('a name for this fault, for a later `heal`');
export const forDuration = interval
  .optional()
  .describe('healed by itself after this long, counted from when its first part came into force');

/** What the short form of a step with a target is. */
export const A_TARGET = 'a target such as a or primary';

export const link = phrase(/\S\s*->\s*\S/, 'a link such as a->b').describe(
  'the link from one to another, `a->b`; selectors on both sides: `primary->all standby`',
);
