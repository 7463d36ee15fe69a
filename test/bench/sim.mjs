/**
 * How much faster than real time a drill is simulated: executions of one drill in one call, as `drill run --repeat` does
 * them, with all that belongs to each (history, verdict, files).
 *
 *     npm run build && node test/bench/sim.mjs [drills/split-brain.yaml] [executions]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadDrills, runDrills } from '../../dist/index.js';

const [file = 'drills/split-brain.yaml', executions = '100'] = process.argv.slice(2);
const drills = await loadDrills([file], process.cwd());
const out = mkdtempSync(join(tmpdir(), 'drill-bench-'));
const simulate = (name, repeat) =>
  runDrills({ drills, runtime: 'sim', seed: 1, repeat, out: join(out, name), environment: {} });
try {
  // The first executions only warm up.
  await simulate('warm', 20);
  const [start, used] = [process.hrtime.bigint(), process.cpuUsage()];
  const { runs } = await simulate('measured', Number(executions));
  const wall = Number(process.hrtime.bigint() - start) / 1e6 / runs.length;
  const { user, system } = process.cpuUsage(used);
  const cpu = (user + system) / 1e3 / runs.length;
  const simulated = runs.reduce((sum, { verdict }) => sum + verdict.duration_ms, 0) / runs.length;
  const passed = runs.filter(({ verdict }) => verdict.verdict === 'pass').length;
  const line = (what, ms) =>
    console.log(
      `${what.padEnd(16)}${ms.toFixed(1).padStart(8)} ms  ${(simulated / ms).toFixed(0).padStart(5)} x`,
    );
  console.log(
    `${file}: ${passed} of ${runs.length} passed; means of one execution, and how much faster than real time`,
  );
  line('simulated', simulated);
  line('wall', wall);
  line('processor', cpu);
} finally {
  rmSync(out, { recursive: true, force: true });
}
