/** Linearizable objects, key by key: registers, registers with compare-and-set, sequences that are appended to. */

import { evidenceOf } from '../evidence/counterexample.js';
import { NEVER, type OperationTable } from '../formats/operation-table.js';
import { checkLinearizable, type FailingKey, type LinearizabilityOptions } from '../linearizability/index.js';
import {
  type HistoryModel,
  illegalKey,
  type KeyFinding,
  type ModelLimits,
  type ModelResult,
  modelResult,
  unknownKey,
} from './model.js';

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

/** What may be spent on evidence: on how many keys, for how long altogether. */
const EVIDENCE_KEYS = 16;
const EVIDENCE_MS = 2_000;
/** Evidence among so few rows costs next to nothing. */
const SMALL = 12;

function judge(table: OperationTable, limits: ModelLimits, model: 'register' | 'sequence'): ModelResult {
  const options: LinearizabilityOptions = { ...limits, model };
  const { algorithm, failing } = checkLinearizable(table, options);
  const deadline = limits.clock ? limits.clock.now() + EVIDENCE_MS : Number.POSITIVE_INFINITY;
  // What is small already comes first: then what the fewest operations came before.
  const size = ({ complete, operations }: FailingKey) =>
    complete && operations.length > 0
      ? operations.length
      : table.count + (table.end[operations[0] ?? -1] ?? NEVER);
  const order = failing
    .filter(({ verdict }) => verdict === 'illegal')
    .sort((left, right) => size(left) - size(right));
  const findings = order.map((found, at): KeyFinding => {
    const { complete, operations, reason } = found;
    const head = illegalKey(found.algorithm, table.keys[found.key]!, reason, operations);
    // Without a clock nothing but the first one may take long.
    const spent = limits.clock ? limits.clock.now() >= deadline : at > 0 && size(found) > SMALL;
    if (at >= EVIDENCE_KEYS || operations.length === 0 || spent) return { ...head, minimal: false };
    const { rows, context, omitted, minimal, fromAnyState } = evidenceOf(table, found, {
      ...options,
      deadline,
    });
    const shown = { ...head, rows, context, omitted, minimal };
    return complete || !fromAnyState ? shown : { ...shown, reason: FROM_ANY_STATE };
  });
  for (const found of failing) {
    if (found.verdict === 'unknown')
      findings.push(unknownKey(found.algorithm, table.keys[found.key]!, found.reason));
  }
  return modelResult(algorithm, findings, { operations: table.count, keys: table.keys.length });
}

const FROM_ANY_STATE = 'no order of these operations explains their results, whatever came before';
