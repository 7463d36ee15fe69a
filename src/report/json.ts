/** verdict.json: the verdict as it is, its keys always in the same order, so that two can be compared by `diff`. */

import type { FaultTimings, Finding, GroupFigures, Verdict } from '../checker/verdict.js';
import type { Census } from '../history/census.js';

/** A copy of `value` with these keys, in this order; a key that is forgotten here is a type error. */
function inOrder<T extends object>(value: T, keys: Record<keyof T, true>): T {
  const names = Object.keys(keys) as (keyof T)[];
  return Object.fromEntries(names.map((name) => [name, value[name]])) as T;
}

function finding(value: Finding): Finding {
  return inOrder(value, {
    checker: true,
    expectation: true,
    expected: true,
    actual: true,
    verdict: true,
    evidence: true,
    message: true,
  });
}

function faultTimings(value: FaultTimings): FaultTimings {
  const impact = value.impact && inOrder(value.impact, { asked: true, fail: true, info: true, slow: true });
  const parts = value.failover_parts.map((part) => inOrder(part, { part: true, ms: true }));
  return inOrder(
    { ...value, failover_parts: parts, impact },
    {
      fault: true,
      target: true,
      injection_ms: true,
      asked_ms: true,
      lasted_ms: true,
      detect_ms: true,
      boot_ms: true,
      init_ms: true,
      failover_ms: true,
      failover_parts: true,
      recover_ms: true,
      outage_ms: true,
      impact: true,
    },
  );
}

function group(value: GroupFigures): GroupFigures {
  const latency = value.latency_ms && inOrder(value.latency_ms, { p50: true, p99: true, max: true });
  return inOrder(
    { ...value, latency_ms: latency },
    { ok: true, fail: true, info: true, availability: true, outage_ms: true, latency_ms: true },
  );
}

function counts(value: Verdict['counts']): Verdict['counts'] {
  const levels = inOrder(value.double_primary_levels, { claims: true, accepts: true, acknowledges: true });
  return inOrder(
    { ...value, double_primary_levels: levels },
    {
      ok: true,
      fail: true,
      info: true,
      acked_writes: true,
      lost_writes: true,
      phantom_writes: true,
      stale_reads: true,
      double_primary_intervals: true,
      double_primary_levels: true,
      failovers: true,
    },
  );
}

const KINDS = ['processes', 'proxies', 'folders', 'containers', 'networks', 'volumes'] as const;

/** Counts of some of the kinds. */
function kinds<Some extends object>(value: Some): Some {
  const known = KINDS.filter((kind) => Object.hasOwn(value, kind));
  return Object.fromEntries(known.map((kind) => [kind, value[kind as keyof Some]])) as Some;
}

function census(value: Census | null): Census | null {
  if (!value) return null;
  const { run, drills, engine } = value;
  return {
    run: kinds(run),
    ...(drills ? { drills: kinds(drills) } : {}),
    ...(engine ? { engine: kinds(engine) } : {}),
  };
}

function inventory(value: Verdict['inventory']): Verdict['inventory'] {
  if (!value) return null;
  const { before, created, after } = value;
  return inOrder(
    { ...value, before: census(before), created: kinds(created), after: census(after) },
    { before: true, created: true, after: true, leaked: true, unseen: true, kept: true },
  );
}

/** The text of verdict.json. Groups are sorted by name; faults and findings keep their order. */
export function verdictJson(verdict: Verdict): string {
  const { timings, groups, toxiproxy } = verdict;
  const names = Object.keys(groups).sort();
  const ordered = inOrder(
    {
      ...verdict,
      toxiproxy: toxiproxy && inOrder(toxiproxy, { server: true, version: true }),
      inventory: inventory(verdict.inventory),
      timings: inOrder(
        { ...timings, faults: timings.faults.map(faultTimings) },
        { faults: true, failback_ms: true, failback_outage_ms: true, resync_ms: true },
      ),
      counts: counts(verdict.counts),
      groups: Object.fromEntries(names.map((name) => [name, group(groups[name] as GroupFigures)])),
      findings: verdict.findings.map(finding),
    },
    {
      drill: true,
      about: true,
      runtime: true,
      seed: true,
      execution: true,
      verdict: true,
      duration_ms: true,
      toxiproxy: true,
      inventory: true,
      worst_stall_ms: true,
      timings: true,
      counts: true,
      groups: true,
      findings: true,
    },
  );
  return `${JSON.stringify(ordered, undefined, 2)}\n`;
}
