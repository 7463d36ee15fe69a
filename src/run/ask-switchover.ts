/** Asks the system of a drill for a planned change of primary. */
import { UsageError } from '../errors.js';
import { switches } from '../system/system.js';
import { supervisorNames } from '../topology/links.js';
import type { Scene } from './scene.js';

/** Resolves once it was accepted; rejects with why not. */
export async function askSwitchover({ drill, system, places, signal }: Scene, to: string): Promise<void> {
  if (!switches(system))
    throw new UsageError({
      expected: 'a system that can be asked to make another node the primary',
      found: `${system.name}, asked for ${to}`,
    });
  const supervisors = supervisorNames(drill.topology);
  await system.switchover(to, { supervisors, observe: (node) => places.observe(node) }, signal);
}
