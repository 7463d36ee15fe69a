/**
 * Linearizability decided by trying every order of every subset: slow, and short enough to be seen to be right.
 * It knows nothing of the checkers under test, not even their tables.
 */
import type { Value } from '../../../src/history/event.js';

export interface SmallEvent {
  process: number;
  type: 'invoke' | 'ok' | 'fail' | 'info';
  f: string;
  key: string | null;
  value: Value;
  /** Why it failed: then it says nothing, whatever it was. */
  error?: string;
  time?: number;
}

export interface SmallOperation {
  process: number;
  f: string;
  key: string | null;
  /** What was called with; for a read that returned, the result. */
  value: Value;
  type: 'ok' | 'fail' | 'info';
  start: number;
  /** Infinity where the outcome is unknown. */
  end: number;
}

/** The state after an operation, or undefined where it cannot have happened in this state. */
export type Step = (state: Value, operation: SmallOperation) => Value | undefined;

export function operationsOf(events: readonly SmallEvent[]): SmallOperation[] {
  const operations: SmallOperation[] = [];
  for (const [start, event] of events.entries()) {
    if (event.type !== 'invoke') continue;
    const rest = events.slice(start + 1);
    const offset = rest.findIndex((later) => later.process === event.process);
    const completion = offset < 0 ? undefined : rest[offset];
    // What failed for a reason of its own did as good as not happen.
    if (completion?.type === 'fail' && completion.error !== undefined) continue;
    const type = completion === undefined || completion.type === 'invoke' ? 'info' : completion.type;
    operations.push({
      process: event.process,
      f: event.f,
      key: event.key,
      value: type === 'ok' && completion ? (completion.value ?? event.value) : event.value,
      type,
      start,
      end: type === 'info' ? Number.POSITIVE_INFINITY : start + 1 + offset,
    });
  }
  return operations;
}

export function bruteForce(events: readonly SmallEvent[], initial: Value, step: Step): boolean {
  const all = operationsOf(events).filter(
    (operation) =>
      (operation.type !== 'fail' || operation.f === 'cas') &&
      !(operation.type === 'info' && operation.f === 'read'),
  );
  const keys = [...new Set(all.map((operation) => operation.key))];
  return keys.every((key) =>
    orderExists(
      all.filter((operation) => operation.key === key),
      initial,
      step,
    ),
  );
}

function orderExists(rest: readonly SmallOperation[], state: Value, step: Step): boolean {
  if (rest.every((operation) => operation.type === 'info')) return true;
  return rest.some((operation) => {
    if (rest.some((other) => other.end < operation.start)) return false;
    const next = step(state, operation);
    return (
      next !== undefined &&
      orderExists(
        rest.filter((other) => other !== operation),
        next,
        step,
      )
    );
  });
}

export const registerStep: Step = (state, { f, value, type }) => {
  if (f === 'read') return state === value ? state : undefined;
  if (f === 'write') return value;
  const [from, to] = value as [Value, Value];
  if (type === 'fail') return state === from ? undefined : state;
  return state === from ? to : undefined;
};

/** Lists of what was appended; a write replaces the list by one element (null: by none). */
export const listStep: Step = (state, { f, value }) => {
  const list = state as Value[];
  if (f === 'append') return [...list, value];
  if (f === 'write') return value === null ? [] : [value];
  return JSON.stringify(value ?? []) === JSON.stringify(list) ? list : undefined;
};

/** Concatenations of what was appended. */
export const textStep: Step = (state, { f, value }) => {
  if (f === 'append') return `${state}${value}`;
  if (f === 'write') return value ?? '';
  return (value ?? '') === state ? state : undefined;
};
