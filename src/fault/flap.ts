/** The same links go up and down, whoever is primary meanwhile: cut for `every`, open for as long. */
import * as z from 'zod';
import { sleep } from '../clock.js';
import { interval } from '../drill/units.js';
import { partition } from './partition.js';
import { defineScenario } from './scenario.js';

export const flap = defineScenario({
  name: 'flap',
  schema: z.strictObject({
    partition: partition.schema,
    every: interval.meta({
      description: 'the length of one half cycle: cut for this long, healed for this long',
    }),
    times: z.int().min(1).max(1000),
  }),
  needs: (options) => partition.needs(options.partition),

  check({ partition: cut }, place) {
    const path = [...place.path, 'partition'];
    const problems = partition.check(cut, { ...place, path });
    for (const key of ['as', 'for'] as const) {
      if (cut[key] === undefined) continue;
      problems.push({
        path: [...path, key],
        on: 'key',
        message: `\`${key}\` has no meaning within \`flap\`, which heals by itself`,
        todo: 'remove it',
      });
    }
    return problems;
  },

  async play({ partition: cut, every, times }, { clock, signal, aim, inject, over }) {
    const options = { ...cut, for: Math.min(every, cut.for ?? every) };
    const how = { aim: aim(partition, options), rest: every };
    for (let cycle = 0; cycle < times; cycle++) {
      const undone = await over(await inject(partition, options, how));
      if (undone) await sleep(clock, undone.at + every - clock.now(), signal);
    }
  },
});
