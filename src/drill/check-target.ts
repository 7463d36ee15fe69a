/** Whether the target of a step is a node or supervisor that exists and is in a state that the step applies to. */
import { checkSelector, RUNNING } from './check-names.js';
import type { StepPlace } from './parts.js';
import { found, type Problem } from './problem.js';

/** `endedToo`: whether nodes that were killed are valid targets, as for a restart. */
export function checkTarget(
  target: string,
  { path: base, drill, names, before }: StepPlace,
  { endedToo = false } = {},
): Problem[] {
  const path = [...base, 'target'];
  const problems = checkSelector(target, path, names, RUNNING);
  if (problems.length > 0) return problems;
  // Fencing kills too, once any fault has made somebody fence.
  const { supervisor } = drill.topology;
  const fenced = before.faults && supervisor !== 'none' && supervisor.fencing !== false;
  if (target === 'killed' && !before.leaves.has('killed') && !fenced)
    return [{ path, expected: 'a step before that kills something', found: 'none' }];
  if (target === 'paused' && !before.leaves.has('paused'))
    return [{ path, expected: 'a step before that pauses something', found: 'none' }];
  if (!endedToo && target === 'killed')
    return [{ path, expected: 'a target that is running', found: found(target) }];
  return [];
}
