/** What the judge says of a run: the shape of verdict.json, key by key. */

import type { Census } from '../history/census.js';
import type { EventOf } from '../history/event.js';

export type Judgement = 'pass' | 'fail' | 'inconclusive';

/** What one checker says of one expectation. */
export interface Finding {
  checker: string;
  /** The key of `expect`, or what every run must show: `faults take effect`, `history complete`, `nothing left behind`. */
  expectation: string;
  expected: string;
  actual: string;
  verdict: Judgement;
  /** Indexes of history events. */
  evidence: number[];
  /** For a person: what was seen, who, when, in which term, which operations. May have several lines. */
  message: string;
  /** What the history shows that may be the reason; only of what failed, and only where it shows something. */
  cause?: string;
}

/** The figures of one fault; null where there is none. Milliseconds with microsecond digits. */
export interface FaultTimings {
  fault: string;
  target: string;
  /** For people: `a cut off from everyone (drop)`. */
  text: string;
  /** When its first part was in force, since the run began; null where nobody saw that. */
  at_ms: number | null;
  /** From its first part in force to its last. */
  injection_ms: number | null;
  /** How long it was asked to last; null where it lasted until something healed it. */
  asked_ms: number | null;
  /** How long it was in force; null where it was not undone, or nobody saw since when it was. */
  lasted_ms: number | null;
  detect_ms: number | null;
  boot_ms: number | null;
  init_ms: number | null;
  failover_ms: number | null;
  /** The parts of the failover, each from the end of the one before; together they are failover_ms. */
  failover_parts: { part: string; ms: number }[];
  recover_ms: number | null;
  /** The longest stretch without an acknowledged operation, worst of the groups that follow the primary. */
  outage_ms: number | null;
  /** What clients noticed of it; null where nobody saw it take effect, or nobody asked for anything. */
  impact: Impact | null;
}

/** What became of the operations of all clients while a fault and its consequences lasted. */
export interface Impact {
  /** How many were under way. */
  asked: number;
  fail: number;
  info: number;
  /** How many were acknowledged, but took longer than was usual before the first fault. */
  slow: number;
}

export interface Timings {
  faults: FaultTimings[];
  failback_ms: number | null;
  failback_outage_ms: number | null;
  resync_ms: number | null;
}

export interface GroupFigures {
  ok: number;
  fail: number;
  info: number;
  availability: number;
  outage_ms: number;
  /** Latency of acknowledged operations from their intended start. */
  latency_ms: { p50: number; p99: number; max: number } | null;
}

export interface Counts {
  ok: number;
  fail: number;
  info: number;
  acked_writes: number;
  lost_writes: number;
  phantom_writes: number;
  stale_reads: number;
  /** Intervals in which two nodes were primary at once, on whichever level. */
  double_primary_intervals: number;
  /** The same by level: both believed it, both accepted writes, both acknowledged them. */
  double_primary_levels: { claims: number; accepts: number; acknowledges: number };
  failovers: number;
}

export interface Verdict {
  drill: string;
  about: string;
  runtime: string;
  seed: number;
  execution: number;
  verdict: Judgement;
  /** Wall time of the run, ms. */
  duration_ms: number;
  toxiproxy: { server: string; version: string } | null;
  /** What was there before, what was created, what was there after; null where nobody looked. */
  inventory: {
    before: Census | null;
    created: EventOf<'inventory'>['created'];
    after: Census | null;
    leaked: string[];
    unseen: string[];
    /** The label of a run that was left as it was, because that was asked for. */
    kept: string | null;
  } | null;
  /** How long the runner stood still at most, ms; null where the history cannot show it. */
  worst_stall_ms: number | null;
  timings: Timings;
  counts: Counts;
  groups: Record<string, GroupFigures>;
  findings: Finding[];
}

/** One fail makes it fail; else one inconclusive makes it inconclusive; a verdict without findings is inconclusive. */
export function judgementOf(findings: readonly Pick<Finding, 'verdict'>[]): Judgement {
  if (findings.some((finding) => finding.verdict === 'fail')) return 'fail';
  return findings.length > 0 && findings.every((finding) => finding.verdict === 'pass')
    ? 'pass'
    : 'inconclusive';
}
