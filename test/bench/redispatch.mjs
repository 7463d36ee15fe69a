/**
 * Does a balancer hide the loss of one of its servers as it would in production? One node is killed, cut off (drop) and cut
 * off (refuse), so many times each, by a drill, and by hand on plain containers, under the same load; the requests that failed
 * are counted.
 *
 *     npm run build && node test/bench/redispatch.mjs FOLDER BALANCER NODE [times] [kinds: kill,drop,refuse]
 *
 * FOLDER has a Compose file and a drill file, whose topology, clients and workload are taken.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse, stringify } from 'yaml';
import { loadDrills, runDrills } from '../../dist/index.js';
import { copyOf, docker, down, entranceOf, healthy, underLoad, up } from './plain-stack.mjs';

const [folder, balancer, victim, times = '50', kinds = 'kill,drop,refuse'] = process.argv.slice(2);
const AWAY = 1500;
/** Until the balancer takes it for well again. */
const BACK = 2500;

const call = (...args) => promisify(execFile)(args[0], args.slice(1));
const base = mkdtempSync(join(tmpdir(), 'drill-bench-'));

/** What does it by hand, and what undoes it. */
function byHand(kind, id) {
  const [lb, node] = [`${id}-${balancer}`, `${id}-${victim}`];
  if (kind === 'kill')
    return [
      () => call('docker', 'kill', node),
      () => call('docker', 'start', node).then(() => healthy(node)),
    ];
  const of = (container, format) => docker('inspect', '-f', format, container);
  const from = of(lb, `{{(index .NetworkSettings.Networks "${id}").IPAddress}}`);
  const net = `--net=/proc/${of(node, '{{.State.Pid}}')}/ns/net`;
  const how = kind === 'drop' ? ['-j', 'DROP'] : ['-p', 'tcp', '-j', 'REJECT', '--reject-with', 'tcp-reset'];
  const rule = (verb) => () => call('nsenter', net, 'iptables', verb, 'INPUT', '-s', from, ...how);
  return [rule('-A'), rule('-D')];
}

function steps(kind) {
  const once =
    kind === 'kill'
      ? [{ kill: victim }, { wait: `${AWAY}ms` }, { restart: victim }, { wait: `${BACK}ms` }]
      : [
          { partition: { groups: [[balancer], [victim]], mode: kind, for: `${AWAY}ms` } },
          { wait: `${AWAY + BACK}ms` },
        ];
  return [{ wait: '1s' }, ...Array.from({ length: Number(times) }, () => once).flat()];
}

const failedOf = (outcomes) => `${outcomes.filter(({ ok }) => !ok).length} of ${outcomes.length}`;

try {
  const stack = copyOf(folder, base);
  const given = parse(readFileSync(join(stack, 'drill.yaml'), 'utf8'));
  console.log(`${times} times each`.padEnd(16), 'plain containers', '           drill');
  for (const kind of kinds.split(',')) {
    const file = join(stack, `${kind}.yaml`);
    const drill = { ...given, name: kind, steps: steps(kind), expect: { errors: '<= 100%' } };
    writeFileSync(file, stringify(drill));
    const drills = await loadDrills([file], stack);
    const { nodes, system } = drills[0].drill.topology;
    const id = `drill-bench-${process.pid}`;
    await up(nodes, id);
    const [begin, end] = byHand(kind, id);
    const outcomes = await underLoad(entranceOf(nodes, id), system, async (after) => {
      await after(3000);
      for (let time = 0; time < Number(times); time++) {
        await begin();
        await after(AWAY);
        await end();
        await after(BACK);
      }
    });
    down();
    const environment = process.env;
    const { runs } = await runDrills({ drills, runtime: 'docker', out: join(base, 'out'), environment });
    const { counts } = runs[0].verdict;
    const all = counts.ok + counts.fail + counts.info;
    console.log(
      kind.padEnd(16),
      failedOf(outcomes).padStart(16),
      `${counts.fail + counts.info} of ${all}`.padStart(16),
    );
  }
} finally {
  down();
  rmSync(base, { recursive: true, force: true });
}
