/**
 * Is a stack of somebody's own drilled as it would fail in production? One kill, measured twice: by a drill, and by hand on
 * plain containers on one plain network, under the same load of requests.
 *
 *     npm run build && node test/bench/stacks.mjs FOLDER NODE [drill.yaml]
 *
 * FOLDER has a Compose file and the drill file, whose first step waits and whose second one kills NODE; its recipes' own
 * dependencies are installed in a copy.
 */
import { execFile, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { loadDrills, runDrills } from '../../dist/index.js';

const [folder, victim, file = 'drill.yaml'] = process.argv.slice(2);
const RATE = 40;
const WRITES = 0.6;
const TIMEOUT = 1000;
const BEFORE = 3000;
const AFTER = 12_000;

const base = mkdtempSync(join(tmpdir(), 'drill-bench-'));
const stack = join(base, basename(resolve(folder)));
cpSync(folder, stack, { recursive: true });
for (const part of readdirSync(stack))
  if (existsSync(join(stack, part, 'package.json')))
    run('npm', ['install', '--no-audit', '--no-fund', '--silent'], join(stack, part));

/** What was made, by its name: undone at the end. */
const made = { containers: [], network: undefined };

function run(command, args, cwd = stack) {
  const done = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`${command} ${args.join(' ')}: ${done.stderr || done.error}`);
  return done.stdout.trim();
}
const docker = (...args) => run('docker', args);

async function up(nodes, id) {
  made.network = docker('network', 'create', '--label', `drill-bench=${id}`, id);
  const left = new Map(Object.entries(nodes));
  while (left.size > 0) {
    for (const [name, node] of left) {
      const needs = Object.entries(node.depends_on ?? {});
      if (needs.some(([one]) => left.has(one))) continue;
      for (const [one, { condition }] of needs)
        if (condition === 'service_healthy') await healthy(`${id}-${one}`);
      start(name, node, id);
      left.delete(name);
    }
  }
  for (const [name, node] of Object.entries(nodes)) if (node.healthcheck) await healthy(`${id}-${name}`);
}

function start(name, node, id) {
  const image = node.image ?? docker('build', '-q', node.build.context);
  const { test, interval, timeout, retries } = node.healthcheck ?? {};
  const flags = [
    ['--name', `${id}-${name}`, '--network', id, '--network-alias', name, '--hostname', name],
    ...Object.entries(node.environment ?? {}).map(([key, value]) => ['-e', `${key}=${value}`]),
    ...(node.volumes ?? []).map((use) => ['-v', use.startsWith('/') ? use : use.slice(use.indexOf(':') + 1)]),
    ...(node.role === 'primary' ? node.expose.map((port) => ['-p', `127.0.0.1::${port}`]) : []),
    ...(test
      ? [
          ['--health-cmd', (test[0] === 'CMD' ? test.slice(1) : test).join(' ')],
          ['--health-interval', `${interval}ms`, '--health-timeout', `${timeout}ms`],
          ['--health-retries', String(retries)],
        ]
      : []),
  ];
  made.containers.push(docker('run', '-d', '--init', ...flags.flat(), image, ...(node.command ?? [])));
}

async function healthy(container) {
  for (let tries = 0; tries < 240; tries++) {
    if (docker('inspect', '-f', '{{.State.Health.Status}}', container) === 'healthy') return;
    await sleep(250);
  }
  throw new Error(`${container} does not become healthy`);
}

/** Requests at a fixed rate, each counted from when it was meant to begin. */
async function load(port, system, kill) {
  const agent = new Agent({ keepAlive: true });
  const outcomes = [];
  const send = (count, intended) =>
    new Promise((done) => {
      const isWrite = count % 10 < WRITES * 10;
      const [method, path] = system.http[isWrite ? 'write' : 'read'].request.split(' ');
      const at = path.replace('{key}', `k${isWrite ? count : Math.max(0, count - 10)}`);
      const end = (ok) => {
        outcomes.push({ intended, end: performance.now(), ok, isWrite });
        done();
      };
      const asked = request(
        { host: '127.0.0.1', port, agent, method, path: at, timeout: TIMEOUT },
        (answer) => {
          answer.resume();
          answer.once('end', () => end(answer.statusCode < 300 || answer.statusCode === 404));
          answer.once('error', () => end(false));
        },
      );
      asked.once('timeout', () => asked.destroy(new Error('timed out')));
      asked.once('error', () => end(false));
      asked.end(isWrite ? `v${count}` : undefined);
    });
  const begun = performance.now();
  const all = [];
  let killed;
  for (let count = 0; count < ((BEFORE + AFTER) / 1000) * RATE; count++) {
    const intended = begun + (count * 1000) / RATE;
    await sleep(Math.max(0, intended - performance.now()));
    if (killed === undefined && intended - begun >= BEFORE) {
      killed = performance.now();
      void kill();
    }
    all.push(send(count, intended));
  }
  await Promise.all(all);
  agent.destroy();
  const failed = outcomes.filter(({ ok, end }) => !ok && end > killed);
  const last = Math.max(killed, ...failed.map(({ intended }) => intended));
  const back = Math.min(...outcomes.filter(({ ok, end }) => ok && end > last).map(({ end }) => end));
  return {
    availability: outcomes.filter(({ ok }) => ok).length / outcomes.length,
    recover: failed.length === 0 ? 0 : back - killed,
  };
}

try {
  const drills = await loadDrills([join(stack, file)], stack);
  const { nodes, system } = drills[0].drill.topology;
  const id = `drill-bench-${process.pid}`;
  await up(nodes, id);
  const [entrance, { expose }] = Object.entries(nodes).find(([, { role }]) => role === 'primary');
  const port = docker('port', `${id}-${entrance}`, String(expose[0])).split('\n')[0].split(':').at(-1);
  await sleep(5000);
  const plain = await load(port, system, () => promisify(execFile)('docker', ['kill', `${id}-${victim}`]));
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

function down() {
  for (const container of made.containers.splice(0)) docker('rm', '-f', '-v', container);
  if (made.network) docker('network', 'rm', made.network);
  made.network = undefined;
}
