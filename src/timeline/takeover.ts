/**
 * Failover, f: from the declaration of failure to the first client write that the new primary acknowledges,
 * with its parts in the order in which they came about:
 *
 *     declared ─fencing─ fencing ─fenced─ ... ─sealed─ ... ─promoting─ ... ─promoted─ ... ─first write─|
 *
 * Each part is named after the instant at its end and runs from the end of the part before, so that together
 * they are the failover. Where the standby is started only now, boot (starting -> running) and init (running ->
 * loaded) are among them.
 */

import type { Drill } from '../drill/schema.js';
import { eventsOf } from '../history/by-type.js';
import type { Nanoseconds } from '../history/event.js';
import { instantOf } from '../history/event.js';
import type { History } from '../history/history.js';
import { isWrite, type Operation } from '../history/operations.js';
import { claimsOf, termAt } from './claims.js';
import { clientOperations } from './client-operations.js';
import { detectionOf } from './detection.js';
import { type FaultRecord, faultsOf, plannedChangeAfter } from './faults.js';
import { beginOf } from './phases.js';

export interface Takeover {
  node: string;
  term: number | undefined;
  declared: Nanoseconds;
  /** The write whose acknowledgement ends the failover. */
  write: Operation;
  points: { part: string; at: Nanoseconds; index: number }[];
  boot: Nanoseconds;
  init: Nanoseconds;
}

const OLD_PRIMARY = ['fencing', 'fenced'];
const NEW_PRIMARY = ['sealed', 'promoting', 'promoted'];

/** The failover that a fault led to; undefined where it hit no primary, or nobody took over and acknowledged. */
export function takeoverOf(history: History, drill: Drill, fault: FaultRecord): Takeover | undefined {
  const detection = detectionOf(history, drill, fault);
  if (detection === undefined || !fault.hitsPrimary) return undefined;
  const declared = detection.at;
  const promotion = promotionAfter(history, declared, limitOf(history, drill, declared));
  if (promotion === undefined) return undefined;
  const write = firstWrite(history, promotion, declared);
  if (write === undefined) return undefined;
  const between = (at: Nanoseconds) => at >= declared && at <= write.end;
  const firsts = new Map<string, { part: string; at: Nanoseconds; index: number }>();
  for (const event of [...eventsOf(history, 'supervisor'), ...eventsOf(history, 'node')]) {
    const at = instantOf(event);
    if (!between(at)) continue;
    const ofOld =
      event.type === 'supervisor' && OLD_PRIMARY.includes(event.event) && event.target === fault.target;
    const ofNew =
      event.type === 'supervisor' && NEW_PRIMARY.includes(event.event) && concerns(event, promotion);
    const ofStart =
      event.type === 'node' &&
      event.node === promotion.node &&
      ['starting', 'running', 'loaded'].includes(event.event);
    if (!ofOld && !ofNew && !ofStart) continue;
    const known = firsts.get(event.event);
    if (known === undefined || at < known.at)
      firsts.set(event.event, { part: event.event, at, index: event.index });
  }
  const points = [...firsts.values()].sort((one, other) => one.at - other.at || one.index - other.index);
  points.push({ part: 'first write', at: write.end, index: write.complete ?? write.invoke });
  const at = (part: string) => firsts.get(part)?.at;
  const starting = at('starting');
  const running = at('running');
  const loaded = at('loaded');
  return {
    ...promotion,
    declared,
    write,
    points,
    boot: starting !== undefined && running !== undefined ? Math.max(0, running - starting) : 0,
    init: running !== undefined && loaded !== undefined ? Math.max(0, loaded - running) : 0,
  };
}

type Promotion = { node: string; term: number | undefined };

/** Past this, a promotion belongs to something else: a planned change, a later detection, the end of the run. */
function limitOf(history: History, drill: Drill, declared: Nanoseconds): Nanoseconds {
  let limit = Math.min(
    plannedChangeAfter(history, declared),
    beginOf(history, 'down') ?? Number.POSITIVE_INFINITY,
  );
  for (const other of faultsOf(history)) {
    if (!other.hitsPrimary) continue;
    const at = detectionOf(history, drill, other)?.at;
    if (at !== undefined && at > declared) limit = Math.min(limit, at);
  }
  return limit;
}

function promotionAfter(history: History, declared: Nanoseconds, limit: Nanoseconds): Promotion | undefined {
  const before = termAt(history, declared);
  const isNew = (term: number | undefined) => term === undefined || before === undefined || term > before;
  let first: (Promotion & { at: Nanoseconds }) | undefined;
  const offer = (node: string, term: number | undefined, at: Nanoseconds) => {
    if (at < declared || at >= limit || !isNew(term)) return;
    if (first === undefined || at < first.at) first = { node, term, at };
  };
  for (const event of eventsOf(history, 'supervisor')) {
    if (event.event === 'promoted') offer(event.target, event.term, instantOf(event));
  }
  for (const claim of claimsOf(history)) offer(claim.node, claim.term, claim.from);
  return first === undefined ? undefined : { node: first.node, term: first.term };
}

function concerns(event: { target: string; term?: number }, promotion: Promotion): boolean {
  if (event.term !== undefined && promotion.term !== undefined) return event.term === promotion.term;
  return event.target === promotion.node;
}

function firstWrite(
  history: History,
  { node, term }: Promotion,
  declared: Nanoseconds,
): Operation | undefined {
  let first: Operation | undefined;
  for (const operation of clientOperations(history)) {
    if (operation.type !== 'ok' || !isWrite(operation) || operation.end < declared) continue;
    if (operation.node !== undefined && operation.node !== node) continue;
    if (operation.term !== undefined && term !== undefined && operation.term !== term) continue;
    if (first === undefined || operation.end < first.end) first = operation;
  }
  return first;
}
