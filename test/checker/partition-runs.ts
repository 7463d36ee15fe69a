/**
 * The histories under fixtures/histories, in the style of a recorded run: three nodes, one group that follows
 * the primary and one that stays with a, a partition, a failover, a heal, a failback. What goes wrong in each is
 * an option; `histories.test.ts` holds the files against this.
 */
import type { DrillFile } from '../../src/drill/schema.js';
import type { Event, Value } from '../../src/history/event.js';
import { integer, type Random, seeded } from '../../src/random.js';
import { Building } from './build.js';

export interface Trouble {
  /** Everything takes this much longer, and the standby has to be started first. */
  slower?: number;
  /** a goes on serving its clients while it is cut off, and forgets what it took after the heal. */
  unfenced?: boolean;
  /** b steps down in favour of c, and a write that was refused is there all the same. */
  restless?: boolean;
  /** No probe sees the partition take effect. */
  unseen?: boolean;
}

export const EXPECT: NonNullable<DrillFile['expect']> = {
  detect: '<= 1s',
  boot: '<= 100ms',
  init: '<= 100ms',
  failover: '<= 500ms',
  recover: '<= 1500ms',
  outage: { app: '<= 1500ms' },
  availability: { app: '>= 80%' },
  double_primaries: 0,
  lost_writes: 0,
  phantom_writes: 0,
  stale_reads: 0,
  linearizable: true,
  failovers: '<= 1',
  failback: '<= 500ms',
  failback_outage: '<= 500ms',
  resync: '<= 1s',
  budget: { unavailable: '10m', per: '60m', failures: '>= 400' },
};

const KEYS = 5;
const CUT = 2000;
/** When the lease of a runs out. */
const LEASE_END = 2590;

type Times = Record<'declared' | 'promoted' | 'heal' | 'synced' | 'back' | 'returned' | 'final', number>;

/** The events of the run, with what was asked for having gone wrong. */
export function recorded(trouble: Trouble = {}): Event[] {
  const slower = trouble.slower ?? 0;
  const run = new Building({
    name: 'split-brain',
    about: 'The primary is cut off from everyone but its own clients.',
    clients: { app: { count: 2, rate: '50/s' }, west: { count: 1, rate: '25/s', pinned: 'a' } },
    workload: { type: 'register', keys: KEYS },
    steps: [{ partition: { isolate: 'primary', except: ['client:west'] } }, { wait: '2s' }, { heal: 'all' }],
    failback: { to: 'a' },
    expect: EXPECT,
  });
  const times = {
    declared: 2405 + slower,
    promoted: 2650 + 2 * slower,
    heal: 4700 + 2 * slower,
    synced: 5100 + 3 * slower,
    back: 5400 + 3 * slower,
    returned: 5600 + 4 * slower,
    final: 6600 + 4 * slower,
  };
  course(run, times, trouble);
  roles(run, times, trouble);
  const service = new Service(run, times, trouble);
  for (let ms = 320; ms < times.final - 100; ms += 10) {
    if (ms % 20 === 0) service.ask(ms, 'app');
    else if (ms % 40 === 10) service.ask(ms, 'west');
  }
  service.finalReads();
  return run.events();
}

/** Phases, the fault, what the supervisor did, the way back. */
function course(run: Building, times: Times, trouble: Trouble): void {
  run.phase(1, 'up').phase(300, 'steady').phase(1500, 'steps');
  run.at(1500, { type: 'step', step: 1, text: 'partition: isolate primary' });
  const cuts = ['a->b', 'b->a', 'a->c', 'c->a', 'a->s1', 's1->a'];
  const effective = trouble.unseen ? null : CUT;
  const fault = run.fault(CUT - 3, { kind: 'partition', targets: ['a'], effective, cuts });
  run.at(CUT + 2, { type: 'step', step: 2, text: 'wait: 2s' });
  run.supervisor(times.declared, 'declared', 'a');
  if (!trouble.unfenced) run.supervisor(times.declared + 1, 'fencing', 'a').supervisor(2600, 'fenced', 'a');
  run.supervisor(times.promoted - 40, 'sealed', 'b', 2).supervisor(times.promoted - 20, 'promoting', 'b', 2);
  if (trouble.slower) {
    run.node(times.declared + 10, 'b', 'starting').node(times.declared + 310, 'b', 'running');
    run.node(times.declared + 510, 'b', 'loaded');
  }
  run.supervisor(times.promoted, 'promoted', 'b', 2);
  run.at(times.heal - 1, { type: 'step', step: 3, text: 'heal: all' }).heal(times.heal, fault);
  run
    .phase(times.heal + 10, 'settle')
    .phase(times.heal + 100, 'resync')
    .node(times.synced, 'a', 'in-sync');
  run.phase(times.back - 1, 'failback').ask(times.back, 'failback', 'a');
  run.phase(times.final, 'final reads').phase(times.final + 50, 'down');
}

/** What the nodes say of themselves: in their logs at a change, and to a probe ten times a second. */
function roles(run: Building, times: Times, trouble: Trouble): void {
  const { heal, promoted, back, returned, final } = times;
  const last = trouble.restless ? 'c' : 'b';
  const reigns = [
    { node: 'a', term: 1, from: 5, to: trouble.unfenced ? heal + 20 : LEASE_END },
    { node: 'b', term: 2, from: promoted, to: trouble.restless ? 4000 : back + 50 },
    ...(trouble.restless ? [{ node: 'c', term: 3, from: 4001, to: back + 50 }] : []),
    { node: 'a', term: 4, from: returned - 5, to: final + 50 },
  ];
  for (const { node, term, from, to } of reigns) {
    run.role(from, node, 'primary', { term });
    for (let ms = Math.ceil(from / 100) * 100 + 3; ms < to; ms += 100) {
      const until = trouble.unfenced
        ? {}
        : { until: node === 'a' && term === 1 ? Math.min(ms + 600, LEASE_END) : ms + 600 };
      run.role(ms, node, 'primary', {
        term,
        source: 'probe',
        accepted: Math.floor((ms - from) / 20),
        ...until,
      });
    }
    if (to < final) run.role(to, node, 'standby', { term: node === last ? 4 : term });
  }
}

/** The service as its clients see it: one operation at a time, each on the primary of the time. */
class Service {
  readonly #random: Random = seeded('fixtures');
  /** What the majority holds, and what a holds while it is cut off and not fenced. */
  readonly #trunk = new Map<string, Value>();
  #branch: Map<string, Value> | undefined;
  #next = 1;

  constructor(
    readonly run: Building,
    readonly times: Times,
    readonly trouble: Trouble,
  ) {}

  ask(ms: number, client: 'app' | 'west'): void {
    const write = this.#random.next() < 0.7;
    const key = `k${integer(this.#random, 0, KEYS - 1)}`;
    const took = integer(this.#random, 500, 4000) / 1000;
    const { by, term, type } = this.#answer(ms, client);
    const alone = type === 'ok' && by === 'a' && term === 1 && ms >= CUT;
    if (alone) this.#branch ??= new Map(this.#trunk);
    const state = alone ? this.#branch! : this.#trunk;
    const options = { key, client, by, term, type, took: type === 'info' ? 300 : took, intended: ms - 0.2 };
    if (!write) {
      this.run.read(ms, type === 'ok' ? (state.get(key) ?? null) : null, options);
      return;
    }
    const value = this.#next++;
    if (type === 'ok') state.set(key, value);
    this.run.write(ms, value, options);
    if (this.trouble.restless && value === 100) this.#phantom(ms + 5, key);
  }

  /** A write that is refused, and then read all the same. */
  #phantom(ms: number, key: string): void {
    const options = { key, client: 'app', took: 1 };
    this.run.write(ms, 'refused', { ...options, type: 'fail' }).read(ms + 2, 'refused', options);
  }

  #answer(ms: number, client: 'app' | 'west'): { by: string; term: number; type: 'ok' | 'fail' | 'info' } {
    const { promoted, heal, back, returned } = this.times;
    const { restless, unfenced } = this.trouble;
    if (ms < CUT) return { by: 'a', term: 1, type: 'ok' };
    if (ms >= returned) return { by: 'a', term: 4, type: 'ok' };
    if (client === 'west') {
      if (unfenced && ms < heal) return { by: 'a', term: 1, type: 'ok' };
      return { by: 'a', term: 1, type: ms < LEASE_END ? 'info' : 'fail' };
    }
    if (ms < promoted) return { by: 'a', term: 1, type: 'info' };
    if (ms >= back) return { by: 'b', term: 2, type: 'fail' };
    return restless && ms >= 4000 ? { by: 'c', term: 3, type: 'ok' } : { by: 'b', term: 2, type: 'ok' };
  }

  finalReads(): void {
    for (let at = 0; at < KEYS; at += 1) {
      const key = `k${at}`;
      const options = { key, client: 'final', by: 'a', term: 4, took: 0.5 };
      this.run.read(this.times.final + 1 + at, this.#trunk.get(key) ?? null, options);
    }
  }
}

export interface Recording {
  file: string;
  trouble: Trouble;
  verdict: 'pass' | 'fail' | 'inconclusive';
  /** The expectations that are not met. */
  broken: string[];
}

export const RECORDINGS: readonly Recording[] = [
  { file: 'split-brain.jsonl', trouble: {}, verdict: 'pass', broken: [] },
  {
    file: 'slow-failover.jsonl',
    trouble: { slower: 700 },
    verdict: 'fail',
    broken: [
      ...['detect', 'boot', 'init', 'failover', 'recover', 'outage', 'availability'],
      ...['failback', 'failback_outage', 'resync', 'budget'],
    ],
  },
  {
    file: 'no-fencing.jsonl',
    trouble: { unfenced: true },
    verdict: 'fail',
    broken: ['double_primaries', 'lost_writes', 'stale_reads', 'linearizable'],
  },
  {
    file: 'restless.jsonl',
    trouble: { restless: true },
    verdict: 'fail',
    broken: ['phantom_writes', 'linearizable', 'failovers'],
  },
  {
    file: 'unseen-fault.jsonl',
    trouble: { unseen: true },
    verdict: 'inconclusive',
    broken: ['detect', 'boot', 'init', 'failover', 'recover', 'budget', 'faults take effect'],
  },
];
