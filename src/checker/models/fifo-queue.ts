/** A queue whose elements come out in the order in which they went in, linearizable; by the general search. */
import type { Value } from '../../history/event.js';
import type { HistoryModel } from './model.js';
import { type StepModel, stepModel } from './step-model.js';

export const fifoQueueStep: StepModel<readonly Value[]> = {
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

export const fifoQueue: HistoryModel = {
  ...stepModel(fifoQueueStep, ['enqueue', 'dequeue']),
  about: 'a queue: first in, first out (linearizable)',
};
