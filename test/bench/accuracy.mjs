/**
 * How true are the measured times? Runs a drill against a scripted system that writes down, from its own clock,
 * when its primary died, when it declared the failure and when it began to serve again, and prints how far the
 * measured `detect` and `recover` are from that.
 *
 *     npm run build && node test/bench/accuracy.mjs [runs] [process|docker]
 *
 * Exits with 1 where the 95th percentile of the distance is over its bound: 5 ms on processes, 10 ms in containers.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { catalogWith, defineSystem, parseDrill, runDrills } from '../../dist/index.js';
import { integer, seeded } from '../../dist/random.js';
import { quantile } from './figures.mjs';

const RUNS = Number(process.argv[2] ?? 50);
const RUNTIME = process.argv[3] ?? 'process';
const BOUND = { process: 5, docker: 10 }[RUNTIME];
const NODE = fileURLToPath(new URL('accuracy/node.mjs', import.meta.url));
const random = seeded('accuracy');
const base = mkdtempSync(join(tmpdir(), 'drill-accuracy-'));

const DRILL = `
name: known-truth
topology:
  system: scripted
  nodes: { a: { role: primary }, b: {} }
  supervisor: { members: 1, trigger: standby, fencing: false, lease: false }
clients: { app: { count: 4, rate: 1000/s } }
workload: { type: register, writes: 100% }
steps: [ { wait: 300ms }, { kill: primary }, { wait: recovered } ]
recovery: { success: 95%, hold: 300ms }
expect: { detect: <= 10s, recover: <= 10s }
`;

function scripted(script, truth) {
  const exchange = (agent, address, method, path, body, signal) =>
    new Promise((resolve) => {
      let answered = false;
      const out = request({ agent, ...address, method, path, signal }, (response) => {
        answered = true;
        let text = '';
        response.on('data', (piece) => {
          text += piece;
        });
        response.on('end', () => {
          if (response.statusCode === 200)
            resolve({ type: 'ok', value: text === '' ? null : JSON.parse(text), node: undefined });
          else resolve({ type: 'fail', error: `status ${response.statusCode}` });
        });
      });
      out.on('error', (error) =>
        resolve({ type: answered || error.code !== 'ECONNREFUSED' ? 'info' : 'fail', error: error.message }),
      );
      out.end(body);
    });
  return defineSystem({
    name: 'scripted',
    operations: ['read', 'write'],
    program: (node) =>
      node.kind === 'supervisor'
        ? { command: [process.execPath, '-e', 'setInterval(() => {}, 1e6)'] }
        : {
            command: [
              process.execPath,
              NODE,
              JSON.stringify({
                ...script,
                name: node.name,
                listen: node.listen,
                data: node.data,
                peer: node.dial(node.name === 'a' ? 'b' : 'a'),
              }),
            ],
          },
    connect(address) {
      const agent = new Agent({ keepAlive: true });
      return {
        invoke: ({ f, key, value }, signal) =>
          f === 'read'
            ? exchange(agent, address, 'GET', `/${key}`, undefined, signal)
            : exchange(agent, address, 'PUT', `/${key}`, JSON.stringify(value), signal),
        close: () => agent.destroy(),
      };
    },
    // No stamps of the system's own: what is measured is what the runner sees arrive.
    eventOf(node, line) {
      const { event, at, ...rest } = JSON.parse(line);
      // The scripted nodes' own clock: the last instant at which the primary lived, and what came of it.
      if (at !== undefined) {
        truth[event] = at;
        return undefined;
      }
      if (event === 'role') return { body: { type: 'role', node, source: 'log', ...rest } };
      return { body: { type: 'supervisor', node, event, ...rest } };
    },
  });
}

const errors = { detect: [], recover: [] };
for (let run = 0; run < RUNS; run++) {
  const truth = {};
  const system = scripted({ detect: integer(random, 50, 400), failover: integer(random, 50, 400) }, truth);
  const catalog = catalogWith({ systems: [system] });
  const drill = parseDrill(DRILL, 'known-truth', catalog);
  const { runs } = await runDrills({
    drills: [{ file: 'known-truth', drill }],
    catalog,
    runtime: RUNTIME,
    out: join(base, String(run)),
    environment: process.env,
  });
  const { verdict } = runs[0];
  const [timings] = verdict.timings.faults;
  if (timings?.detect_ms == null || timings.recover_ms == null) {
    console.log(
      `run ${run}: ${verdict.verdict}; ${verdict.findings
        .filter((finding) => finding.verdict !== 'pass')
        .map((finding) => finding.message)
        .join('; ')}`,
    );
    continue;
  }
  errors.detect.push(timings.detect_ms - (truth.detected - truth.alive));
  errors.recover.push(timings.recover_ms - (truth.recovered - truth.alive));
}

const shown = (value) => `${value >= 0 ? '+' : ''}${value.toFixed(2)}`.padStart(9);
let over = errors.detect.length < RUNS;
console.log(`measured less true, ms, on ${RUNTIME}, over ${errors.detect.length} of ${RUNS} runs`);
console.log('figure         min      p50      p95      max   p95 of the distance');
for (const [figure, values] of Object.entries(errors)) {
  const distance = values.map(Math.abs);
  const row = [0, 0.5, 0.95, 1].map((share) => shown(quantile(values, share))).join('');
  over ||= quantile(distance, 0.95) > BOUND;
  console.log(`${figure.padEnd(9)}${row}   ${quantile(distance, 0.95).toFixed(2)} (bound ${BOUND})`);
}
rmSync(base, { recursive: true, force: true });
process.exit(over ? 1 : 0);
