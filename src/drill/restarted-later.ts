/** Whether the steps of a drill start a node again that an earlier one has ended. */
import { parseSelector } from '../topology/selector.js';
import type { Drill } from './schema.js';
import { verbOf, withHeld } from './steps.js';
import { candidates } from './targets.js';

/** By the node's name, its tag, `killed`, or `it` in its turn: a role stands for nobody who does not run. */
const STARTING: readonly string[] = ['name', 'tag', 'killed'];

/** Whether the step at `place`, counted from 0, or one after it does. */
export function isRestartedFrom(
  place: number,
  node: string,
  drill: Pick<Drill, 'steps' | 'topology'>,
): boolean {
  return drill.steps
    .slice(place)
    .flatMap(withHeld)
    .some((step) => {
      const verb = verbOf(step);
      if (verb?.kind !== 'restart') return false;
      const { target } = verb.options;
      if (target === 'it') return true;
      return STARTING.includes(parseSelector(target).kind) && candidates(target, drill).includes(node);
    });
}
