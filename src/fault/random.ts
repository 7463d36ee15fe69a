/** Random faults on random nodes, healed again. Seeded: the same seed gives the same faults at the same times. */
import * as z from 'zod';
import { sleep } from '../clock.js';
import type { Capability } from '../drill/parts.js';
import { interval } from '../drill/units.js';
import type { Leaves } from '../history/fault-events.js';
import { pick } from '../random.js';
import { kill } from './kill.js';
import { partition } from './partition.js';
import { pause } from './pause.js';
import { defineScenario, type ScenarioStage } from './scenario.js';

interface Kind {
  needs: readonly Capability[];
  leaves: readonly Leaves[];
  inject(node: string, every: number, stage: ScenarioStage): Promise<string>;
}

const KINDS = {
  kill: {
    // It is started again when the others are healed.
    needs: ['kill', 'start'],
    leaves: ['killed'],
    inject: (node, _every, { inject }) => inject(kill, { target: node }),
  },
  pause: {
    needs: ['pause'],
    leaves: ['paused'],
    inject: (node, every, { inject }) => inject(pause, { target: node, for: every }),
  },
  partition: {
    needs: ['links'],
    leaves: [],
    inject: (node, every, { inject }) => inject(partition, { isolate: node, mode: 'drop', for: every }),
  },
} satisfies Record<string, Kind>;

export const random = defineScenario({
  name: 'random',
  schema: z.strictObject({
    faults: z.array(z.enum(Object.keys(KINDS) as (keyof typeof KINDS)[])).min(1),
    every: interval.meta({ description: 'a new fault this often' }),
    during: interval.meta({ description: 'for this long; then everything is healed' }),
  }),
  needs: ({ faults }) => faults.flatMap((kind) => KINDS[kind].needs),
  leaves: ({ faults }) => faults.flatMap((kind): readonly Leaves[] => KINDS[kind].leaves),

  check({ every, during }, { path }) {
    if (every <= during) return [];
    return [
      {
        path: [...path, 'every'],
        expected: '`every` to be at most `during`',
        found: 'no time for a single fault',
      },
    ];
  },

  async play({ faults, every, during }, stage) {
    const { clock, signal, random: source, members, down, healAll, restart } = stage;
    const end = clock.now() + during;
    while (clock.now() < end) {
      const node = pick(source, members());
      await KINDS[pick(source, faults)].inject(node, every, stage);
      await sleep(clock, every, signal);
      await healAll();
      for (const ended of down()) await restart(ended);
    }
  },
});
