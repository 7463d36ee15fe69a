/**
 * Is a stack of somebody's own drilled as it would fail in production? One kill, measured twice: by a drill, and by hand on
 * plain containers on one plain network, under the same load of requests.
 *
 *     npm run build && node test/bench/stacks.mjs FOLDER NODE [drill.yaml]
 *
 * FOLDER has a Compose file and the drill file, whose steps begin with a wait, a kill of NODE, a wait, and its restart; what
 * follows is left out. Its recipes' own dependencies are installed in a copy.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { parse, stringify } from 'yaml';
import { loadDrills, runDrills } from '../../dist/index.js';
import { copyOf, down, entranceOf, underLoad, up } from './plain-stack.mjs';

const [folder, victim, file = 'drill.yaml'] = process.argv.slice(2);
const AFTER = 10_000;

const base = mkdtempSync(join(tmpdir(), 'drill-bench-'));

/** What a kill by hand costs whoever asks meanwhile. */
async function killed(port, system, container, [before, away]) {
  let at = 0;
  const outcomes = await underLoad(port, system, async (after) => {
    await after(before);
    at = performance.now();
    await promisify(execFile)('docker', ['kill', container]);
    await after(away);
    await promisify(execFile)('docker', ['start', container]);
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
  const given = parse(readFileSync(join(stack, file), 'utf8'));
  const steps = [...given.steps.slice(0, 4), { wait: `${AFTER}ms` }];
  writeFileSync(join(stack, 'one-kill.yaml'), stringify({ ...given, steps }));
  const drills = await loadDrills([join(stack, 'one-kill.yaml')], stack);
  const waits = [steps[0], steps[2]].map(({ wait }) => Number(wait.replace('s', '')) * 1000);
  const { nodes, system } = drills[0].drill.topology;
  const id = `drill-bench-${process.pid}`;
  await up(nodes, id);
  await sleep(5000);
  const plain = await killed(entranceOf(nodes, id), system, `${id}-${victim}`, waits);
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
