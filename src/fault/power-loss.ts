/**
 * Takes the power from nodes, from all of them at once: their processes are dead, and what they had not made durable is
 * gone from their disks. Nothing to heal: one that has power again is restarted.
 */
import * as z from 'zod';
import { becomes } from '../clock.js';
import { checkTarget } from '../drill/check-target.js';
import { shortForm } from '../drill/short-form.js';
import { A_TARGET, label, selector } from '../drill/step-keys.js';
import { EnvironmentError } from '../errors.js';
import { POWER_LOSS } from '../runtime/runtime.js';
import { resolveText, unmatched } from '../topology/partition.js';
import { witnessEach } from '../witness.js';
import { defineFault } from './fault.js';

/** How long the operating system may take to let a process go, ms. */
const PATIENCE = 2000;

export const powerLoss = defineFault({
  name: 'power_loss',
  schema: shortForm('target', z.strictObject({ target: selector, as: label }), A_TARGET),
  needs: () => [POWER_LOSS],
  target: ({ target }) => target,
  check: ({ target }, place) => checkTarget(target, place),
  leaves: () => ['killed'],

  aim({ target }, { topology, random }) {
    const targets = resolveText(target, topology, random);
    return { targets, text: targets.length > 0 ? `${targets.join(', ')} without power` : unmatched(target) };
  },

  async inject(_fault, { targets }, { clock, nodes }) {
    const { losePower, lackOfLoss } = nodes;
    if (!losePower || !lackOfLoss)
      throw new EnvironmentError({ expected: 'a runtime that can take power', found: 'another' });
    return {
      span: await losePower(targets),
      witness: () =>
        witnessEach(targets, async (node) => {
          const gone = await becomes(clock, PATIENCE, async () => !(await nodes.running(node)));
          const lack = gone ? await lackOfLoss(node) : 'its process';
          const expected = 'no process, and the disk with what was durable';
          return {
            ok: lack === undefined,
            evidence: { subject: node, expected, observed: lack ?? expected },
          };
        }),
    };
  },
});
