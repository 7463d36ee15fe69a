/** Linearizability of any object that is given as a pure step function. */
import type { Value } from '../../history/operation-type.js';
import { NONE, type OperationData, type OperationTable, operationAt } from '../formats/operation-table.js';
import { getOrMake } from '../get-or-make.js';
import type { Budget, KeyResult } from '../linearizability/result.js';
import { IMPOSSIBLE, searchTable } from '../linearizability/search.js';
import { type Judge, judgeKeys } from './keys.js';
import type { HistoryModel } from './model.js';

/** An operation as a step function sees it. */
interface StepOperation extends OperationData {
  /** What it was called with; for an operation that returned something, that. */
  value: Value;
  /** `info`: the outcome is unknown, and the step function is asked whether and how it can have happened. */
  type: 'ok' | 'info' | 'fail';
}

/** An object as a pure function: what state an operation leaves behind. */
export interface StepModel<State = unknown> {
  name: string;
  initial: State;
  /** The state after an operation in a state, or undefined where it cannot have ended so. Must change nothing. */
  step(state: State, operation: StepOperation): State | undefined;
  /** What tells states apart; their JSON where left out. */
  identify?(state: State): string | number;
  /** Keys are objects of their own unless this is false: then all operations are of one object. */
  partition?: boolean;
  /** The functions that never change anything; `read` where left out. */
  observers?: readonly string[];
  /**
   * The functions whose `fail` says something about the state; `cas` where left out. Where the completion has an
   * `error` other than `mismatch`, it says nothing.
   */
  telling?: readonly string[];
}

/** About what a state holds beside its name. */
const BYTES_OF_A_STATE = 100;

export function stepModel<State>(model: StepModel<State>): HistoryModel {
  const judge: Judge = (part, rows, budget) => searchRows(part, rows, model, budget);
  return {
    name: model.name,
    about: 'linearizable, as its step function has it',
    functions: null,
    check: (table, limits) => judgeKeys(table, limits, judge, model.partition !== false),
  };
}

/** One object. `operations` of an illegal result: the row that the search could not get past. */
export function searchRows<State>(
  table: OperationTable,
  all: Iterable<number>,
  model: StepModel<State>,
  budget: Budget,
): KeyResult {
  const observers = new Set(model.observers ?? ['read']);
  const telling = new Set(model.telling ?? ['cas']);
  const rows: number[] = [];
  const operations: StepOperation[] = [];
  for (const row of all) {
    const operation = stepOperation(table, row);
    // Without its value it failed before it came to the object.
    if (operation.type === 'fail' && (!telling.has(operation.f) || table.value[row] === NONE)) continue;
    if (operation.type === 'info' && observers.has(operation.f)) continue;
    rows.push(row);
    operations.push(operation);
  }
  const identify = model.identify ?? ((state: State) => JSON.stringify(state));
  const states: State[] = [model.initial];
  const numbers = new Map<string | number, number>([[identify(model.initial), 0]]);
  let bytes = 0;
  const step = (state: number, at: number): number => {
    const next = model.step(states[state]!, operations[at]!);
    if (next === undefined) return IMPOSSIBLE;
    const name = identify(next);
    return getOrMake(numbers, name, () => {
      bytes += BYTES_OF_A_STATE + (typeof name === 'string' ? 2 * name.length : 0);
      if (bytes > budget.memoryBytes) budget.exhaust('the memory for the search was spent');
      return states.push(next) - 1;
    });
  };
  const isPassive = (_: number, at: number) =>
    observers.has(operations[at]!.f) || operations[at]!.type === 'fail';
  return searchTable(table, rows, { initial: 0, step, isPassive }, budget);
}

function stepOperation(table: OperationTable, row: number): StepOperation {
  const operation = operationAt(table, row);
  const value = operation.value as Value | undefined | (Value | undefined)[];
  const told = Array.isArray(value) ? value.map((each) => each ?? null) : (value ?? null);
  return { ...operation, value: told };
}
