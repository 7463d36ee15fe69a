/** The first process of a container, in this machine's own process list. */
import { readFileSync } from 'node:fs';
import { identify, type ProcessIdentity } from '../os-process.js';

/**
 * Undefined where it has ended already, or where the engine has a process list of its own (in a virtual machine,
 * say), so that the number means something else here.
 */
export function processOf(container: string, pid: number): ProcessIdentity | undefined {
  if (pid <= 0) return undefined;
  try {
    // The engine puts the container's id into the name of its control group.
    if (!readFileSync(`/proc/${pid}/cgroup`, 'utf8').includes(container)) return undefined;
  } catch {
    return undefined;
  }
  return identify(pid);
}
