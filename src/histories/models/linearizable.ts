/** Linearizable objects, key by key: registers, registers with compare-and-set, sequences that are appended to. */

import { smallEvidence } from '../evidence/counterexample.js';
import { NEVER, type OperationTable } from '../formats/operation-table.js';
import { checkLinearizable, type FailingKey, type LinearizabilityOptions } from '../linearizability/index.js';
import { withEvidence } from './keys.js';
import { type HistoryModel, type ModelLimits, type ModelResult, modelResult, unknownKey } from './model.js';

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
  const { algorithm, failing } = checkLinearizable(table, options);
  // What is small already comes first: then what the fewest operations came before.
  const size = ({ complete, operations }: FailingKey) =>
    complete && operations.length > 0
      ? operations.length
      : table.count + (table.end[operations[0] ?? -1] ?? NEVER);
  const illegal = failing
    .filter(({ verdict }) => verdict === 'illegal')
    .map((found) => ({
      key: table.keys[found.key]!,
      found,
      size: size(found),
      small: (more: () => boolean) => smallEvidence(table, found, options, more),
    }));
  const undecided = failing
    .filter(({ verdict }) => verdict === 'unknown')
    .map((found) => unknownKey(found.algorithm, table.keys[found.key]!, found.reason));
  const findings = [...withEvidence(illegal, limits.clock), ...undecided];
  return modelResult(algorithm, findings, { operations: table.count, keys: table.keys.length });
}
