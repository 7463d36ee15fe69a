/**
 * Is a stack of somebody's own drilled as it would fail in production? One kill, measured twice: by a drill, and by hand on
 * plain containers on one plain network, under the same load of requests.
 *
 *     npm run build && node test/bench/stacks.mjs FOLDER NODE [drill.yaml]
 *
 * FOLDER has a Compose file and the drill file, whose first step waits and whose second one kills NODE; its recipes' own
 * dependencies are installed in a copy.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { loadDrills, runDrills } from '../../dist/index.js';
import { copyOf, down, entranceOf, underLoad, up } from './plain-stack.mjs';

const [folder, victim, file = 'drill.yaml'] = process.argv.slice(2);
const BEFORE = 3000;
const AFTER = 12_000;

const base = mkdtempSync(join(tmpdir(), 'drill-bench-'));

/** What a kill by hand costs whoever asks meanwhile. */
async function killed(port, system, container) {
  let at = 0;
  const outcomes = await underLoad(port, system, async (after) => {
    await after(BEFORE);
    at = performance.now();
    await promisify(execFile)('docker', ['kill', container]);
    await after(AFTER);
  });
  const failed = outcomes.filter(({ ok, end }) => !ok && end > at);
  const last = Math.max(at, ...failed.map(({ intended }) => intended));
  const back = Math.min(...outcomes.filter(({ ok, end }) => ok && end > last).map(({ end }) => end));
  return {
    availability: outcomes.filter(({ ok }) => ok).length / outcomes.length,
    recover: failed.length === 0 ? 0 : back - at,
  };
}

try {
  const stack = copyOf(folder, base);
  const drills = await loadDrills([join(stack, file)], stack);
  const { nodes, system } = drills[0].drill.topology;
  const id = `drill-bench-${process.pid}`;
  await up(nodes, id);
  await sleep(5000);
  const plain = await killed(entranceOf(nodes, id), system, `${id}-${victim}`);
  down();
  const { runs } = await runDrills({
    drills,
    runtime: 'docker',
    out: join(base, 'out'),
    environment: process.env,
  });
  const [{ verdict }] = runs;
  const [group] = Object.values(verdict.groups);
  const [fault] = verdict.timings.faults;
  console.log(JSON.stringify({ verdict: verdict.verdict, toxiproxy: verdict.toxiproxy, group, fault }));
  console.log(`${basename(stack)}, kill ${victim}`.padEnd(34), 'plain containers', '     drill');
  const row = (what, ...cells) => console.log(what.padEnd(34), ...cells.map((cell) => cell.padStart(16)));
  row(
    'availability',
    ...[plain.availability, group.availability].map((share) => `${(100 * share).toFixed(2)}%`),
  );
  row('recovery', ...[plain.recover, fault.recover_ms ?? 0].map((ms) => `${ms.toFixed(0)} ms`));
} finally {
  down();
  rmSync(base, { recursive: true, force: true });
}
