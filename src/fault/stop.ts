/** Ends nodes as an operator does: they are asked to, and killed when their grace is over. A stopped node is restarted. */
import * as z from 'zod';
import { becomes } from '../clock.js';
import { checkTarget } from '../drill/check-target.js';
import { shortForm } from '../drill/short-form.js';
import { A_TARGET, label, selector } from '../drill/step-keys.js';
import { duration, formatDuration } from '../drill/units.js';
import { spanOf } from '../span.js';
import { resolveText, unmatched } from '../topology/partition.js';
import { witnessEach } from '../witness.js';
import { type Aim, defineFault } from './fault.js';

interface StopAim extends Aim {
  grace: number;
}

/** How long a node may take to end where the drill does not say, ms. */
const GRACE = 10_000;
/** How long the operating system may take to let a process go, ms. */
const PATIENCE = 2000;

export const stop = defineFault({
  name: 'stop',
  schema: shortForm(
    'target',
    z.strictObject({
      target: selector,
      grace: duration.optional().meta({ description: 'SIGKILL follows after this long (default 10s)' }),
      as: label,
    }),
    A_TARGET,
  ),
  needs: () => ['stop'],
  check: ({ target }, place) => checkTarget(target, place),
  leaves: () => ['killed'],

  aim({ target, grace = GRACE }, { topology, random }): StopAim {
    const targets = resolveText(target, topology, random);
    const text = `${targets.join(', ')} stopped (killed after ${formatDuration(grace)})`;
    return { targets, grace, text: targets.length > 0 ? text : unmatched(target) };
  },

  async inject(_fault, { targets, grace }, { clock, nodes }) {
    const stopped = new Map(
      await Promise.all(targets.map(async (node) => [node, await nodes.stop(node, grace)] as const)),
    );
    return {
      span: spanOf(clock, [...stopped.values()]),
      witness: () =>
        witnessEach(targets, async (node) => {
          const gone = await becomes(clock, PATIENCE, async () => !(await nodes.running(node)));
          const how = stopped.get(node)?.killed ? 'killed when its grace was over' : 'it ended by itself';
          const observed = gone ? `no process; ${how}` : 'its process';
          return { ok: gone, evidence: { subject: node, expected: 'no process', observed } };
        }),
    };
  },
});
