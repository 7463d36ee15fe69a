/** How nodes are greeted over their links, by what runs in them. */
import type { Greetings } from '../runtime/world-links.js';
import { greets, tellsRole } from '../system/system.js';
import type { Residents } from './residents.js';

export function greetingsOf(residentOf: Residents): Greetings {
  return {
    question({ to, port }) {
      // Of what listens on further ports, nobody knows.
      const resident = port === undefined ? residentOf(to) : undefined;
      if (!resident) return undefined;
      if (greets(resident))
        return { put: (...sent) => resident.greet(...sent), tells: resident.arrivalOf !== undefined };
      // What takes no greetings is asked for its role instead; then nobody can tell whether that arrived.
      if (tellsRole(resident))
        return { put: (address, _token, signal) => resident.role(address, signal), tells: false };
      return undefined;
    },
    arrivalOf: (node, line) => residentOf(node)?.arrivalOf?.(line),
  };
}
