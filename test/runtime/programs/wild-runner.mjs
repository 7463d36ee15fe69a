// A runner with one wild node:  node wild-runner.mjs <folder of the build> <run> <folder for logs> <how> <seconds>
// It writes the address that it was given; once its standard input ends it closes, and writes the inventory.
import { fileURLToPath } from 'node:url';

const [dist, run, logs, how, seconds] = process.argv.slice(2);
const { systemClock: clock } = await import(`${dist}/clock.js`);
const { openProcessCluster } = await import(`${dist}/runtime/process/process-runtime.js`);

const cluster = await openProcessCluster(
  { nodes: ['a'], links: [], power: false },
  { clock, run, logs, environment: process.env, onLine() {}, onExit() {} },
);
const program = fileURLToPath(new URL('wild.mjs', import.meta.url));
await cluster.start('a', { command: [process.execPath, program, how, seconds] });
process.stdin.resume();
await new Promise((resolve) => process.stdin.once('end', resolve));
console.log(JSON.stringify(await cluster.close()));
