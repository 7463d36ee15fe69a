/** Whether each expectation can be judged at all: what cannot happen or cannot be seen must not pass. */
import { clientName } from '../topology/links.js';
import type { Names } from './check-names.js';
import { hasFault } from './check-steps.js';
import { checkTold } from './check-system.js';
import type { ExpectationName } from './expectations.js';
import { found, type Problem } from './problem.js';
import type { Drill } from './schema.js';
import { didYouMean, listed } from './suggest.js';
import { type Bound, formatBound, holds } from './units.js';

const NEED_A_FAULT: readonly ExpectationName[] = ['detect', 'boot', 'init', 'failover', 'recover', 'budget'];
const NEED_FAILBACK: readonly ExpectationName[] = ['failback', 'failback_outage'];
const NEED_WRITES: readonly ExpectationName[] = [
  'failover',
  'recover',
  'failback',
  'lost_writes',
  'phantom_writes',
];

export function checkExpectations(drill: Drill, names: Names): Problem[] {
  const { expect } = drill;
  const given = (Object.keys(expect) as ExpectationName[]).filter((name) => expect[name] !== undefined);
  return given.flatMap((name) => [
    ...checkPossible(name, drill),
    ...checkTold(name, drill),
    ...checkAlwaysZero(name, drill),
    ...checkGroups(name, drill, names),
  ]);
}

function checkPossible(name: ExpectationName, drill: Drill): Problem[] {
  const path = ['expect', name];
  const refuse = (message: string, todo: string): Problem[] => [{ path, on: 'key', message, todo }];
  const faults = hasFault(drill);
  if (NEED_A_FAULT.includes(name) && !faults)
    return refuse(`\`${name}\` is measured from a fault, and no step is one`, 'add a fault, or remove it');
  if (NEED_FAILBACK.includes(name) && drill.failback === 'none')
    return refuse(`there is no failback to measure \`${name}\` of`, 'add `failback: { to: <node> }`');
  if (name === 'resync' && !faults && drill.failback === 'none')
    return refuse('no step makes a node fall behind and synchronise again', 'add a fault, or remove it');
  if (NEED_WRITES.includes(name) && drill.workload.writes === 0)
    return refuse(`\`${name}\` needs writes, and the workload has none`, 'raise `writes` of the workload');
  if (name === 'stale_reads' && drill.workload.writes === 1)
    return refuse('`stale_reads` needs reads, and the workload has none', 'lower `writes` of the workload');
  return [];
}

/** Standbys that run and apply state all the time have nothing to start and nothing to load. */
function checkAlwaysZero(name: ExpectationName, { expect, topology }: Drill): Problem[] {
  if (name !== 'boot' && name !== 'init') return [];
  const bound = expect[name] as Bound;
  if (topology.policy !== 'warm-active' || holds(bound, 0)) return [];
  const why = name === 'boot' ? 'the standby runs already' : 'the standby has the state already';
  return [
    {
      path: ['expect', name],
      message: `\`${name}\` is always 0 under \`policy: warm-active\`, where ${why}`,
      expected: 'a limit that 0 keeps',
      found: found(formatBound(bound)),
    },
  ];
}

function checkGroups(name: ExpectationName, { expect }: Drill, names: Names): Problem[] {
  if (name !== 'outage' && name !== 'availability') return [];
  const limit = expect[name];
  if (limit === undefined || isBound(limit)) return [];
  const groups = Object.keys(limit);
  const known = names.clients.map((client) => client.slice(clientName('').length));
  return groups
    .filter((group) => !known.includes(group))
    .map((group) => {
      const todo = didYouMean(group, known);
      const path = ['expect', name, group];
      const expected = `a client group: ${listed(known)}`;
      return { path, on: 'key' as const, expected, found: found(group), ...(todo && { todo }) };
    });
}

function isBound(limit: Bound | Record<string, Bound>): limit is Bound {
  return typeof (limit as Bound).operator === 'string';
}
