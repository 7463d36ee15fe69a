/** The figures of a run, whether anything was expected of them or not. */
import type { Drill } from '../drill/schema.js';
import type { History } from '../history/history.js';
import { isWrite } from '../history/operations.js';
import { failbackSpan, followersOutage } from './availability.js';
import { clientOperations } from './client-operations.js';
import { doublePrimaryCounts } from './double-primaries.js';
import { failbackTimings } from './failback.js';
import { failoversOf } from './failovers.js';
import { faultsOf, plannedChangeAfter } from './faults.js';
import { lostWrites } from './lost-writes.js';
import { phantomWrites } from './phantom-writes.js';
import { beginOf, lastInstant, type Span } from './phases.js';
import { recoveryTimes } from './recovery-times.js';
import { staleReads } from './stale-reads.js';
import type { Counts, Timings } from './verdict.js';

export function timingsOf(history: History, drill: Drill): Timings {
  const spans = spansOf(history);
  const back = failbackSpan(history, drill);
  return {
    faults: recoveryTimes(history, drill).map((times, at) => {
      const span = spans[at];
      return { ...times, outage_ms: span === undefined ? null : followersOutage(history, drill, span) };
    }),
    failback_outage_ms: back === undefined ? null : followersOutage(history, drill, back),
    ...failbackTimings(history, drill),
  };
}

/** For each fault that took effect: until the next one, a planned change of primary, or the failback. */
function spansOf(history: History): (Span | undefined)[] {
  const faults = faultsOf(history);
  return faults.map(({ effective }) => {
    if (effective === undefined) return undefined;
    const later = faults.flatMap((other) => (other.event.time > effective ? [other.event.time] : []));
    const to = Math.min(
      ...later,
      plannedChangeAfter(history, effective),
      beginOf(history, 'failback') ?? lastInstant(history),
      lastInstant(history),
    );
    return { from: effective, to };
  });
}

/** Operations are those of the whole client load, without probes and final reads. */
export function countsOf(history: History, drill: Drill): Counts {
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
    failovers: failoversOf(history, drill).length,
  };
}
