/** Linearizability of any object that is given as a pure step function. */
import type { Value } from '../../history/operation-type.js';
import {
  CAS,
  functionAt,
  NONE,
  type OperationTable,
  processAt,
  valueAt,
} from '../formats/operation-table.js';
import type { Budget, KeyResult } from '../linearizability/result.js';
import { IMPOSSIBLE, judgeSearch } from '../linearizability/search.js';
import { judgeKeys } from './keys.js';
import type { HistoryModel } from './model.js';

/** An operation as a step function sees it. */
export interface StepOperation {
  process: number | string;
  f: string;
  key: string | null;
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

const TYPES = ['ok', 'fail', 'info'] as const;
/** About what a state holds beside its name. */
const BYTES_OF_A_STATE = 100;

/** A model for the judge of a step function. */
export function stepModel<State>(model: StepModel<State>, functions?: readonly string[]): HistoryModel {
  return {
    name: model.name,
    about: 'linearizable, as its step function has it',
    functions: functions ?? null,
    check: (table, limits) =>
      judgeKeys(table, limits, (part, rows, budget) => searchRows(part, rows, model, budget), {
        partition: model.partition !== false,
      }),
  };
}

/** One object. `operations` of an illegal result: the row that the search could not get past. */
export function searchRows<State>(
  table: OperationTable,
  all: ArrayLike<number>,
  model: StepModel<State>,
  budget: Budget,
): KeyResult {
  const observers = new Set(model.observers ?? ['read']);
  const telling = new Set(model.telling ?? ['cas']);
  const rows: number[] = [];
  const operations: StepOperation[] = [];
  for (let at = 0; at < all.length; at++) {
    const row = all[at]!;
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
  const found = judgeSearch(
    {
      count: rows.length,
      start: Int32Array.from(rows, (row) => table.start[row]!),
      end: Int32Array.from(rows, (row) => table.end[row]!),
      initial: 0,
      step(state, at) {
        const next = model.step(states[state]!, operations[at]!);
        if (next === undefined) return IMPOSSIBLE;
        const name = identify(next);
        let number = numbers.get(name);
        if (number === undefined) {
          number = states.push(next) - 1;
          numbers.set(name, number);
          bytes += BYTES_OF_A_STATE + (typeof name === 'string' ? 2 * name.length : 0);
          if (bytes > budget.memoryBytes) budget.exhaust('the memory for the search was spent');
        }
        return number;
      },
      passive: Uint8Array.from(operations, ({ f, type }) => (observers.has(f) || type === 'fail' ? 1 : 0)),
    },
    budget,
  );
  return { ...found, operations: found.operations.map((at) => rows[at]!) };
}

function stepOperation(table: OperationTable, row: number): StepOperation {
  const value = valueAt(table, table.value[row]!) ?? null;
  return {
    process: processAt(table, row),
    f: functionAt(table, row),
    key: table.keys[table.key[row]!]!,
    value: table.f[row] === CAS ? [value, valueAt(table, table.to[row]!) ?? null] : value,
    type: TYPES[table.type[row]!]!,
  };
}
