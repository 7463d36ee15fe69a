/**
 * A queue without an order, by what went in and what came out: what was acknowledged must come out once.
 *
 *     lost        acknowledged, and not there when the queue had been drained
 *     duplicated  came out more often than it went in
 *     phantom     came out, but never went in, or only later
 *     recovered   in doubt, and came out: no fault
 *     left        acknowledged and never asked for, where nobody drained the queue: no fault
 *
 * `enqueue` and `dequeue` carry one element (a dequeue that found nothing carries null); `drain` carries the
 * list of all that was left. In doubt, a dequeue that began before the drain was over may have taken one element,
 * and a drain any number: it may have been at work for a while.
 */

import { enumerated, plainNumbers, verb } from '../evidence/value-text.js';
import { functionAt, INFO, NEVER, OK, type OperationTable, valueAt } from '../formats/operation-table.js';
import { getOrMake } from '../get-or-make.js';
import type { Contradiction } from '../linearizability/contradiction.js';
import { type HistoryModel, judgeEachKey } from './model.js';

const ALGORITHM = 'matching of what went in and came out';

export const queue: HistoryModel = {
  name: 'queue',
  about: 'a queue without an order: all that goes in comes out, once',
  functions: ['enqueue', 'dequeue', 'drain'],
  check: (table) => judgeEachKey(table, ALGORITHM, (rows) => judgeQueue(table, rows)),
};

interface Flow {
  ins: number[];
  outs: number[];
}

function judgeQueue(table: OperationTable, rows: Int32Array) {
  const flows = new Map<string, Flow>();
  const flow = (value: unknown) => getOrMake(flows, JSON.stringify(value), () => ({ ins: [], outs: [] }));
  let lastIn = -1;
  const drains: number[] = [];
  const takers: number[] = [];
  for (const row of rows) {
    const f = functionAt(table, row);
    const value = valueAt(table, table.value[row]!);
    if (f === 'enqueue') {
      if (table.type[row] === OK || table.type[row] === INFO) flow(value).ins.push(row);
      if (table.type[row] === OK) lastIn = Math.max(lastIn, table.end[row]!);
    } else if (table.type[row] === INFO) takers.push(row);
    else if (table.type[row] === OK && f === 'dequeue' && value !== null) flow(value).outs.push(row);
    else if (table.type[row] === OK && f === 'drain') {
      for (const each of Array.isArray(value) ? value : []) flow(each).outs.push(row);
      drains.push(row);
    }
  }
  const drain = emptied(table, drains, lastIn);
  return judgeFlows(table, flows, drain, drain < 0 ? 0 : mayHaveTaken(table, takers, table.end[drain]!));
}

/** Of the drains that began when all that was acknowledged had gone in, the one that was over first; else -1. */
function emptied(table: OperationTable, drains: readonly number[], lastIn: number): number {
  let first = -1;
  for (const row of drains) {
    if (table.start[row]! > lastIn && (first < 0 || table.end[row]! < table.end[first]!)) first = row;
  }
  return first;
}

/** How many elements the takers in doubt that began before a place may have taken: a drain any number of them. */
function mayHaveTaken(table: OperationTable, takers: readonly number[], before: number): number {
  let most = 0;
  for (const row of takers) {
    if (table.start[row]! >= before) continue;
    most += functionAt(table, row) === 'drain' ? Number.POSITIVE_INFINITY : 1;
  }
  return most;
}

function judgeFlows(table: OperationTable, flows: ReadonlyMap<string, Flow>, drain: number, taken: number) {
  const figures = { lost: 0, duplicated: 0, phantom: 0, recovered: 0, left: 0 };
  const faults: Contradiction[] = [];
  const missing: { name: string; row: number }[] = [];
  for (const [name, { ins, outs }] of flows) {
    const { unmatched, rest, recovered } = match(table, ins, outs, drain < 0 ? NEVER : table.end[drain]!);
    figures.recovered += recovered;
    for (const row of unmatched) {
      const often = outs.length > ins.length && ins.length > 0;
      figures[often ? 'duplicated' : 'phantom']++;
      const reason = often
        ? `${plainNumbers(name)} came out more often than it went in`
        : `${plainNumbers(name)} came out before it went in, or never did`;
      faults.push({ reason, rows: often ? [...ins, ...outs] : [...ins, row] });
    }
    for (const row of rest) missing.push({ name, row });
  }
  if (drain < 0) figures.left = missing.length;
  // What is in doubt may have taken as many of them.
  else figures.lost = Math.max(0, missing.length - taken);
  if (figures.lost > 0) {
    const names = missing.map(({ name }) => plainNumbers(name));
    const some = figures.lost < names.length ? `${figures.lost} of ` : '';
    const reason = `${some}${enumerated(names)} ${verb(names, 'was', 'were')} acknowledged and never came out`;
    faults.push({ reason, rows: [missing[0]!.row, drain] });
  }
  return { fault: faults[0], figures };
}

/**
 * Gives each element that came out one that had begun to go in before: the earliest out first, acknowledged ones
 * before those in doubt. Whatever can be given to an earlier one can be given to a later one too, so this gives
 * as many as there can be. What begins to come out after the queue was drained can only have gone in later.
 */
function match(table: OperationTable, ins: readonly number[], outs: readonly number[], drained: number) {
  const waiting = [...outs].sort((left, right) => table.end[left]! - table.end[right]!);
  const sure: number[] = [];
  const doubtful: number[] = [];
  const unmatched: number[] = [];
  let next = 0;
  let recovered = 0;
  for (const out of waiting) {
    for (; next < ins.length && table.start[ins[next]!]! < table.end[out]!; next++) {
      (table.type[ins[next]!] === OK ? sure : doubtful).push(ins[next]!);
    }
    if (table.start[out]! < drained && sure.pop() !== undefined) continue;
    if (doubtful.pop() === undefined) unmatched.push(out);
    else recovered++;
  }
  const rest = [...sure, ...ins.slice(next).filter((row) => table.type[row] === OK)];
  return { unmatched, rest, recovered };
}
