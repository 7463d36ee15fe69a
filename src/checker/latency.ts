/**
 * Latencies of acknowledged operations, from when they were meant to begin, by nearest rank: of the whole load, or of what
 * was meant to begin while a fault and its consequences lasted.
 */
import type { Drill } from '../drill/schema.js';
import type { Bound } from '../drill/units.js';
import type { Nanoseconds } from '../history/event.js';
import type { History } from '../history/history.js';
import type { Operation } from '../history/operations.js';
import { byGroup, clientOperations } from '../timeline/client-operations.js';
import { durationText, toMs } from '../timeline/milliseconds.js';
import { loadWindow, type Span } from '../timeline/phases.js';
import { stillWithin } from '../timeline/stillness.js';
import { consequencesOf } from './figures.js';
import { durationFinding, joinedFinding, type Measured } from './finding.js';
import type { Finding } from './verdict.js';

export const QUANTILES = { p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99, p999: 0.999, max: 1 } as const;
export type Quantile = keyof typeof QUANTILES;

export type LatencyLimit = { [Name in Quantile]?: Bound | undefined } & { during?: 'faults' | undefined };
export type LatencyLimits = LatencyLimit | Record<string, LatencyLimit>;

/** Whether it is one limit for all groups. */
export function isForAll(limits: LatencyLimits): limits is LatencyLimit {
  return Object.entries(limits).some(([name, one]) => name in QUANTILES && 'operator' in (one as object));
}

export function judgeLatency(limits: LatencyLimits, history: History, drill: Drill): Finding {
  const groups = isForAll(limits)
    ? Object.keys(drill.clients).map((group): [string, LatencyLimit] => [group, limits])
    : Object.entries(limits);
  const named = groups.flatMap(([group, { during, ...bounds }]) =>
    Object.entries(bounds).flatMap(([quantile, bound]) => {
      if (bound === undefined) return [];
      const name = `${group} ${quantile}${during ? ` during ${during}` : ''}`;
      const figure = measured(history, drill, {
        name,
        group,
        share: QUANTILES[quantile as Quantile],
        during,
      });
      return [{ name, finding: durationFinding(history, drill, HEAD, bound, [figure]) }];
    }),
  );
  if (named.length > 0) return joinedFinding(named);
  return durationFinding(history, drill, HEAD, { operator: '<=', value: 0, unit: 'ms' }, []);
}

const HEAD = { checker: 'latency', expectation: 'latency', nothing: 'no such group asked anything' };

interface Wanted {
  name: string;
  group: string;
  share: number;
  during: LatencyLimit['during'];
}

function measured(history: History, drill: Drill, { name, group, share, during }: Wanted): Measured {
  const window = loadWindow(history);
  const spans = during
    ? consequencesOf(history, drill).flatMap(({ span }) => span ?? [])
    : [window ?? NOWHERE];
  const own = (byGroup(clientOperations(history)).get(group) ?? []).filter(
    ({ type, intended }) => type === 'ok' && spans.some(({ from, to }) => intended >= from && intended <= to),
  );
  const last = quantile(own, share);
  if (last === undefined || window === undefined) {
    const message = `${name}: no operation of the group was acknowledged there`;
    return { subject: group, ms: null, lacking: 'evidence', message, evidence: [] };
  }
  const took = last.end - last.intended;
  const untouched = () => {
    const calm = own.filter(
      ({ intended, end }) => stillWithin(history, { from: intended, to: end }).length === 0,
    );
    const one = quantile(calm, share);
    return one === undefined ? null : toMs(one.end - one.intended);
  };
  return {
    subject: group,
    ms: toMs(took),
    message: `${name}: ${durationText(took)}, of ${own.length} operations that were acknowledged`,
    evidence: last.complete === undefined ? [] : [last.complete],
    ground: { span: window, least: untouched },
  };
}

const NOWHERE: Span = { from: 0, to: -1 };

/** The operation that takes as long as this share of them do at most. */
function quantile(operations: readonly Operation[], share: number): Operation | undefined {
  const took = ({ end, intended }: Operation): Nanoseconds => end - intended;
  const sorted = operations.toSorted((one, other) => took(one) - took(other));
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}
