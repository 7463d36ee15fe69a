/** Whether the target of a step is somebody whom it can do something to. */
import { checkSelector, RUNNING } from './check-names.js';
import type { StepPlace } from './parts.js';
import { found, type Problem } from './problem.js';

/** `endedToo`: whether those who were killed are meant as well, or by name: they are started again, say. */
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
