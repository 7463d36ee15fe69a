/**
 * Searches seeds for a schedule that does damage, with every protection on:
 *
 *     node search.mjs <first> <count> <trigger> <members> [<seed to show>]
 */
import { search } from './schedule.js';

const [first = '1', count = '1000', trigger = 'supervisor', members = '3', show] = process.argv.slice(2);
const base = { trigger: trigger as 'supervisor' | 'standby', members: Number(members) };
if (show !== undefined) {
  const { violations, simulation } = search(Number(show), base);
  process.stdout.write(`${simulation.lines.join('\n')}\n${violations.join('\n')}\n`);
} else {
  let [found, acknowledged] = [0, 0];
  for (let seed = Number(first); seed < Number(first) + Number(count); seed++) {
    const outcome = search(seed, base);
    acknowledged += outcome.acknowledged;
    if (outcome.violations.length === 0) continue;
    found++;
    if (found <= 15) process.stdout.write(`seed ${seed}: ${outcome.violations[0]}\n`);
  }
  process.stdout.write(
    `${trigger} ${members}: ${count} seeds, ${acknowledged} writes, ${found} with damage\n`,
  );
}
