/**
 * Ends the processes of nodes by a signal, or one process in each. Nothing to heal: a killed node is restarted, by the drill
 * or, unless it is killed to stay down, by its own `restart:`.
 */
import * as z from 'zod';
import { becomes } from '../clock.js';
import { checkTarget } from '../drill/check-target.js';
import { shortForm } from '../drill/short-form.js';
import { A_TARGET, label, selector } from '../drill/step-keys.js';
import { phrase } from '../drill/units.js';
import { KILL_SIGNALS, type KillSignal } from '../runtime/runtime.js';
import { spanOf } from '../span.js';
import { resolveText, unmatched } from '../topology/partition.js';
import { witnessEach } from '../witness.js';
import { type Aim, defineFault } from './fault.js';
import { injectProcessKill } from './process-kill.js';

export interface KillAim extends Aim {
  signal: KillSignal;
  process?: string;
}

/** How long the operating system may take to let a process go, ms. */
const PATIENCE = 2000;

const processName = phrase(
  /^[A-Za-z0-9_.+-]{1,60}$/,
  'the name of a program without its folder, for example redis-server',
);

export const kill = defineFault({
  name: 'kill',
  schema: shortForm(
    'target',
    z.strictObject({
      target: selector,
      process: processName
        .optional()
        .meta({ description: 'only this one of the processes in the node, by the name of its program' }),
      signal: z.enum(KILL_SIGNALS).optional().meta({ description: 'default SIGKILL' }),
      until: z
        .literal('restart', { error: '`restart`: it stays down until a step starts it again' })
        .optional()
        .meta({
          description:
            'restart: it stays down until it is restarted by the drill, whatever `restart:` of the node says; so does what a later step restarts',
        }),
      as: label,
    }),
    A_TARGET,
  ),
  needs: ({ process }) => [process === undefined ? 'kill' : 'kill: process'],
  check: ({ target }, place) => checkTarget(target, place),
  leaves: () => ['killed'],
  crashes: ({ until }) => until === undefined,

  aim({ target, process, signal = 'SIGKILL', until }, { topology, random }): KillAim {
    const targets = resolveText(target, topology, random);
    const whom = targets.join(', ');
    if (targets.length === 0) return { targets, signal, text: unmatched(target) };
    const killed = `killed (${signal})${until === undefined ? '' : ', to stay down'}`;
    if (process === undefined) return { targets, signal, text: `${whom} ${killed}` };
    return { targets, process, signal, text: `${process} in ${whom} ${killed}` };
  },

  async inject(_fault, { targets, process, signal }, effects) {
    if (process !== undefined) return injectProcessKill({ targets, process, signal }, effects);
    const { clock, nodes } = effects;
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
});
