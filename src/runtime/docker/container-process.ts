/** The first process of a container, in this machine's own process list. */

import { readFileSync } from 'node:fs';
import type Dockerode from 'dockerode';
import { identify, type ProcessIdentity } from '../os-process.js';
import { signalTo } from '../process-tree.js';
import type { KillSignal } from '../runtime.js';

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

/**
 * Sends the signal. SIGKILL goes straight to a process of this machine: an engine starts a program for each signal that
 * it sends, so that several nodes would end one after the other. Rejects with the engine's error.
 */
export async function sendSignal(
  signal: KillSignal,
  container: Dockerode.Container,
  process: ProcessIdentity | undefined,
): Promise<void> {
  if (signal === 'SIGKILL' && process && isSent(process)) return;
  await container.kill({ signal });
}

/** False where it has ended, or may be signalled by its engine only. */
function isSent(process: ProcessIdentity): boolean {
  try {
    return signalTo(process, 'SIGKILL');
  } catch {
    return false;
  }
}
