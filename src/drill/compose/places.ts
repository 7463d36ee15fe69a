/** Where something of a node is written that has more than one form, or comes from two files. */
import type { Path } from '../problem.js';
import { givenVariables } from './variables.js';

/** Whether a variable of a node (or what stands in place of all) comes from what the drill file gives of it. */
export function comesFrom(given: unknown, variable: string | undefined): boolean {
  const variables = givenVariables(given);
  return !variables || (variable !== undefined && Object.hasOwn(variables, variable));
}

/** Where the path through a map leads that was written as a list of `NAME=value`: to the last entry of that name. */
export function asWritten(value: unknown, path: Path): Path {
  const [part, ...rest] = path;
  if (part === undefined) return [];
  if (!Array.isArray(value) || typeof part !== 'string')
    return [part, ...asWritten((value as Record<PropertyKey, unknown> | undefined)?.[part], rest)];
  const index = value.findLastIndex((one) => String(one).split('=')[0] === part);
  return index < 0 ? path : [index];
}
