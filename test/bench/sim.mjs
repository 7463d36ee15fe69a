/**
 * How much faster than real time a drill is simulated: executions of one drill, one after the other, from its seed on, with
 * all that `drill run` does for each (history, verdict, files).
 *
 *     npm run build && node test/bench/sim.mjs [drills/split-brain.yaml] [executions]
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadDrills, runDrills } from '../../dist/index.js';
import { median } from './figures.mjs';

const [file = 'drills/split-brain.yaml', executions = '30'] = process.argv.slice(2);
const drills = await loadDrills([file], process.cwd());
const out = mkdtempSync(join(tmpdir(), 'drill-bench-'));
const [wall, cpu, simulated] = [[], [], []];
try {
  for (let seed = 1; seed <= Number(executions); seed++) {
    const [start, used] = [process.hrtime.bigint(), process.cpuUsage()];
    const { runs } = await runDrills({
      drills,
      runtime: 'sim',
      seed,
      out: join(out, String(seed)),
      environment: {},
    });
    wall.push(Number(process.hrtime.bigint() - start) / 1e6);
    const { user, system } = process.cpuUsage(used);
    cpu.push((user + system) / 1e3);
    simulated.push(runs[0].verdict.duration_ms);
    if (seed === 1) {
      const history = readFileSync(join(runs[0].folder, 'history.jsonl'), 'utf8');
      console.log(`${file}: ${history.split('\n').length - 1} events, verdict ${runs[0].verdict.verdict}`);
    }
  }
} finally {
  rmSync(out, { recursive: true, force: true });
}
const times = (of) => simulated.map((ms, at) => ms / of[at]);
console.log(`simulated        ${median(simulated).toFixed(0)} ms (medians of ${executions})`);
console.log(
  `wall time        ${median(wall).toFixed(1)} ms: ${median(times(wall)).toFixed(0)} times real time`,
);
console.log(
  `processor time   ${median(cpu).toFixed(1)} ms: ${median(times(cpu)).toFixed(0)} times real time`,
);
