/**
 * The smallest system: a process that does nothing and answers nobody. The worked example of what a system must
 * say; everything else (roles, events, switchover, greetings) is an interface of its own in system.ts.
 */
import type { Connection, Outcome, System } from '../src/system/system.js';

const NOTHING: Outcome = { type: 'fail', error: 'nobody is there' };

export const noopSystem: System = {
  name: 'noop',
  operations: ['read', 'write'],
  /** An argument list; what the node must know goes into it. */
  program: () => ({ command: [process.execPath, '-e', 'process.stdin.resume()'] }),
  /** A client's way to one node. It never rejects: what went wrong is the outcome, definite or in doubt. */
  connect: (): Connection => ({ invoke: async () => NOTHING, close() {} }),
};
