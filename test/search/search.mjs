/**
 * Searches for a schedule of faults that makes the reference service do damage, or serve no more, although every protection
 * is on. Each seed draws a whole drill (draw.mjs), which is carried out in the sim as `drill run` does it, in memory.
 *
 *     npm run search -- --count 1000 --seed 1       seeds 1 to 1000; exit code 1 where one fails
 *         [--trigger supervisor|standby] [--members 1|3|5] [--replication sync|semi-sync|async]
 *         [--workload append|counter|...]   in place of what the seed would draw
 *         [--core]         the faults among a core end, everything outside is dead or cut off for good: the core must serve
 *         [--dist DIR]     another build of the product
 *         [--first]        ends with the first seed that fails
 *         [--json]         a line of JSON for each seed that fails, {seed, checker, message}, and one that sums up
 *     npm run search -- --count 1 --seed 4711 --show > found.yaml
 *                          the drill that this seed draws; `drill run found.yaml --runtime sim` carries it out, and
 *                          `--runtime process` does so on processes, but in a calm world: where the seed draws
 *                          another one (the first lines say so), only the search has it
 */
import { setMaxListeners } from 'node:events';
import { dirname, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { stringify } from 'yaml';
import { drawDrill, drawNature } from './draw.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const { values: asked } = parseArgs({
  options: {
    count: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    trigger: { type: 'string' },
    members: { type: 'string' },
    replication: { type: 'string' },
    workload: { type: 'string' },
    dist: { type: 'string', default: resolve(here, '../../dist') },
    core: { type: 'boolean', default: false },
    first: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    show: { type: 'boolean', default: false },
  },
});
const part = (file) => import(pathToFileURL(resolve(asked.dist, file)).href);
const { catalogWith, KIT, parseDrill } = await part('index.js');
const { execute } = await part('run/execution.js');
const { simulated } = await part('runtime/sim/sim-runtime.js');
const { systemOf } = await part('system/system-of.js');
const { systemClock } = await part('clock.js');
const random = await part('random.js');

const plugin = resolve(here, 'parts.mjs');
const catalog = catalogWith((await import(plugin)).default(KIT));
const wanted = {
  core: asked.core,
  trigger: asked.trigger,
  replication: asked.replication,
  workload: asked.workload,
  ...(asked.members ? { members: Number(asked.members) } : {}),
};

/** The text of the drill that a seed draws. */
function drillOf(seed) {
  return stringify({ ...drawDrill(seed, wanted, random), seed }, { aliasDuplicateObjects: false });
}

/** What came of it: the verdict, and how many writes were acknowledged. */
async function carriedOut(seed) {
  const drill = parseDrill(drillOf(seed), `seed ${seed}`, catalog);
  const { verdict } = await execute({
    clock: systemClock,
    drill,
    catalog,
    runtime: simulated(drawNature(seed, random)),
    system: systemOf(drill.topology, catalog.systems),
    seed,
    execution: 1,
    environment: {},
    onEvent() {},
    signal: unlimited(),
  });
  return verdict;
}

/** Everything under way listens to it. */
function unlimited() {
  const { signal } = new AbortController();
  setMaxListeners(0, signal);
  return signal;
}

const [first, count] = [Number(asked.seed), Number(asked.count)];
if (asked.show) {
  const note = `plugins: [${JSON.stringify(plugin)}]\n`;
  const world = `# The world of this seed: ${JSON.stringify(drawNature(first, random))}\n`;
  process.stdout.write(`${note}${world}${drillOf(first)}`);
} else {
  const sum = { schedules: 0, acknowledged: 0, failing: 0, inconclusive: 0, simulated_ms: 0 };
  const doubts = new Map();
  const [start, used] = [process.hrtime.bigint(), process.cpuUsage()];
  for (let seed = first; seed < first + count && !(asked.first && sum.failing > 0); seed++) {
    const verdict = await carriedOut(seed);
    sum.schedules += 1;
    sum.acknowledged += verdict.counts.acked_writes;
    sum.simulated_ms += verdict.duration_ms;
    const failed = verdict.findings.find((finding) => finding.verdict === 'fail');
    if (failed) {
      sum.failing += 1;
      const { checker, message } = failed;
      const told = asked.json
        ? JSON.stringify({ seed, checker, message })
        : `seed ${seed}: ${checker}: ${message}`;
      process.stdout.write(`${told}\n`);
    } else if (verdict.verdict === 'inconclusive') {
      sum.inconclusive += 1;
      for (const finding of verdict.findings.filter((one) => one.verdict === 'inconclusive')) {
        const doubt = `${finding.expectation}: ${finding.message.split('\n')[0]}`;
        doubts.set(doubt, (doubts.get(doubt) ?? 0) + 1);
      }
    }
  }
  const wall_ms = Math.round(Number(process.hrtime.bigint() - start) / 1e6);
  const { user, system } = process.cpuUsage(used);
  const cpu_ms = Math.round((user + system) / 1e3);
  const summary = { ...sum, simulated_ms: Math.round(sum.simulated_ms), wall_ms, cpu_ms };
  if (asked.json) process.stdout.write(`${JSON.stringify(summary)}\n`);
  else {
    const times = (ms) =>
      `${(ms / 1000).toFixed(1)} s, ${(sum.simulated_ms / ms).toFixed(0)} times real time`;
    process.stdout.write(
      `${sum.schedules} schedules, ${sum.acknowledged} acknowledged writes; ${sum.failing} failed, ` +
        `${sum.inconclusive} inconclusive; wall ${times(wall_ms)}; processor ${times(cpu_ms)}\n`,
    );
    const most = [...doubts].sort(([, one], [, other]) => other - one).slice(0, 8);
    for (const [doubt, times] of most) process.stdout.write(`  ${times} inconclusive: ${doubt}\n`);
  }
  process.exitCode = sum.failing > 0 ? 1 : 0;
}
