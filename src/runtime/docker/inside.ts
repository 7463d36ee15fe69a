/** What is done to the processes in a container one by one, from outside: the engine's machine must be this one. */

import { becomes, type Clock } from '../../clock.js';
import { EnvironmentError, messageOf } from '../../errors.js';
import { type Span, spanned } from '../../span.js';
import { type ProcessIdentity, stateOf } from '../os-process.js';
import { named, signalTo, signalTree, treeOf } from '../process-tree.js';
import type { KilledProcess, KillSignal } from '../runtime.js';
import type { Container } from './container.js';

/** How long a process may take to end after a signal, and all of a container's to be stopped, ms. */
const END_PATIENCE = 10_000;
const STOP_PATIENCE = 2000;
/** Time between two looks, ms. */
const LOOK_EVERY = 1;

/**
 * Ends the one process of this name among those that the container's first process started. Known by its number and
 * its start right before the signal, so that no other one is hit.
 */
export async function endProcess(
  node: string,
  container: Container,
  name: string,
  signal: KillSignal,
  clock: Clock,
): Promise<KilledProcess> {
  const refuse = (expected: string, found: string) =>
    new EnvironmentError({ where: `node ${node}`, expected, found });
  const root = container.process;
  if (!root) throw refuse('a running process', 'none');
  const tree = treeOf(root);
  const [target, ...others] = named(tree, name);
  if (!target) {
    const known = [...new Set(tree.map(({ names }) => names.at(-1)))];
    throw refuse(`a process called ${name}`, known.join(', ') || 'none at all');
  }
  if (others.length > 0)
    throw refuse(`one process called ${name}`, `${others.length + 1} that were not started by each other`);
  const killed = { process: `${name} (${target.pid})`, gone: () => stateOf(target) === 'gone' };
  // With it, the node as a whole ends.
  if (target.pid === root.pid) return { at: await container.kill(signal, END_PATIENCE), ...killed };
  const sent = clock.now();
  if (!signalTo(target, signal)) throw refuse(`a process called ${name}`, 'that it ended by itself');
  // As for a whole node: with SIGKILL the effect begins at once, else with the end.
  if (signal === 'SIGKILL') return { at: sent, ...killed };
  if (!(await becomes(clock, END_PATIENCE, killed.gone, undefined, LOOK_EVERY)))
    throw refuse(`${killed.process} to end on ${signal}`, `it ${END_PATIENCE} ms later`);
  return { at: clock.now(), ...killed };
}

/** Containers all of whose processes are stopped by SIGSTOP. */
export class StoppedContainers {
  readonly #clock: Clock;
  readonly #node: (name: string) => Container;
  readonly #meant = new Set<string>();

  constructor(clock: Clock, node: (name: string) => Container) {
    this.#clock = clock;
    this.#node = node;
  }

  async stop(node: string): Promise<Span> {
    this.#meant.add(node);
    const { process } = this.#node(node);
    if (!process)
      throw new EnvironmentError({ where: `node ${node}`, expected: 'a running process', found: 'none' });
    return spanned(this.#clock, () => this.#signal(node, process, 'SIGSTOP'));
  }

  async resume(node: string): Promise<Span> {
    const { process } = this.#node(node);
    const span = await spanned(this.#clock, async () => {
      if (process) await this.#signal(node, process, 'SIGCONT');
    });
    this.#meant.delete(node);
    return span;
  }

  /** Asked of the operating system, where it was ever meant. */
  is(node: string): boolean {
    const { process } = this.#node(node);
    if (!process || !this.#meant.has(node)) return false;
    const tree = treeOf(process);
    return tree.length > 0 && tree.every(({ stopped }) => stopped);
  }

  async #signal(node: string, process: ProcessIdentity, signal: 'SIGSTOP' | 'SIGCONT'): Promise<void> {
    try {
      await signalTree(process, signal, this.#clock, STOP_PATIENCE);
    } catch (error) {
      throw new EnvironmentError(
        { where: `node ${node}`, expected: `${signal} to be taken`, found: messageOf(error) },
        { cause: error },
      );
    }
  }
}
