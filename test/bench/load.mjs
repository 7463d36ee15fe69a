/**
 * Do the recorder and the probes slow the clients? Drives the reference service (three nodes, synchronous, three
 * supervisors, every link proxied) at a fixed rate, in turn with the full history recorded and the roles probed,
 * and with neither, and prints the latencies from the intended start, in ms.
 *
 *     npm run build && node test/bench/load.mjs [operations per second] [seconds] [rounds]
 */
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CATALOG } from '../../dist/catalog.js';
import { systemClock as clock, sleep } from '../../dist/clock.js';
import { encodeDrill } from '../../dist/drill/schema.js';
import { parseDrill } from '../../dist/index.js';
import { seeded } from '../../dist/random.js';
import { clientGroups } from '../../dist/run/client-groups.js';
import { planOf } from '../../dist/run/plan.js';
import { Recorder } from '../../dist/run/recorder.js';
import { Stage } from '../../dist/run/stage.js';

const [RATE, SECONDS, ROUNDS] = [5000, 10, 3].map((usual, at) => Number(process.argv[2 + at] ?? usual));
const drill = parseDrill(
  `
name: load
topology: { nodes: { a: { role: primary }, b: {}, c: {} } }
clients: { app: { count: 16, rate: ${RATE}/s } }
workload: { type: register, keys: 100, writes: 70% }
`,
  'load',
);
const folder = mkdtempSync(join(tmpdir(), 'drill-load-'));
mkdirSync(join(folder, 'logs'));
const recorder = await Recorder.open({
  clock,
  file: join(folder, 'history.jsonl'),
  onFailure: (error) => {
    throw error;
  },
});
recorder.record({ type: 'run', drill: encodeDrill(drill, CATALOG) });
const plan = planOf(drill);
const setting = {
  clock,
  drill,
  plan,
  catalog: CATALOG,
  runtime: CATALOG.runtimes.process,
  system: CATALOG.systems.reference,
  random: seeded(1),
  recorder,
  folder,
  environment: process.env,
  signal: new AbortController().signal,
};
const stage = new Stage(setting);

/** Drives the load and gives the latencies of what was acknowledged. */
async function drive(scene, record) {
  const intended = new Map();
  const latencies = [];
  let failed = 0;
  const measure = (body, times) => {
    if (body.type === 'invoke') intended.set(body.process, times.intended);
    else if (body.type === 'ok') latencies.push(clock.now() - intended.get(body.process));
    else failed += 1;
    record(body, times);
  };
  const { groups } = clientGroups({ ...setting, recorder: { record: measure } }, scene);
  const before = process.cpuUsage();
  for (const { running } of groups) running.start();
  await sleep(clock, SECONDS * 1000);
  for (const { running, target } of groups) {
    target.stop();
    await running.stop();
  }
  const { user, system } = process.cpuUsage(before);
  return { latencies: Float64Array.from(latencies).sort(), failed, cpu: (user + system) / 1e6 };
}

function row(name, { latencies, failed, cpu }) {
  const at = (share) =>
    (latencies[Math.ceil(share * latencies.length) - 1] ?? Number.NaN).toFixed(2).padStart(9);
  const rate = (latencies.length / SECONDS).toFixed(0).padStart(8);
  console.log(
    `${name.padEnd(24)}${rate}${String(failed).padStart(8)}${at(0.5)}${at(0.99)}${at(0.999)}${cpu.toFixed(2).padStart(12)}`,
  );
}

try {
  const scene = await stage.up();
  while (scene.present.lacking().length > 0) await sleep(clock, 50);
  await drive(scene, () => {});
  console.log(
    `${RATE} operations/s for ${SECONDS} s, in turn; acknowledged per second, not acknowledged, latency in ms, runner's CPU s`,
  );
  console.log(
    `${''.padEnd(24)}${'ok/s'.padStart(8)}${'not ok'.padStart(8)}${'p50'.padStart(9)}${'p99'.padStart(9)}${'p99.9'.padStart(9)}${'CPU'.padStart(12)}`,
  );
  for (let round = 0; round < ROUNDS; round++) {
    scene.prober.start();
    row('recorded and probed', await drive(scene, (body, times) => recorder.record(body, times)));
    await recorder.flush();
    scene.prober.stop();
    row('neither', await drive(scene, () => {}));
  }
  console.log(
    `history: ${recorder.events.length} events, ${(statSync(join(folder, 'history.jsonl')).size / 1e6).toFixed(1)} MB`,
  );
} finally {
  const { leaked } = await stage.down();
  await recorder.close();
  if (leaked.length > 0) console.log(`left behind: ${leaked.join(', ')}`);
  rmSync(folder, { recursive: true });
}
