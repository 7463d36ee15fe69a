/**
 * Operations: each invocation paired with its completion.
 *
 *     invoke 3 write k7 119 ........ ok 3 write k7 119 by a, term 1     ->  one Operation, start..end
 *     invoke 4 read k7 ............. info 4 (time-out)                  ->  start..Infinity: it may yet happen
 */
import { derived } from './derived.js';
import type { CompletionEvent, Event, EventOf, Nanoseconds, OperationType, Value } from './event.js';
import type { History } from './history.js';
import { isAnswered } from './operation-type.js';

export interface Operation {
  process: number;
  f: OperationType;
  key: string | null;
  /** What was written; for an `ok` read or dequeue, what it returned. */
  value: Value;
  type: 'ok' | 'fail' | 'info';
  start: Nanoseconds;
  /** When the client had the answer; Infinity for `info`, which may take effect at any time after its start. */
  end: Nanoseconds;
  /** When the open-loop schedule wanted it to begin; its start where there is no schedule. */
  intended: Nanoseconds;
  client: string | undefined;
  /** The node that answered, else the one it was sent to. */
  node: string | undefined;
  /** The term in which that node answered as primary. */
  term: number | undefined;
  error: string | undefined;
  /** Whether it failed by its own condition. */
  mismatch: boolean;
  /** Indexes of the events; without a completion the operation is in doubt. */
  invoke: number;
  complete: number | undefined;
}

export interface Pairing {
  /** In the order of their invocations. */
  operations: readonly Operation[];
  /** Where the history is not well-formed. */
  flaws: readonly string[];
}

const MOST_FLAWS = 20;

/** Pairs invocations with completions; what does not pair is a flaw and is left out. */
export function pairOperations(events: readonly Event[]): Pairing {
  const operations: Operation[] = [];
  const open = new Map<number, Operation>();
  const flaws: string[] = [];
  let unnamed = 0;
  const flaw = (event: Event, text: string) => {
    if (flaws.length < MOST_FLAWS) flaws.push(`event ${event.index}: ${text}`);
    else unnamed += 1;
  };
  for (const event of events) {
    switch (event.type) {
      case 'invoke': {
        if (open.has(event.process)) {
          flaw(event, `process ${event.process} invoked an operation while another of its own was open`);
        }
        const operation = invoked(event);
        operations.push(operation);
        open.set(event.process, operation);
        break;
      }
      case 'ok':
      case 'fail':
      case 'info': {
        const operation = open.get(event.process);
        if (operation === undefined) {
          flaw(event, `process ${event.process} completed an operation that it had not invoked`);
          break;
        }
        open.delete(event.process);
        const mismatch = mismatchOf(operation, event);
        if (mismatch !== undefined) flaw(event, mismatch);
        else complete(operation, event);
        break;
      }
    }
  }
  if (unnamed > 0) flaws.push(`and ${unnamed} more like these`);
  return { operations, flaws };
}

function invoked(event: EventOf<'invoke'>): Operation {
  return {
    process: event.process,
    f: event.f,
    key: event.key,
    value: event.value,
    type: 'info',
    start: event.time,
    end: Number.POSITIVE_INFINITY,
    intended: event.intended ?? event.time,
    client: event.client,
    node: event.node,
    term: undefined,
    error: undefined,
    mismatch: false,
    invoke: event.index,
    complete: undefined,
  };
}

function complete(operation: Operation, event: Event<CompletionEvent>): void {
  operation.type = event.type;
  operation.complete = event.index;
  if (event.type !== 'info') operation.end = event.time;
  if (event.type === 'ok' && isAnswered(operation.f)) operation.value = event.value;
  if (event.node !== undefined) operation.node = event.node;
  operation.term = event.term;
  operation.error = event.error;
  operation.mismatch = event.mismatch === true;
}

function mismatchOf(operation: Operation, event: Event<CompletionEvent>): string | undefined {
  if (event.f !== operation.f || event.key !== operation.key) {
    return `process ${event.process} completed ${event.f} ${event.key}, which it had invoked as ${operation.f} ${operation.key}`;
  }
  if (isAnswered(operation.f) || event.value === operation.value) return undefined;
  if (JSON.stringify(event.value) === JSON.stringify(operation.value)) return undefined;
  return `process ${event.process} completed a ${event.f} of ${JSON.stringify(event.value)}, which it had invoked with ${JSON.stringify(operation.value)}`;
}

/** The operations of a history; paired once, however many checkers ask. */
export const operationsOf = derived((history: History): Pairing => pairOperations(history.events));

/** Every reason not to trust a history: as a record, and as a sequence of operations. */
export function flawsOf(history: History): readonly string[] {
  const { flaws } = operationsOf(history);
  return flaws.length === 0 ? history.flaws : [...history.flaws, ...flaws];
}

/** Whether all the evidence that a run gives is there. */
export function isWhole(history: History): boolean {
  return flawsOf(history).length === 0;
}

/** Whether the service did its part: it acknowledged the operation, or refused it for the operation's own condition. */
export function isServed({ type, mismatch }: Pick<Operation, 'type' | 'mismatch'>): boolean {
  return type === 'ok' || mismatch;
}

/** Whether an operation changes something. */
export function isWrite(operation: Pick<Operation, 'f'>): boolean {
  return operation.f !== 'read';
}
