/**
 * Is a first-in-first-out queue linearizable? Decided by the order of its elements where each value went in once
 * (fifo-order.ts). Where a value went in several times, each way to tell its elements apart is judged so, while
 * the ways are few; else it is left to a search.
 */
import type { OperationTable } from '../formats/operation-table.js';
import { FifoFlows, type Flow } from './fifo-history.js';
import { FIFO_ORDER, judgeFifoOrder } from './fifo-order.js';
import { type Budget, contradicts, type KeyResult } from './result.js';

/** More ways than this to tell equal elements apart are left to the search. */
const MOST_WAYS = 1_000;

/** `search`: what judges the rows that have to be put in order, where nothing else decides. */
export function judgeFifo(
  table: OperationTable,
  rows: Int32Array | readonly number[],
  budget: Budget,
  search: (rows: number[]) => KeyResult,
): KeyResult {
  const flows = new FifoFlows(table, rows);
  const phantom = flows.phantom();
  if (phantom) return contradicts(FIFO_ORDER, phantom.rows, phantom.reason);
  if (flows.unique) return judgeFifoOrder(table, flows.history());
  let ways = 0;
  for (const match of matches(table, flows.flows)) {
    if (++ways > MOST_WAYS || !budget.spend(rows.length)) return search(flows.rows());
    const found = judgeFifoOrder(table, flows.history(match));
    if (found.verdict === 'ok') return found;
  }
  const reason = 'whichever enqueues equal elements came from, what came out is out of order';
  return contradicts(FIFO_ORDER, flows.rows(), reason);
}

type Match = (flow: Flow) => readonly number[];

/** Every way to give each dequeue of a repeated value one of its enqueues; the ones in the order of time first. */
function* matches(table: OperationTable, flows: readonly Flow[]): Generator<Match> {
  const repeated = flows.filter(({ puts, takes }) => takes.length > 0 && puts.length > 1);
  const chosen = new Map<Flow, readonly number[]>();
  const match: Match = (flow) => chosen.get(flow) ?? flow.puts;
  function* choose(at: number): Generator<Match> {
    if (at === repeated.length) {
      yield match;
      return;
    }
    for (const puts of injections(table, repeated[at]!, [])) {
      chosen.set(repeated[at]!, puts);
      yield* choose(at + 1);
    }
  }
  yield* choose(0);
}

function* injections(
  table: OperationTable,
  flow: Flow,
  given: readonly number[],
): Generator<readonly number[]> {
  const take = flow.takes[given.length];
  if (take === undefined) {
    yield given;
    return;
  }
  for (const put of flow.puts) {
    if (table.start[put]! > table.end[take]! || given.includes(put)) continue;
    yield* injections(table, flow, [...given, put]);
  }
}
