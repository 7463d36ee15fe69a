/**
 * Linearizability of a first-in-first-out queue of which it is known where each element went in and came out,
 * in O(n log n).
 *
 * Henzinger, Sezgin and Vafeiadis, "Aspect-oriented linearizability proofs" (CONCUR 2013), and Bouajjani, Emmi,
 * Enea and Hamza, "On reducing linearizability to state reachability" (ICALP 2015): with no phantoms and nothing
 * taken twice (fifo-history.ts), a queue is linearizable exactly when none of these is there:
 *
 *     order      a had gone in before b began to, and b had come out before a began to (or a never came out)
 *     emptiness  a dequeue found nothing, though at each instant from its start to its end there was an element
 *                that had gone in and that nobody had begun to take
 *
 * Dequeues in doubt make the best of it: the k that began first take the k elements that had gone in first among
 * those that nobody is known to have taken. Where any other choice explains the history, this one does: to
 * exchange two choices that cross leaves each element less long in the queue, and those that went in first are
 * the ones that have to be out first.
 */

import { valueText } from '../evidence/value-text.js';
import { firstWhere } from '../first-where.js';
import { NEVER, type OperationTable, valueAt } from '../formats/operation-table.js';
import type { Contradiction } from './contradiction.js';
import type { Element, FifoHistory } from './fifo-history.js';
import { contradicts, type KeyResult, legal } from './result.js';

export const FIFO_ORDER = 'order of elements (Henzinger, Sezgin and Vafeiadis)';

/** What the rules look at: the elements with the dequeues in doubt given to them. */
interface FifoTakes {
  table: OperationTable;
  /** Elements of which it is known who took them. */
  sure: readonly Element[];
  /** The others, in the order in which they had gone in; `taken` as given, -1: by nobody. */
  given: readonly Element[];
  empty: readonly number[];
  takers: readonly number[];
}

type FifoRule = (takes: FifoTakes) => Contradiction | undefined;

/** All that has to be looked for, beside phantoms. */
export const FIFO_RULES: readonly FifoRule[] = [outOfOrder, neverEmpty];

export function judgeFifoOrder(
  table: OperationTable,
  history: FifoHistory,
  rules: readonly FifoRule[] = FIFO_RULES,
): KeyResult {
  const takes = giveTakers(table, history);
  for (const rule of rules) {
    const found = rule(takes);
    if (found !== undefined) return contradicts(FIFO_ORDER, found.rows, found.reason);
  }
  return legal(FIFO_ORDER);
}

function giveTakers(table: OperationTable, { elements, empty, takers }: FifoHistory): FifoTakes {
  const given = elements
    .filter(({ taken }) => taken < 0)
    .sort((left, right) => table.end[left.put]! - table.end[right.put]!)
    .map(({ put }, at) => ({ put, taken: takers[at] ?? -1 }));
  return { table, sure: elements.filter(({ taken }) => taken >= 0), given, empty, takers };
}

function elementText(table: OperationTable, put: number): string {
  return valueText(valueAt(table, table.value[put]!));
}

function takenAt({ start }: OperationTable, { taken }: Element): number {
  return taken < 0 ? NEVER : start[taken]!;
}

function outOfOrder({ table, sure, given, takers }: FifoTakes): Contradiction | undefined {
  const { start, end } = table;
  const text = ({ put }: Element) => elementText(table, put);
  const later = [...sure].sort((left, right) => start[left.put]! - start[right.put]!);
  // From each one on: the one that had come out first.
  const firstOut: Element[] = new Array(later.length);
  for (let at = later.length - 1; at >= 0; at--) {
    const next = firstOut[at + 1];
    firstOut[at] = next && end[next.taken]! < end[later[at]!.taken]! ? next : later[at]!;
  }
  const overtaker = (element: Element): Element | undefined => {
    const next = firstOut[firstWhere(later.length, (at) => start[later[at]!.put]! > end[element.put]!)];
    return next && end[next.taken]! < takenAt(table, element) ? next : undefined;
  };
  for (const element of sure) {
    const next = overtaker(element);
    if (next)
      return {
        rows: [element.put, element.taken, next.put, next.taken],
        reason: `${text(element)} came out after ${text(next)}, which had gone in later`,
      };
  }
  for (const [at, element] of given.entries()) {
    const next = overtaker(element);
    if (next === undefined) continue;
    // Those in doubt that began in time are one too few for as many elements, all of which had to be out by then.
    const inTime = takers.filter((taker) => start[taker]! < end[next.taken]!);
    const waiting = given.slice(at - inTime.length, at + 1).map(({ put }) => put);
    return {
      rows: [...waiting, ...inTime, next.put, next.taken],
      reason: `${text(element)} was still there when ${text(next)} came out, which had gone in later`,
    };
  }
  return undefined;
}

function neverEmpty(takes: FifoTakes): Contradiction | undefined {
  const { table, empty, takers } = takes;
  const { start, end } = table;
  const text = ({ put }: Element) => elementText(table, put);
  if (empty.length === 0) return undefined;
  const stays = [...takes.sure, ...takes.given]
    .filter((element) => end[element.put]! < takenAt(table, element))
    .sort((left, right) => end[left.put]! - end[right.put]!);
  // Stretches in which it was never empty, as the stays that overlap without a gap: the first, and one past the last.
  const stretches: { from: number; to: number; first: number; last: number }[] = [];
  for (const [at, stay] of stays.entries()) {
    const open = stretches.at(-1);
    if (open && end[stay.put]! < open.to) {
      open.to = Math.max(open.to, takenAt(table, stay));
      open.last = at + 1;
    } else stretches.push({ from: end[stay.put]!, to: takenAt(table, stay), first: at, last: at + 1 });
  }
  for (const row of empty) {
    const around = stretches[firstWhere(stretches.length, (at) => stretches[at]!.from > start[row]!) - 1];
    if (around === undefined || around.to < end[row]!) continue;
    const chain = chainOver(table, stays.slice(around.first, around.last), row);
    const given = new Set(takes.given);
    const rows = [row, ...chain.flatMap((each) => (given.has(each) ? [each.put] : [each.put, each.taken]))];
    // Where those in doubt may have taken some of it: what they could take by then, and why it is not enough.
    const inTime = chain.some((each) => given.has(each))
      ? takers.filter((taker) => start[taker]! < end[row]!)
      : [];
    const before = takes.given.filter(({ put }) => inTime.length > 0 && end[put]! < end[row]!);
    return {
      rows: [...rows, ...before.map(({ put }) => put), ...inTime],
      reason: `a dequeue found the queue empty, which held ${chain.map(text).join(', then ')} all the time`,
    };
  }
  return undefined;
}

/** Of the stays, in the order of their beginnings, few that leave no gap from the start of an operation to its end. */
function chainOver(table: OperationTable, stays: readonly Element[], row: number): Element[] {
  const chain: Element[] = [];
  let reached = table.start[row]!;
  for (let at = 0; reached < table.end[row]!; ) {
    let best: Element | undefined;
    for (; at < stays.length && table.end[stays[at]!.put]! < reached; at++) {
      if (best === undefined || takenAt(table, stays[at]!) > takenAt(table, best)) best = stays[at]!;
    }
    if (best === undefined) break;
    chain.push(best);
    reached = takenAt(table, best);
  }
  return chain;
}
