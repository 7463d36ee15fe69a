/**
 * What a drill costs beside what it measures: the wall time of each execution less the declared waits and the
 * measured recover and failback times (detect is a part of recover), in ms.
 *
 *     npm run build && node test/bench/overhead.mjs FOLDER     FOLDER: what `drill run --out FOLDER` left
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseDrill } from '../../dist/index.js';
import { quantile } from './figures.mjs';

const overheads = new Map();
for (const name of readdirSync(process.argv[2])) {
  const folder = join(process.argv[2], name);
  if (!statSync(folder).isDirectory()) continue;
  for (const execution of readdirSync(folder)) {
    const read = (file) => readFileSync(join(folder, execution, file), 'utf8');
    const { steps } = parseDrill(read('drill.yaml'), name);
    const { timings, duration_ms } = JSON.parse(read('verdict.json'));
    const declared = steps.flatMap((step) => {
      if (typeof step.wait?.for === 'number') return [step.wait.for];
      return step.flap ? [2 * step.flap.every * step.flap.times] : [];
    });
    const measured = [...timings.faults.map(({ recover_ms }) => recover_ms), timings.failback_ms];
    const sum = (values) => values.reduce((total, value) => total + (value ?? 0), 0);
    const list = overheads.get(name) ?? [];
    list.push(duration_ms - sum(declared) - sum(measured));
    overheads.set(name, list);
  }
}
for (const [name, values] of overheads) {
  const shown = [0, 0.5, 1].map((share) => quantile(values, share).toFixed(0).padStart(7));
  console.log(`${name.padEnd(22)} min ${shown[0]}  median ${shown[1]}  max ${shown[2]}  (${values.length})`);
}
