/** A queue whose elements come out in the order in which they went in, linearizable. */
import type { Value } from '../../history/operation-type.js';
import { judgeFifo } from '../linearizability/fifo.js';
import { type Judge, judgeKeys } from './keys.js';
import type { HistoryModel } from './model.js';
import { type StepModel, searchRows } from './step-model.js';

const fifoQueueStep: StepModel<readonly Value[]> = {
  name: 'fifo-queue',
  initial: [],
  step: (state, { f, value, type }) => {
    if (f === 'enqueue') return [...state, value];
    // In doubt: what it took is unknown, so it took whatever was first.
    if (type === 'info') return state.slice(1);
    if (value === null) return state.length === 0 ? state : undefined;
    return state.length > 0 && JSON.stringify(state[0]) === JSON.stringify(value)
      ? state.slice(1)
      : undefined;
  },
  observers: [],
};

const judge: Judge = (table, rows, budget) =>
  judgeFifo(table, rows, budget, (few) => searchRows(table, few, fifoQueueStep, budget));

export const fifoQueue: HistoryModel = {
  name: 'fifo-queue',
  about: 'a queue: first in, first out (linearizable)',
  functions: ['enqueue', 'dequeue'],
  check: (table, limits) => judgeKeys(table, limits, judge),
};
