/** A node's role, by its own word. */
import type { Address } from '../runtime/runtime.js';
import type { RoleAnswer, TellsRole } from '../system/system.js';
import type { Probe } from './probe.js';

export function roleProbe(system: TellsRole, node: string, address: Address): Probe<RoleAnswer> {
  return { name: `role of ${node}`, look: (signal) => system.role(address, signal) };
}
