/**
 * How long the program takes to start, beside `node -e 0`, in turn: whole processes, medians in ms.
 *
 *     npm run build && node test/bench/startup.mjs [runs]
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { median } from './figures.mjs';

const RUNS = Number(process.argv[2] ?? 15);
const root = fileURLToPath(new URL('../..', import.meta.url));
const commands = {
  'node -e 0': ['-e', '0'],
  'drill --help': ['dist/cli.js', '--help'],
  'drill run --help': ['dist/cli.js', 'run', '--help'],
  'drill validate FILE': ['dist/cli.js', 'validate', 'drills/split-brain.yaml'],
};
const times = Object.fromEntries(Object.keys(commands).map((name) => [name, []]));
for (let run = 0; run <= RUNS; run++) {
  for (const [name, args] of Object.entries(commands)) {
    const start = process.hrtime.bigint();
    const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'ignore' });
    if (status !== 0) throw new Error(`${name} ended with ${status}`);
    // The first round only warms up.
    if (run > 0) times[name].push(Number(process.hrtime.bigint() - start) / 1e6);
  }
}
const base = median(times['node -e 0']);
for (const [name, values] of Object.entries(times)) {
  console.log(
    `${name.padEnd(22)}${median(values).toFixed(1).padStart(8)} ms  ${(median(values) / base).toFixed(2)} x`,
  );
}
