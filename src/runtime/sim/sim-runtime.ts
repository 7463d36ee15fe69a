/**
 * The sim runtime: the reference service, its links and its power device in this process, under virtual time. Whatever
 * happens follows from the seed.
 */
import { VirtualClock } from '../../clock.js';
import type { Capability } from '../../drill/parts.js';
import { POWER_LOSS, type Runtime, SHAPING } from '../runtime.js';
import { CALM, type Nature } from './nature.js';
import { SimWorld } from './sim-world.js';

const capabilities: ReadonlySet<Capability> = new Set<Capability>([
  'kill',
  'stop',
  'pause',
  'pause: SIGSTOP',
  'start',
  'links',
  SHAPING,
  'power',
  POWER_LOSS,
]);

/** The runtime whose worlds are of this nature. */
export function simulated(nature: Nature): Runtime {
  return {
    name: 'sim',
    capabilities,
    time: () => {
      const clock = new VirtualClock();
      return { clock, pass: (work) => clock.pass(work) };
    },
    look: async () => ({ census: { run: { processes: 0, folders: 0 } }, found: [] }),
    open: async (layout, around) => new SimWorld(layout, around, nature),
  };
}

export const simRuntime: Runtime = simulated(CALM);
