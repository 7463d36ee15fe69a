/** The figures of a run, whether anything was expected of them or not. */
import type { Drill } from '../drill/schema.js';
import type { Nanoseconds } from '../history/event.js';
import type { History } from '../history/history.js';
import { isWrite } from '../history/operations.js';
import { clientOperations } from '../timeline/client-operations.js';
import { type FaultRecord, faultsOf, plannedChangeAfter } from '../timeline/faults.js';
import { toMs } from '../timeline/milliseconds.js';
import { beginOf, lastInstant, type Span } from '../timeline/phases.js';
import { type Recovery, recoveriesOf } from '../timeline/recovery.js';
import { lastedOf } from '../timeline/soundness.js';
import { failbackSpan, followersOutage } from './availability.js';
import { doublePrimaryCounts } from './double-primaries.js';
import { failbackTimings } from './failback.js';
import { failoversOf } from './failovers.js';
import { impactOf } from './impact.js';
import { lostWrites } from './lost-writes.js';
import { phantomWrites } from './phantom-writes.js';
import { recoveryTimes } from './recovery-times.js';
import { staleReads } from './stale-reads.js';
import type { Counts, FaultTimings, Timings } from './verdict.js';

export function timingsOf(history: History, drill: Drill): Timings {
  const faults = consequencesOf(history, drill);
  const back = failbackSpan(history, drill);
  return {
    faults: recoveryTimes(history, drill).map(({ fault, target, ...times }, at) => {
      const { fault: record, span } = faults[at]!;
      return {
        fault,
        target,
        ...forceOf(record),
        ...times,
        outage_ms: span === undefined ? null : followersOutage(history, drill, span),
        impact: span === undefined ? null : impactOf(history, span),
      };
    }),
    failback_outage_ms: back === undefined ? null : followersOutage(history, drill, back),
    ...failbackTimings(history, drill),
  };
}

/** The faults, each with the span in which its consequences are looked for; none where nobody saw it take effect. */
export function consequencesOf(history: History, drill: Drill): { fault: FaultRecord; span?: Span }[] {
  const recoveries = recoveriesOf(history, drill);
  return faultsOf(history).map((fault) => {
    const span = spanOf(history, fault, recoveries.after(fault));
    return span ? { fault, span } : { fault };
  });
}

type Force = 'text' | 'at_ms' | 'injection_ms' | 'asked_ms' | 'lasted_ms';

/** A fault in words, since when it was in force, how long its injection took, and how long it was asked to last and did. */
function forceOf(fault: FaultRecord): Pick<FaultTimings, Force> {
  const { effective, whole, event } = fault;
  const ms = (ns: Nanoseconds | undefined) => (ns === undefined ? null : toMs(ns));
  return {
    text: event.text,
    at_ms: ms(effective),
    injection_ms: effective === undefined || whole === undefined ? null : toMs(whole - effective),
    asked_ms: ms(event.for),
    lasted_ms: ms(lastedOf(fault)),
  };
}

/**
 * For a fault that took effect: until the next one, a planned change of primary, or the failback; further, where the
 * recovery from it was looked for further, so that the figures of one episode agree.
 */
function spanOf(history: History, fault: FaultRecord, recovery: Recovery | undefined): Span | undefined {
  const { effective } = fault;
  if (effective === undefined) return undefined;
  const later = faultsOf(history).flatMap((other) =>
    other.event.time > effective ? [other.event.time] : [],
  );
  const to = Math.min(
    ...later,
    plannedChangeAfter(history, effective),
    beginOf(history, 'failback') ?? lastInstant(history),
    lastInstant(history),
  );
  return { from: effective, to: Math.max(to, recovery?.boundary.at ?? to) };
}

/** Operations are those of the whole client load, without probes and final reads. */
export function countsOf(history: History): Counts {
  const counts = { ok: 0, fail: 0, info: 0 };
  let ackedWrites = 0;
  for (const operation of clientOperations(history)) {
    counts[operation.type] += 1;
    if (operation.type === 'ok' && isWrite(operation)) ackedWrites += 1;
  }
  const doubles = doublePrimaryCounts(history);
  return {
    ...counts,
    acked_writes: ackedWrites,
    lost_writes: lostWrites(history).lost.length,
    phantom_writes: phantomWrites(history).length,
    stale_reads: staleReads(history).length,
    double_primary_intervals: doubles.intervals,
    double_primary_levels: doubles.levels,
    failovers: failoversOf(history).length,
  };
}
