/** Ends one process in each of the nodes, by the name of its program. Nothing to heal: whoever watches it restarts it. */
import type { KillSignal, StepOptions } from '../drill/steps.js';
import { InternalError } from '../errors.js';
import { spanOf } from '../span.js';
import { resolveText } from '../topology/partition.js';
import { becomes } from './becomes.js';
import type { Aim, Fault } from './fault.js';
import { witnessEach } from './witness-each.js';

interface KillProcessAim extends Aim {
  process: string;
  signal: KillSignal;
}

/** How long the operating system may take to let a process go, ms. */
const PATIENCE = 2000;

export const killProcess: Fault<StepOptions<'kill'>, KillProcessAim> = {
  needs: ['kill: process'],

  aim({ target, process = '', signal = 'SIGKILL' }, { topology, random }) {
    const targets = resolveText(target, topology, random);
    return {
      targets,
      process,
      signal,
      text: `${process} in ${targets.join(', ') || 'nobody'} killed (${signal})`,
    };
  },

  async inject(_fault, { targets, process, signal }, { clock, nodes }) {
    if (!nodes.killProcess)
      throw new InternalError({
        expected: 'a runtime that can do `kill: process`',
        found: 'one that cannot',
      });
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
  },
};
