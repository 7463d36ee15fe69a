/**
 * What was written and read under each key, ready for the checkers of lost, phantom and stale values. A key is a
 * register (`write`, `cas`: a read gives one value) or a collection (`add`, `append`: a read gives a list).
 */
import { derived } from '../history/derived.js';
import type { Value } from '../history/event.js';
import type { History } from '../history/history.js';
import { isWrite, type Operation, operationsOf } from '../history/operations.js';
import { FINAL } from './client-operations.js';

export interface KeyOperations {
  key: string | null;
  collection: boolean;
  /** All of them, whatever came of them. */
  writes: Operation[];
  /** Acknowledged reads of the client load. */
  reads: Operation[];
  /** Acknowledged reads at the end, in the order of their acknowledgements. */
  finals: Operation[];
  /** Register: the writes of each value. */
  writers: Map<string, Operation[]>;
}

/** The keys of a history in the order of their first operations, but for those of which reads do not show each write. */
export const keysOf = derived((history: History): readonly KeyOperations[] =>
  collect(operationsOf(history).operations),
);

function collect(operations: readonly Operation[]): KeyOperations[] {
  const keys = new Map<string | null, KeyOperations>();
  for (const operation of operations) {
    let own = keys.get(operation.key);
    if (own === undefined) {
      own = { key: operation.key, collection: false, writes: [], reads: [], finals: [], writers: new Map() };
      keys.set(operation.key, own);
    }
    if (isWrite(operation)) {
      own.writes.push(operation);
      if (operation.f === 'add' || operation.f === 'append') own.collection = true;
      const value = valueName(written(operation));
      const writers = own.writers.get(value);
      if (writers) writers.push(operation);
      else own.writers.set(value, [operation]);
    } else if (operation.type === 'ok') {
      (operation.client === FINAL ? own.finals : own.reads).push(operation);
    }
  }
  const told = [...keys.values()].filter((own) => !isOpaque(own));
  for (const own of told) own.finals.sort((one, other) => one.end - other.end);
  return told;
}

/** Whether it is a counter, whose reads give the sum of what was added, a queue, or a bank: their models tell what is lost. */
function isOpaque({ writes, reads, finals }: KeyOperations): boolean {
  if (writes.some(({ f }) => f === 'enqueue' || f === 'dequeue' || f === 'transfer')) return true;
  const isAdded = writes.some(({ f }) => f === 'add');
  return isAdded && [...reads, ...finals].every(({ value }) => !Array.isArray(value));
}

/** What a write leaves behind: a compare-and-set `[from, to]` leaves `to`. */
export function written(operation: Operation): Value {
  if (operation.f === 'cas' && Array.isArray(operation.value)) return operation.value[1] ?? null;
  return operation.value;
}

/** A name by which values are compared: `1` and `"1"` differ. */
export function valueName(value: Value): string {
  return typeof value === 'number' ? `${value}` : JSON.stringify(value);
}

/** Whether a read shows what a write left behind. */
export function shows(read: Operation, write: Operation): boolean {
  const name = valueName(written(write));
  if (write.f !== 'add' && write.f !== 'append') return valueName(read.value) === name;
  return membersOf(read).has(name);
}

/** The elements that a read of a collection gave. */
export const membersOf = derived(
  (read: Operation): ReadonlySet<string> =>
    new Set(Array.isArray(read.value) ? read.value.map(valueName) : []),
);

/** `write 119 to k7`, for messages. */
export function writeText(operation: Operation): string {
  const value = JSON.stringify(operation.value);
  return operation.key === null ? `${operation.f} ${value}` : `${operation.f} ${value} to ${operation.key}`;
}

/** ` by a (term 1)`, or nothing where it is not known. */
export function answererText({ node, term }: Operation): string {
  if (node === undefined) return '';
  return term === undefined ? ` by ${node}` : ` by ${node} (term ${term})`;
}
