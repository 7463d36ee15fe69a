/** Small verdicts and histories for the tests of the reports. */
import type { Finding, Judgement, Verdict } from '../../src/checker/verdict.js';
import type { Event, EventBody } from '../../src/history/event.js';
import type { ReportedRun } from '../../src/report/run.js';

/** What no text shown in a terminal may hold: all control characters but the line feed. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
export const CONTROLS = /[\x00-\x09\x0b-\x1f\x7f-\x9f]/;

export function finding(expectation: string, verdict: Judgement, more: Partial<Finding> = {}): Finding {
  return {
    checker: 'recovery',
    expectation,
    expected: '<= 2500ms',
    actual: '508.3 ms',
    verdict,
    evidence: [12, 41],
    message: verdict === 'pass' ? '' : `what was seen of ${expectation}\nin two lines`,
    ...more,
  };
}

export function verdictOf(findings: Finding[], more: Partial<Verdict> = {}): Verdict {
  const has = (judgement: Judgement) => findings.some(({ verdict }) => verdict === judgement);
  return {
    drill: 'split-brain',
    about: 'The primary is cut off.',
    runtime: 'process',
    seed: 123,
    execution: 1,
    verdict: has('fail') ? 'fail' : has('inconclusive') ? 'inconclusive' : 'pass',
    duration_ms: 14_204.25,
    toxiproxy: { server: 'embedded', version: '2.12.0' },
    inventory: {
      before: { run: { processes: 0, folders: 0 } },
      created: { processes: 8, proxies: 33, folders: 1 },
      after: { run: { processes: 0, folders: 0 } },
      leaked: [],
      unseen: [],
      kept: null,
    },
    worst_stall_ms: 0,
    timings: {
      faults: [
        {
          fault: 'fault-1',
          target: 'a',
          text: 'a cut off from everyone (drop)',
          at_ms: 2013.4,
          injection_ms: 1.5,
          asked_ms: null,
          lasted_ms: null,
          detect_ms: 412.125,
          boot_ms: 0,
          init_ms: 0,
          failover_ms: 96.2,
          failover_parts: [{ part: 'fence', ms: 31.1 }],
          recover_ms: 508.325,
          outage_ms: 531,
          impact: { asked: 2007, fail: 3, info: 4, slow: 12 },
        },
      ],
      failback_ms: 88.4,
      failback_outage_ms: null,
      resync_ms: null,
    },
    counts: {
      ok: 2000,
      fail: 3,
      info: 4,
      acked_writes: 1400,
      lost_writes: 0,
      phantom_writes: 0,
      stale_reads: 0,
      double_primary_intervals: 0,
      double_primary_levels: { claims: 0, accepts: 0, acknowledges: 0 },
      failovers: 1,
    },
    groups: {
      east: {
        ok: 2000,
        fail: 3,
        info: 4,
        availability: 0.9965,
        outage_ms: 531,
        latency_ms: { p50: 1.2, p99: 9, max: 40 },
      },
    },
    findings,
    ...more,
  };
}

export function runOf(findings: Finding[], more: Partial<Verdict> = {}): ReportedRun {
  const verdict = verdictOf(findings, more);
  const file = 'drills/split-brain.yaml';
  return { file, folder: `.drill/now/${verdict.drill}/${verdict.execution}`, verdict };
}

export const passing = () =>
  runOf([
    finding('recover', 'pass'),
    finding('double_primaries', 'pass', { expected: '0', actual: '0', checker: 'double-primaries' }),
  ]);

/** An event body with its time in milliseconds. */
export type Told = EventBody & { ms: number };

/** The events of a history, at these milliseconds. */
export function history(told: readonly Told[]): Event[] {
  return told.map(({ ms, ...body }, index) => ({ index, time: ms * 1e6, ...body }) as Event);
}

/** A primary that is cut off, and what comes of it. */
export const SPLIT: readonly Told[] = [
  {
    ms: 0,
    type: 'run',
    format: 1,
    tool: '0.1.0',
    drill: { name: 'split-brain', about: 'The primary is cut off.' } as never,
    runtime: 'process',
    seed: 7,
    execution: 1,
    started: '2025-01-02T03:04:05.000Z',
    nodes: [],
  },
  { ms: 1, type: 'phase', phase: 'steady' },
  { ms: 800, type: 'role', node: 'a', role: 'primary', source: 'probe', term: 1 },
  { ms: 801, type: 'role', node: 'b', role: 'standby', source: 'probe' },
  { ms: 850, type: 'role', node: 'a', role: 'primary', source: 'probe', term: 1, accepted: 9 },
  { ms: 1900, type: 'ok', process: 1, f: 'write', key: 'k', value: 1, client: 'east' },
  { ms: 2000, type: 'phase', phase: 'steps' },
  { ms: 2001, type: 'step', step: 2, text: 'partition: isolate primary' },
  {
    ms: 2010,
    type: 'fault',
    fault: 'fault-1',
    kind: 'partition',
    targets: ['a'],
    text: 'isolate a (drop)',
    mode: 'drop',
  },
  { ms: 2040, type: 'witness', fault: 'fault-1', witnessed: true, at: 2_013_400_000, evidence: [] },
  { ms: 2300, type: 'info', process: 1, f: 'write', key: 'k', value: 2, client: 'east' },
  {
    ms: 2425,
    type: 'supervisor',
    node: 'supervisor-2',
    event: 'declared',
    target: 'a',
    term: 1,
    at: 2_419_000_000,
  },
  { ms: 2520, type: 'role', node: 'b', role: 'primary', source: 'log', term: 2, at: 2_515_000_000 },
  { ms: 2600, type: 'ok', process: 1, f: 'write', key: 'k', value: 3, client: 'east' },
];
