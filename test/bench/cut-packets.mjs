/**
 * The same for one shared network: how long it takes until the packet filters cut one node of five, and let it go:
 *
 *     node test/bench/cut-packets.mjs [--cuts 50] [--dist DIR]
 *
 * Five nodes and three supervisors in containers; needs an engine, root and iptables. Measured from the order until the
 * last filter has taken its rules.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    cuts: { type: 'string', default: '50' },
    dist: { type: 'string', default: new URL('../../dist', import.meta.url).pathname },
  },
});
const load = (name) => import(pathToFileURL(join(resolve(values.dist), name)));
const { systemClock: clock, sleep } = await load('clock.js');
const { freshId } = await load('random.js');
const { dockerRuntime } = await load('runtime/docker/docker-runtime.js');
const { openPacketLinks } = await load('link/packet-links.js');
const { grudge } = await load('topology/grudge.js');

const members = ['a', 'b', 'c', 'd', 'e', 'supervisor-1', 'supervisor-2', 'supervisor-3'];
const links = members.flatMap((from) =>
  members.filter((to) => to !== from).map((to) => ({ name: `${from}->${to}`, from, to })),
);
const logs = mkdtempSync(join(tmpdir(), 'cut-bench-'));
const cluster = await dockerRuntime.open(
  { nodes: members, links, power: false, shared: true },
  { clock, run: freshId(), logs, environment: process.env, onLine() {}, onExit() {} },
);
try {
  await cluster.toxiproxies(7, { kind: 'embedded' });
  const direct = await openPacketLinks({ clock, filters: cluster.filters() }, links);
  for (const [mode, shape] of [
    ['drop', { shape: 'isolate', targets: ['a'] }],
    ['refuse', { shape: 'isolate', targets: ['a'] }],
    ['drop', { shape: 'one-way', from: ['a'], to: ['b'] }],
  ]) {
    const cuts = grudge({ ...shape, except: [], mode }, links);
    const took = { cut: [], heal: [], look: [] };
    for (let number = 0; number < Number(values.cuts); number++) {
      // As in a drill, where changes do not follow each other at once.
      await sleep(clock, 500);
      let start = clock.now();
      took.cut.push((await direct.apply(`fault-${number}`, { mode, cuts })).at - start);
      start = clock.now();
      await Promise.all(cuts.map(({ link }) => direct.state(link)));
      took.look.push(clock.now() - start);
      await sleep(clock, 500);
      start = clock.now();
      took.heal.push((await direct.heal(`fault-${number}`)).at - start);
    }
    for (const what of ['cut', 'look', 'heal'])
      console.log(`${shape.shape.padEnd(8)} ${mode.padEnd(6)} ${what.padEnd(4)} ${distribution(took[what])}`);
  }
} finally {
  await cluster.close();
  rmSync(logs, { recursive: true, force: true });
}

function distribution(times) {
  const sorted = [...times].sort((left, right) => left - right);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))].toFixed(1);
  return `ms: p50 ${at(0.5)}  p95 ${at(0.95)}  most ${at(1)}`;
}
