/** The system that a topology names, among the known ones, or the one that it tells; a `UsageError` where it is unknown. */

import { named } from '../drill/parts.js';
import type { TopologySpec } from '../drill/topology.js';
import { UsageError } from '../errors.js';
import { httpSystem } from './http.js';
import type { System } from './system.js';

export function systemOf(
  { system }: Pick<TopologySpec, 'system'>,
  known: Readonly<Record<string, System>>,
): System {
  if (typeof system !== 'string') return httpSystem(system.http);
  const found = named(known, system);
  if (found) return found;
  throw new UsageError({
    where: 'topology.system',
    expected: `a system: ${Object.keys(known).join(', ')}`,
    found: `"${system}"`,
    todo: 'name one of them, or the plug-in that has it',
  });
}
