/**
 * Sequential consistency of registers (Lamport, "How to make a multiprocessor computer ...", 1979): one order of
 * all operations of all keys explains the results and keeps the order of each process, whatever the clock says.
 *
 * It does not follow key by key, and deciding it is NP-complete. What is linearizable is sequentially consistent
 * too; what must come before what may contradict itself (forced-order.ts); the rest is for a search that keeps to
 * it, and ends undecided where its budget is spent.
 */
import type { Value } from '../../history/operation-type.js';
import { valueText } from '../evidence/value-text.js';
import type { OperationTable } from '../formats/operation-table.js';
import { checkLinearizable, initialValues } from '../linearizability/index.js';
import { Budget, contradicts, type KeyResult, legal, undecided } from '../linearizability/result.js';
import { ForcedOrder } from './forced-order.js';
import { everyRow, minimised, withEvidence } from './keys.js';
import { type HistoryModel, type ModelLimits, modelResult, unknownResult } from './model.js';
import { OrderGuide } from './order-guide.js';
import { OrderSearch } from './order-search.js';
import { ProcessChains } from './process-chains.js';

const SEARCH = 'search over the orders of the processes';
const FORCED = 'order of processes and of what they read';
const REASON = 'no order of these operations that keeps the order of each process explains their results';
/** Histories that a search found illegal and that are longer are not cut down. */
const MOST_CUT_DOWN = 1_000;
const EVIDENCE_STEPS = 100_000;
/** What may be spent on finding out whether a history is even linearizable. */
const LINEARIZABILITY_STEPS = 5_000_000;
const LINEARIZABILITY_SHARE = 0.3;

export const sequential: HistoryModel = {
  name: 'sequential',
  about: 'registers: one order of everything that keeps the order of each process (sequential consistency)',
  functions: ['read', 'write', 'cas'],
  check(table, limits) {
    const figures = { operations: table.count };
    const begun = limits.clock?.now() ?? 0;
    const linearizable = isLinearizable(table, limits);
    if (linearizable !== undefined) return modelResult(linearizable, [], figures);
    const initial = limits.initial ?? null;
    const { timeoutMs = Number.POSITIVE_INFINITY } = limits;
    const left = timeoutMs - ((limits.clock?.now() ?? 0) - begun);
    const found = judgeOrders(table, initial, new Budget({ ...limits, timeoutMs: left }));
    const { verdict, algorithm, operations, reason } = found;
    if (verdict === 'ok') return modelResult(algorithm, [], figures);
    if (verdict === 'unknown') return unknownResult(algorithm, reason, figures);
    const illegal = (part: OperationTable) =>
      judgeOrders(part, initial, new Budget({ steps: EVIDENCE_STEPS })).verdict === 'illegal';
    const small = (more: () => boolean) => minimised(table, operations, illegal, more);
    const keys = [{ key: null, found, size: operations.length, small }];
    return modelResult(algorithm, withEvidence(keys, limits.clock), figures);
  },
};

/** What showed that a history is linearizable, and so sequentially consistent; undefined where nothing did. */
function isLinearizable(table: OperationTable, limits: ModelLimits): string | undefined {
  const { timeoutMs, steps = LINEARIZABILITY_STEPS } = limits;
  const found = checkLinearizable(table, {
    ...limits,
    model: 'register',
    steps: Math.min(steps, LINEARIZABILITY_STEPS),
    ...(timeoutMs === undefined ? {} : { timeoutMs: timeoutMs * LINEARIZABILITY_SHARE }),
  });
  return found.verdict === 'ok' ? `its being linearizable, by ${found.algorithm}` : undefined;
}

/** `operations` of an illegal result: rows that the contradiction is among. */
function judgeOrders(table: OperationTable, initial: Value, budget: Budget): KeyResult {
  const first = initialValues(table, initial);
  const chains = new ProcessChains(table, first);
  if (chains.unwritten >= 0) {
    const row = chains.unwritten;
    const value = table.values[table.value[row]!];
    const text = value !== null && typeof value === 'object' ? value.text : valueText(value);
    return contradicts(FORCED, [row], `${text} was read, but never written`);
  }
  const order = new ForcedOrder(chains, budget);
  const nodes = order.contradiction();
  if (nodes !== undefined) {
    const operations = chains.withWriters(nodes).map((node) => chains.rows[node]!);
    return contradicts(FORCED, operations, REASON);
  }
  const guide = new OrderGuide(table, chains, order);
  const { verdict, stuck } = new OrderSearch(table, first, guide, budget).run();
  if (verdict === 'ok') return legal(SEARCH);
  if (verdict === 'unknown') return undecided(SEARCH, budget.spent);
  return contradicts(SEARCH, table.count > MOST_CUT_DOWN && stuck >= 0 ? [stuck] : everyRow(table), REASON);
}
