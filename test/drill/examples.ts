/** Drills that use the whole language, for tests that need valid ones. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A drill with every step and most options. */
export const EVERYTHING = `name: everything
about: Every step and most options, once.
topology:
  mode: active-passive
  policy: warm-active
  system: reference
  nodes:
    a: { role: primary, tags: [site:east, rack:r_1] }
    b: { role: standby, tags: [site:west] }
    c: { tags: [site:west], tmpfs: ['/data:size=64m,mode=1777', /scratch] }
  replication: semi-sync
  supervisor:
    members: 3
    trigger: standby
    detect: { heartbeat: { interval: 50ms, timeout: 250ms } }
    quorum: true
    fencing: { delay: 1.5s, confirm: false }
    lease: 600ms
clients:
  app: { count: 4, rate: 200/s, timeout: 500ms }
  slow: { rate: 100/m }
  stranded: { count: 2, rate: 0.5/s, pinned: a }
workload: { type: register, keys: 20, writes: 33.3% }
steps:
  - wait: 500ms
  - kill: primary
  - wait: { for: detected, within: 5s }
  - kill: { target: any standby, signal: SIGTERM, as: second }
  - restart: killed
  - pause: { target: primary, for: 3s }
  - pause: random 2 standby
  - resume: paused
  - partition: { groups: [[a], [b, c, supervisor]], mode: refuse }
  - partition: { from: a, to: b, as: deaf }
  - partition: { from: supervisor-1, to: power }
  - partition: { bridge: c, except: [site:east] }
  - partition: { ring: majorities, for: 2s }
  - partition: { isolate: site:east, except: [client:stranded], mode: stall }
  - partition: { link: 'primary->all standby' }
  - slow: { from: primary, to: all standby, latency: 200ms, jitter: 50ms }
  - toxic: { link: a->b, type: slicer, stream: downstream, toxicity: 50%, attributes: { average_size: 64 } }
  - toxic: { link: 'client:app -> primary', type: noop }
  - flap: { partition: { isolate: a }, every: 400ms, times: 6 }
  - together: [ { kill: a }, { partition: { isolate: supervisor-1 } } ]
  - switchover: { to: b }
  - random: { faults: [kill, pause, partition], every: 2s, during: 30s }
  - kill: { target: a, process: redis-server, signal: SIGQUIT }
  - stop: { target: b, grace: 2s }
  - pause: { target: a, by: freezer }
  - pause: { target: a, by: SIGSTOP, for: 1s }
  - cpu: { target: any standby, limit: 10%, for: 5s }
  - memory: { target: all standby, limit: 64m, as: tight }
  - disk: { target: c, fill: /data }
  - together: [ { slow_disk: { target: primary, write: 1m/s, read: 64k/s, write_ops: 20/s, read_ops: 5/s } } ]
  - clock: { target: site:west, skew: -30s }
  - heal: deaf
  - heal: all
  - wait: in-sync
failback: { to: a, trigger: automatic }
recovery: { success: 99.9%, hold: 2s }
expect:
  detect: <= 1s
  boot: 0ms
  init: <= 1us
  failover: < 2s
  recover: <= 2500ms
  outage: { app: <= 2500ms }
  availability: ">= 99.9%"
  double_primaries: 0
  lost_writes: "> 0"
  phantom_writes: 0
  stale_reads: 0
  linearizable: true
  failovers: "<= 3"
  failback: <= 2s
  failback_outage: <= 1.5s
  resync: <= 3s
  budget: { unavailable: 10m, per: 8760h, failures: ">= 5" }
seed: 4294967295
`;

/** The least that a drill can be. */
export const LEAST = `name: least
topology: { nodes: { a: { role: primary }, b: {} } }
`;

export interface Example {
  file: string;
  text: string;
}

/** Drill files of a folder of the repository, or none where there is no such folder. */
export function examplesIn(folder: string): Example[] {
  if (!existsSync(ROOT + folder)) return [];
  return readdirSync(ROOT + folder)
    .filter((file) => file.endsWith('.yaml'))
    .sort()
    .map((file) => ({ file: `${folder}/${file}`, text: readFileSync(`${ROOT}${folder}/${file}`, 'utf8') }));
}

/** Every valid drill at hand. */
export function examples(): Example[] {
  return [
    { file: 'everything.yaml', text: EVERYTHING },
    { file: 'least.yaml', text: LEAST },
    ...examplesIn('drills'),
    ...examplesIn('fixtures/known-bad'),
  ];
}
