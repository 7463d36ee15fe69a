/** Ends the processes of nodes by a signal. Nothing to heal: a killed node is restarted. */
import type { KillSignal, StepOptions } from '../drill/steps.js';
import { spanOf } from '../span.js';
import { resolveText } from '../topology/partition.js';
import { becomes } from './becomes.js';
import type { Aim, Fault } from './fault.js';
import { witnessEach } from './witness-each.js';

interface KillAim extends Aim {
  signal: KillSignal;
}

/** How long the operating system may take to let a process go, ms. */
const PATIENCE = 2000;

export const kill: Fault<StepOptions<'kill'>, KillAim> = {
  needs: ['kill'],

  aim({ target, signal = 'SIGKILL' }, { topology, random }) {
    const targets = resolveText(target, topology, random);
    return { targets, signal, text: `${targets.join(', ') || 'nobody'} killed (${signal})` };
  },

  async inject(_fault, { targets, signal }, { clock, nodes }) {
    const sent = await Promise.all(targets.map((node) => nodes.kill(node, signal)));
    return {
      span: spanOf(clock, sent),
      witness: () =>
        witnessEach(targets, async (node) => {
          const gone = await becomes(clock, PATIENCE, async () => !(await nodes.running(node)));
          const evidence = {
            subject: node,
            expected: 'no process',
            observed: gone ? 'no process' : 'its process',
          };
          return { ok: gone, evidence };
        }),
    };
  },
};
