/** Stops nodes where they stand, by SIGSTOP or by the freezer; healed, they go on as if nothing had been. */
import * as z from 'zod';
import { becomes } from '../clock.js';
import { checkTarget } from '../drill/check-target.js';
import { shortForm } from '../drill/short-form.js';
import { A_TARGET, forDuration, label, selector } from '../drill/step-keys.js';
import { PAUSE_WAYS, type PauseWay } from '../runtime/runtime.js';
import { spanOf } from '../span.js';
import { resolveText, unmatched } from '../topology/partition.js';
import { witnessEach } from '../witness.js';
import { allOrNone } from './all-or-none.js';
import { type Aim, defineFault, type Effects, type Healed } from './fault.js';

/** How long the operating system may take to stop or continue a process, ms. */
const PATIENCE = 2000;

export interface PauseAim extends Aim {
  /** The runtime's own way where left out. */
  by?: PauseWay;
}

export const pause = defineFault({
  name: 'pause',
  schema: shortForm(
    'target',
    z.strictObject({
      target: selector,
      by: z.enum(PAUSE_WAYS).optional().meta({
        description:
          'freezer: the kernel stops the container (the default there); SIGSTOP: each of its processes is stopped',
      }),
      for: forDuration,
      as: label,
    }),
    A_TARGET,
  ),
  needs: ({ by }) => [by === undefined ? 'pause' : `pause: ${by}`],
  check: ({ target }, place) => checkTarget(target, place),
  leaves: () => ['paused'],

  aim({ target, by }, { topology, random }): PauseAim {
    const targets = resolveText(target, topology, random);
    return {
      targets,
      text: targets.length > 0 ? `${targets.join(', ')} paused${by ? ` (${by})` : ''}` : unmatched(target),
      ...(by ? { by } : {}),
    };
  },

  async inject(_fault, { targets, by }, effects) {
    const { clock, nodes } = effects;
    const sent = await allOrNone(
      targets,
      (node) => nodes.pause(node, by),
      (node) => nodes.resume(node, by),
    );
    return {
      span: spanOf(clock, sent),
      witness: (until) =>
        witnessEach(targets, async (node) => {
          const ok = await becomes(clock, PATIENCE, () => nodes.paused(node, by), until);
          return {
            ok,
            evidence: { subject: node, expected: 'stopped', observed: ok ? 'stopped' : 'not stopped' },
          };
        }),
      still: (only = targets, ended = new Set()) =>
        witnessEach(only, async (node) => {
          const observed = ended.has(node) ? ENDED : await standing(node, by, effects);
          const expected = observed === ENDED ? ENDED : 'stopped';
          return { ok: observed === expected, evidence: { subject: node, expected, observed } };
        }),
      heal: (only = targets, until) => heal(only, by, effects, until),
    };
  },
});

const ENDED = 'ended since';

/** Whether a node stands still yet. One that is being killed does not, for a moment, before it is gone. */
async function standing(node: string, by: PauseWay | undefined, { clock, nodes }: Effects): Promise<string> {
  let seen = '';
  await becomes(clock, PATIENCE, async () => {
    seen = (await nodes.paused(node, by)) ? 'stopped' : (await nodes.running(node)) ? 'not stopped' : ENDED;
    return seen !== 'not stopped';
  });
  return seen;
}

async function heal(
  targets: readonly string[],
  by: PauseWay | undefined,
  { clock, nodes }: Effects,
  until: number | undefined,
): Promise<Healed> {
  const sent = await Promise.all(targets.map((node) => nodes.resume(node, by)));
  const seen = await witnessEach(targets, async (node) => {
    const ok = await becomes(clock, PATIENCE, async () => !(await nodes.paused(node, by)), until);
    const goneOrRunning = (await nodes.running(node)) ? 'running' : 'no process any more';
    return { ok, evidence: { subject: node, expected: 'running', observed: ok ? goneOrRunning : 'stopped' } };
  });
  return { ...seen, ...spanOf(clock, sent) };
}
