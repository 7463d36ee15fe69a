/**
 * Does anything stay behind in the engine? So many ups and downs of three nodes with their edges, one after another; each
 * time, what carries the run's label is counted, and what the run's inventory says. Exits with 1 where anything stayed.
 * The engine of DOCKER_HOST, or else the machine's, is used; nothing but the bench's own runs is looked at or removed.
 *
 *     npm run build && node test/bench/ups-and-downs.mjs [ups and downs]
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock as clock } from '../../dist/clock.js';
import { freshId } from '../../dist/random.js';
import { openDockerCluster } from '../../dist/runtime/docker/docker-runtime.js';
import { engineClient, findEngine } from '../../dist/runtime/docker/engine.js';
import { remainingIn } from '../../dist/runtime/docker/remove.js';
import { median } from './figures.mjs';

const RUNS = Number(process.argv[2] ?? 20);
const NODES = ['a', 'b', 'c'];
const base = mkdtempSync(join(tmpdir(), 'drill-bench-'));
const docker = await engineClient((await findEngine(process.env, clock)).address);

const links = NODES.flatMap((from) =>
  NODES.filter((to) => to !== from).map((to) => ({ name: `${from}->${to}`, from, to })),
);
const program = {
  command: [process.execPath, '-e', 'setInterval(() => {}, 1000)'],
  environment: {},
};

let stayed = 0;
const took = { up: [], down: [] };
for (let run = 1; run <= RUNS; run++) {
  const label = freshId();
  const logs = join(base, String(run));
  mkdirSync(logs);
  const begun = clock.now();
  const cluster = await openDockerCluster(
    { nodes: NODES, links, power: false },
    {
      clock,
      run: label,
      logs,
      environment: process.env,
      signal: new AbortController().signal,
      onLine() {},
      onExit() {},
      onLost(error) {
        console.log(`run ${run}: ${error.message}`);
      },
    },
  );
  await cluster.edges.toxiproxies(run, { kind: 'embedded' });
  await Promise.all(NODES.map((node) => cluster.start(node, program)));
  const up = clock.now();
  const { leaked } = await cluster.close();
  took.up.push(up - begun);
  took.down.push(clock.now() - up);
  const left = [...new Set([...leaked, ...(await remainingIn(docker, label))])];
  if (left.length > 0) stayed++;
  for (const one of left) console.log(`run ${run}: left behind: ${one}`);
}
rmSync(base, { recursive: true, force: true });
const [up, down] = [median(took.up), median(took.down)].map((ms) => ms.toFixed(0));
console.log(
  `${RUNS} ups and downs: something stayed behind after ${stayed}; median up ${up} ms, down ${down} ms`,
);
process.exit(stayed > 0 ? 1 : 0);
