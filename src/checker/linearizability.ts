/** Linearizability: whether one order of all operations, key by key, explains every answer. */

import type { History } from '../history/history.js';
import { type Operation, operationsOf } from '../history/operations.js';
import type { Checker } from './checker.js';
import { evidenceOf, isWhole } from './finding.js';
import { figureText } from './milliseconds.js';
import { type RegisterResult, searchRegister } from './register-search.js';
import { answererText, valueName, written } from './registers.js';
import type { Finding, Judgement } from './verdict.js';

/** Steps of the search for each key; past them its verdict is unknown. */
const BUDGET = 500_000;
const MOST_SHOWN = 12;

interface Offence {
  key: string | null;
  result: RegisterResult;
  operations: readonly Operation[];
}

export const linearizabilityChecker: Checker = {
  name: 'linearizability',
  check(history, drill) {
    const expected = drill.expect.linearizable;
    if (expected === undefined) return [];
    const keys = byKey(history);
    const judged = [...keys].map(
      ([key, operations]): Offence => ({ key, operations, result: decide(operations) }),
    );
    const illegal = judged.find(({ result }) => result.verdict === 'illegal');
    const unknown = judged.find(({ result }) => result.verdict === 'unknown');
    const head = { checker: this.name, expectation: 'linearizable', expected: `${expected}` };
    if (illegal !== undefined) {
      const shown = around(illegal);
      const verdict: Judgement = expected ? 'fail' : isWhole(history) ? 'pass' : 'inconclusive';
      const evidence = evidenceOf(shown.flatMap(({ invoke, complete }) => [invoke, complete]));
      return [{ ...head, actual: 'false', verdict, evidence, message: offenceText(illegal, shown) }];
    }
    const count = [...keys.values()].reduce((sum, operations) => sum + operations.length, 0);
    if (unknown !== undefined || count === 0) {
      const message = unknown
        ? `${keyText(unknown.key)}: undecided among ${unknown.operations.length} operations`
        : 'there were no operations';
      return [{ ...head, actual: 'unknown', verdict: 'inconclusive', evidence: [], message }];
    }
    const message = `an order of ${count} operations on ${keys.size} keys explains every answer`;
    return [
      { ...head, actual: 'true', verdict: wholeVerdict(expected, history), evidence: [], message },
    ] as Finding[];
  },
};

/** What was linearizable so far may cease to be with more evidence. */
function wholeVerdict(expected: boolean, history: History): Judgement {
  if (!isWhole(history)) return 'inconclusive';
  return expected ? 'pass' : 'fail';
}

/** All operations but the failed ones, which did not happen, and reads without an answer. */
function byKey(history: History): Map<string | null, Operation[]> {
  const keys = new Map<string | null, Operation[]>();
  for (const operation of operationsOf(history).operations) {
    if (operation.type === 'fail' || (operation.f === 'read' && operation.type === 'info')) continue;
    const own = keys.get(operation.key);
    if (own) own.push(operation);
    else keys.set(operation.key, [operation]);
  }
  return keys;
}

function decide(operations: readonly Operation[]): RegisterResult {
  if (operations.some(({ f }) => f === 'add' || f === 'append')) {
    return { verdict: 'unknown', stuck: undefined, before: [] };
  }
  return searchRegister(operations, BUDGET);
}

/** The operation that could not be placed, those placed just before, and the writes of the values in question. */
function around({ operations, result }: Offence): Operation[] {
  const shown = new Set<Operation>(result.before);
  if (result.stuck !== undefined) shown.add(result.stuck);
  const values = new Set([...shown].filter(({ f }) => f === 'read').map(({ value }) => valueName(value)));
  for (const operation of operations) {
    if (shown.size >= MOST_SHOWN) break;
    if (operation.f !== 'read' && values.has(valueName(written(operation)))) shown.add(operation);
  }
  return [...shown].sort((one, other) => one.invoke - other.invoke);
}

function offenceText({ key, result }: Offence, shown: readonly Operation[]): string {
  const lines = [`${keyText(key)}: no order of its operations explains every answer`];
  for (const operation of shown) {
    lines.push(`  ${operationText(operation)}${operation === result.stuck ? '   <- cannot be placed' : ''}`);
  }
  return lines.join('\n');
}

function keyText(key: string | null): string {
  return key === null ? 'the register' : `key ${key}`;
}

/** `process 3  write 119  [2013.6 ms .. 2015.2 ms] ok by a (term 1), event 44`. */
function operationText(operation: Operation): string {
  const { process, f, start, end, type } = operation;
  const from = figureText(start / 1e6);
  const to = Number.isFinite(end) ? figureText(end / 1e6) : 'unknown';
  const value = JSON.stringify(operation.value);
  const index = operation.complete ?? operation.invoke;
  return `process ${process}  ${f} ${value}  [${from} .. ${to}] ${type}${answererText(operation)}, event ${index}`;
}
