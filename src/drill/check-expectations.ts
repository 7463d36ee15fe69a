/** Whether each expectation can be judged at all: what cannot happen or cannot be seen must not pass. */
import type { Names } from './check-names.js';
import { hasFault } from './check-steps.js';
import { abilitiesOf } from './check-system.js';
import { isBound } from './group-limit.js';
import { type ExpectationNeed, named, type Parts } from './parts.js';
import { found, type Path, type Problem } from './problem.js';
import type { Drill } from './schema.js';
import { formatBound } from './units.js';

interface Rule {
  isMet(drill: Drill, parts: Parts): boolean;
  message(name: string): string;
  todo: string;
}

const RULES: Readonly<Record<ExpectationNeed, Rule>> = {
  fault: {
    isMet: hasFault,
    message: (name) => `\`${name}\` is measured from a fault, and no step is one`,
    todo: 'add a fault, or remove it',
  },
  failback: {
    isMet: ({ failback }) => failback !== 'none',
    message: (name) => `there is no failback to measure \`${name}\` of`,
    todo: 'add `failback: { to: <node> }`',
  },
  'fault or failback': {
    isMet: (drill) => hasFault(drill) || drill.failback !== 'none',
    message: () => 'no step makes a node fall behind and synchronise again',
    todo: 'add a fault, or remove it',
  },
  writes: {
    isMet: ({ workload }) => workload.writes > 0,
    message: (name) => `\`${name}\` needs writes, and the workload has none`,
    todo: 'raise `writes` of the workload',
  },
  reads: {
    isMet: ({ workload }) => workload.writes < 1,
    message: (name) => `\`${name}\` needs reads, and the workload has none`,
    todo: 'lower `writes` of the workload',
  },
  'distinct values': {
    isMet: ({ workload }, { workloads }) => named(workloads, workload.type)?.distinct !== false,
    message: (name) => `\`${name}\` goes by values that are written once, and this workload writes none such`,
    todo: 'use `linearizable`, or another workload',
  },
  declarations: {
    isMet: ({ topology }, parts) => abilitiesOf(topology, parts)?.declarations !== false,
    message: (name) =>
      `\`${name}\` is measured by the declaration of the failure, and nobody here tells of one`,
    todo: 'remove it; `recover` and `outage` are measured at the clients',
  },
  roles: {
    isMet: ({ topology }, parts) => abilitiesOf(topology, parts)?.roles !== false,
    message: (name) => `\`${name}\` is seen by the nodes' roles, which the system does not tell`,
    todo: 'remove it, or give the system `role`',
  },
};

export function checkExpectations(drill: Drill, names: Names, parts: Parts): Problem[] {
  return Object.entries(drill.expect).flatMap(([name, limit]) => {
    const part = named(parts.expectations, name);
    if (!part || limit === undefined) return [];
    const path = ['expect', name];
    const unmet = part.needs.map((need) => RULES[need]).find(({ isMet }) => !isMet(drill, parts));
    if (unmet) return [{ path, on: 'key' as const, message: unmet.message(name), todo: unmet.todo }];
    return [...checkOperators(limit, path), ...(part.check?.(limit, { path, drill, names }) ?? [])];
  });
}

/** No duration and no share is met to the microsecond but by chance, save nothing at all and everything: `boot: 0ms`. */
function checkOperators(limit: unknown, path: Path): Problem[] {
  if (typeof limit !== 'object' || limit === null) return [];
  if (!isBound(limit))
    return Object.entries(limit).flatMap(([key, inner]) => checkOperators(inner, [...path, key]));
  const { operator, unit, value } = limit;
  if (operator !== '==' || unit === 'count' || value === 0 || (unit === 'ratio' && value === 1)) return [];
  const meant = formatBound({ ...limit, operator: unit === 'ms' || value < 0.5 ? '<=' : '>=' });
  return [
    {
      path,
      expected: 'a limit with its operator',
      found: found(formatBound(limit)),
      // A plain text of YAML cannot begin with >.
      todo: `write ${meant.startsWith('>') ? `"${meant}"` : meant}`,
    },
  ];
}

/** What is expected of a drill that says nothing of that. */
export function expectedUnlessSaid(drill: Drill, parts: Parts): Drill['expect'] {
  const fits = Object.values(parts.expectations).filter(
    ({ unlessSaid, needs }) =>
      unlessSaid !== undefined && needs.every((need) => RULES[need].isMet(drill, parts)),
  );
  return Object.fromEntries(fits.map(({ name, unlessSaid }) => [name, unlessSaid]));
}
