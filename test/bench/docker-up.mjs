/**
 * How long do containers take? From the beginning to a service that is whole, and from its end until nothing is
 * left, for three and for five nodes with three supervisors. Exits with 1 where a median is over its bound.
 *
 *     npm run build && node test/bench/docker-up.mjs [runs]
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDrill, runDrills } from '../../dist/index.js';
import { median } from './figures.mjs';

const RUNS = Number(process.argv[2] ?? 5);
const BOUNDS = { 3: { up: 6000, down: 3000 }, 5: { up: 9000 } };
const base = mkdtempSync(join(tmpdir(), 'drill-bench-'));

const drillOf = (nodes) => `
name: up-and-down
topology:
  nodes: { ${Array.from({ length: nodes }, (_, at) => `n${at}: { role: ${at === 0 ? 'primary' : 'standby'} }`).join(', ')} }
  supervisor: { members: 3 }
clients: { app: { count: 1, rate: 50/s } }
workload: { type: register }
steps: [ { wait: 10ms } ]
expect: { double_primaries: 0 }
`;

let over = false;

for (const nodes of [3, 5]) {
  const took = { up: [], down: [] };
  for (let run = 0; run <= RUNS; run++) {
    const out = join(base, `${nodes}-${run}`);
    const drill = parseDrill(drillOf(nodes), `${nodes} nodes`);
    const { runs } = await runDrills({
      drills: [{ file: 'bench', drill }],
      runtime: 'docker',
      out,
      seed: run,
      environment: process.env,
    });
    if (runs[0].verdict.verdict !== 'pass') throw new Error(`the drill did not pass; see ${out}`);
    const events = readFileSync(join(out, 'up-and-down/1/history.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const at = (find) => events.find(find).time / 1e6;
    // The first run makes the image.
    if (run === 0) continue;
    took.up.push(
      at(({ type, for: what }) => type === 'waited' && what === 'in-sync') -
        at(({ phase }) => phase === 'up'),
    );
    took.down.push(at(({ type }) => type === 'inventory') - at(({ phase }) => phase === 'down'));
  }
  for (const [what, values] of Object.entries(took)) {
    const bound = BOUNDS[nodes][what];
    const middle = median(values);
    if (bound !== undefined && middle > bound) over = true;
    console.log(
      `${nodes} nodes, 3 supervisors: ${what.padEnd(4)} median ${middle.toFixed(0)} ms, worst ${Math.max(...values).toFixed(0)} ms${bound ? ` (bound ${bound} ms)` : ''}`,
    );
  }
}
rmSync(base, { recursive: true, force: true });
process.exit(over ? 1 : 0);
