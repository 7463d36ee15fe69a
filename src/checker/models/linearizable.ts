/** Linearizable objects, key by key: registers, registers with compare-and-set, sequences that are appended to. */
import type { OperationTable } from '../../history/formats/operation-table.js';
import { evidenceOf } from '../evidence/counterexample.js';
import { checkLinearizable, type LinearizabilityOptions } from '../linearizability/index.js';
import type { HistoryModel, ModelLimits, ModelResult } from './model.js';

export const register: HistoryModel = {
  name: 'register',
  about: 'a register: a read returns what was written last (linearizable)',
  functions: ['read', 'write', 'cas'],
  check: (table, limits) => judge(table, limits, 'register'),
};

export const casRegister: HistoryModel = {
  ...register,
  name: 'cas-register',
  about: 'a register with compare-and-set (linearizable)',
};

export const append: HistoryModel = {
  name: 'append',
  about: 'a list or text: a read returns all that was appended, in order (linearizable)',
  functions: ['read', 'append', 'write'],
  check: (table, limits) => judge(table, limits, 'sequence'),
};

function judge(table: OperationTable, limits: ModelLimits, model: 'register' | 'sequence'): ModelResult {
  const options: LinearizabilityOptions = { ...limits, model };
  const found = checkLinearizable(table, options);
  const { verdict, algorithm, reason } = found;
  const key = found.key === null ? null : table.keys[found.key]!;
  const figures = { operations: table.count, keys: table.keys.length };
  const base = { verdict, algorithm, key, reason, rows: [], omitted: 0, minimal: true, figures };
  if (verdict !== 'illegal') return base;
  const evidence = evidenceOf(table, found, options);
  const state = evidence.fromAnyState
    ? 'no order of these operations explains their results, whatever came before'
    : reason;
  const { rows, omitted, minimal } = evidence;
  return { ...base, reason: found.complete ? reason : state, rows, omitted, minimal };
}
