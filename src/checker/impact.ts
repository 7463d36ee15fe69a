/**
 * Impact: what clients noticed of a fault, from its being effective to what happens to the service next. A fault of which
 * nobody noticed anything proves little: the service may not need what was hit.
 */
import type { Nanoseconds } from '../history/event.js';
import type { History } from '../history/history.js';
import { isServed } from '../history/operations.js';
import { clientOperations, requestsOf } from '../timeline/client-operations.js';
import { faultsOf } from '../timeline/faults.js';
import { beginOf, type Span } from '../timeline/phases.js';
import type { Impact } from './verdict.js';

/** So many times the longest latency of undisturbed times is longer than usual. */
const UNUSUAL = 2;
/** No client notices less. */
const LEAST: Nanoseconds = 10e6;

/** The impact of a fault whose consequences lasted for a span; null where nobody asked for anything in it. */
export function impactOf(history: History, { from, to }: Span): Impact | null {
  const usual = usualLatency(history);
  const impact: Impact = { asked: 0, fail: 0, info: 0, slow: 0 };
  for (const { end, operation } of requestsOf(history, clientOperations(history))) {
    const { type, start } = operation;
    if (start >= to) break;
    // What was under way as the fault took effect may show it, too.
    if (end < from) continue;
    impact.asked += 1;
    if (type !== 'ok' && !isServed(operation)) impact[type] += 1;
    else if (end - start > usual) impact.slow += 1;
  }
  return impact.asked === 0 ? null : impact;
}

function usualLatency(history: History): Nanoseconds {
  const from = (beginOf(history, 'steps') ?? 500e6) - 500e6;
  const to = faultsOf(history)[0]?.event.time ?? 0;
  let longest = 0;
  for (const { start, end, type } of clientOperations(history))
    if (type === 'ok' && start >= from && end <= to) longest = Math.max(longest, end - start);
  return Math.max(LEAST, UNUSUAL * longest);
}

/** `none: no operation failed, was in doubt, or took longer than usual`. */
export function impactText(impact: Impact | null): string {
  if (impact === null) return 'not measured';
  const { asked, fail, info, slow } = impact;
  if (fail + info + slow === 0) return 'none: no operation failed, was in doubt, or took longer than usual';
  return `of ${asked} operations ${fail} failed, ${info} were in doubt, ${slow} took longer than usual`;
}
