/**
 * The fault that does nothing: the smallest there is, and the one to copy for a new fault.
 *
 * A fault says what it needs of a runtime; takes aim, which is pure; then does what it aimed at, and hands back
 * how to look at its effect and how to undo it. Give it a step in drill/steps.ts and a line in catalog.ts.
 */
import { spanOf } from '../span.js';
import type { Fault } from './fault.js';

export const noop: Fault<Record<string, never>> = {
  needs: [],
  aim: () => ({ targets: [], text: 'nothing' }),
  async inject(_fault, _aim, { clock }) {
    const span = spanOf(clock, []);
    const evidence = [{ subject: 'nothing', expected: 'nothing', observed: 'nothing' }];
    return {
      span,
      witness: async () => ({ witnessed: true, evidence }),
      still: async () => ({ witnessed: true, evidence }),
      heal: async () => ({ witnessed: true, evidence, ...spanOf(clock, []) }),
    };
  },
};
