/** How the nodes of a system are greeted over their links. */
import type { Greetings, Question } from '../runtime/world-links.js';
import { greets, type System, tellsRole } from '../system/system.js';

/** `strangers` are nodes of which the system knows nothing. */
export function greetingsOf(system: System, strangers: readonly string[]): Greetings {
  const question = (): Question | undefined => {
    if (greets(system))
      return { put: (...sent) => system.greet(...sent), tells: system.arrivalOf !== undefined };
    // A system that takes no greetings is asked for its role; then nobody can tell whether that arrived.
    if (tellsRole(system))
      return { put: (address, _token, signal) => system.role(address, signal), tells: false };
    return undefined;
  };
  return {
    // Of these, and of what listens on further ports, the system knows nothing.
    question: ({ to, port }) => (port !== undefined || strangers.includes(to) ? undefined : question()),
    arrivalOf: (line) => (greets(system) ? system.arrivalOf?.(line) : undefined),
  };
}
