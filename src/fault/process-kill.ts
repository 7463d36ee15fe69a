/** One process ended in each of the nodes, by the name of its program: whatever watches it there restarts it. */

import { becomes } from '../clock.js';
import { InternalError } from '../errors.js';
import type { KillSignal } from '../runtime/runtime.js';
import { spanOf } from '../span.js';
import { witnessEach } from '../witness.js';
import type { Effects, Injection } from './fault.js';

/** How long the operating system may take to let a process go, ms. */
const PATIENCE = 2000;

export async function injectProcessKill(
  { targets, process, signal }: { targets: readonly string[]; process: string; signal: KillSignal },
  { clock, nodes }: Effects,
): Promise<Injection> {
  if (!nodes.killProcess)
    throw new InternalError({ expected: 'a runtime that can do `kill: process`', found: 'one that cannot' });
  const kill = nodes.killProcess.bind(nodes);
  const killed = new Map(
    await Promise.all(targets.map(async (node) => [node, await kill(node, process, signal)] as const)),
  );
  return {
    span: spanOf(clock, [...killed.values()]),
    witness: () =>
      witnessEach(targets, async (node) => {
        const one = killed.get(node);
        // Known by its number and its start: another one that takes its place is not taken for it.
        const gone = await becomes(clock, PATIENCE, async () => one?.gone() ?? false);
        const observed = gone ? 'no such process any more' : 'the process';
        const subject = `${node}: ${one?.process ?? process}`;
        return { ok: gone, evidence: { subject, expected: 'no such process any more', observed } };
      }),
  };
}
