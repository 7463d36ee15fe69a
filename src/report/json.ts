/** verdict.json: the verdict as it is, its keys always in the same order, so that two can be compared by `diff`. */

import type { Verdict } from '../checker/verdict.js';
import type { Census } from '../history/census.js';

/** The keys of a type in their order, down to the last one; a key that is forgotten is a type error. */
type Keys<T> = [T] extends [readonly (infer Each)[] | null]
  ? Keys<Each>
  : [T] extends [object | null | undefined]
    ? { [Key in keyof NonNullable<T>]-?: Keys<NonNullable<T>[Key]> }
    : true;

const IN_ENGINE = { containers: true, networks: true, volumes: true } as const;
const CENSUS: Keys<Census> = {
  run: { processes: true, folders: true, ...IN_ENGINE },
  drills: IN_ENGINE,
  engine: IN_ENGINE,
};

const VERDICT: Keys<Verdict> = {
  drill: true,
  about: true,
  runtime: true,
  seed: true,
  execution: true,
  verdict: true,
  duration_ms: true,
  toxiproxy: { server: true, version: true },
  inventory: {
    before: CENSUS,
    created: { processes: true, proxies: true, folders: true, ...IN_ENGINE },
    after: CENSUS,
    leaked: true,
    unseen: true,
    kept: true,
  },
  worst_stall_ms: true,
  timings: {
    faults: {
      fault: true,
      target: true,
      text: true,
      at_ms: true,
      injection_ms: true,
      asked_ms: true,
      lasted_ms: true,
      detect_ms: true,
      boot_ms: true,
      init_ms: true,
      failover_ms: true,
      failover_parts: { part: true, ms: true },
      recover_ms: true,
      outage_ms: true,
      impact: { asked: true, fail: true, info: true, slow: true },
    },
    failback_ms: true,
    failback_outage_ms: true,
    resync_ms: true,
  },
  counts: {
    ok: true,
    fail: true,
    info: true,
    acked_writes: true,
    lost_writes: true,
    phantom_writes: true,
    stale_reads: true,
    double_primary_intervals: true,
    double_primary_levels: { claims: true, accepts: true, acknowledges: true },
    failovers: true,
  },
  groups: {},
  findings: {
    checker: true,
    expectation: true,
    expected: true,
    actual: true,
    verdict: true,
    evidence: true,
    message: true,
    cause: true,
  },
};

const GROUP: Keys<Verdict['groups'][string]> = {
  ok: true,
  fail: true,
  info: true,
  availability: true,
  outage_ms: true,
  latency_ms: { p50: true, p99: true, max: true },
};

function inOrder(value: unknown, keys: object | true): unknown {
  if (typeof value !== 'object' || value === null || keys === true) return value;
  if (Array.isArray(value)) return value.map((each) => inOrder(each, keys));
  const held = value as Record<string, unknown>;
  return Object.fromEntries(Object.entries(keys).map(([key, inner]) => [key, inOrder(held[key], inner)]));
}

/** The text of verdict.json. Groups are sorted by name; faults and findings keep their order. */
export function verdictJson(verdict: Verdict): string {
  const names = Object.keys(verdict.groups).sort();
  const groups = Object.fromEntries(names.map((name) => [name, GROUP]));
  return `${JSON.stringify(inOrder(verdict, { ...VERDICT, groups }), undefined, 2)}\n`;
}
