/**
 * The fault that does nothing: the smallest there is, and the one to copy for a new fault.
 *
 * A fault says what it needs of a runtime; takes aim, which is pure; then does what it aimed at, and hands back
 * how to look at its effect and how to undo it. Give it a step in drill/steps.ts and a line in catalog.ts.
 */
import type { Fault } from './fault.js';

export const noop: Fault<Record<string, never>> = {
  needs: [],
  aim: () => ({ targets: [], text: 'nothing' }),
  async inject(_fault, _aim, { clock }) {
    const at = clock.now();
    const evidence = [{ subject: 'nothing', expected: 'nothing', observed: 'nothing' }];
    return {
      witness: async () => ({ witnessed: true, at, evidence }),
      still: async () => ({ witnessed: true, at, evidence }),
      heal: async () => ({ witnessed: true, at: clock.now(), evidence }),
    };
  },
};
