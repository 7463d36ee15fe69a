/** The models by name, and which one a history seems to be for. */
import { ListText, OK, type OperationTable, READ } from '../formats/operation-table.js';
import { accounts } from './accounts.js';
import { bank } from './bank.js';
import { counter } from './counter.js';
import { fifoQueue } from './fifo-queue.js';
import { append, casRegister, register } from './linearizable.js';
import type { HistoryModel } from './model.js';
import { queue } from './queue.js';
import { sequential } from './sequential.js';
import { monotonicReads, readYourWrites } from './sessions.js';
import { set } from './set.js';
import { staleReads } from './stale-reads.js';
import { terms } from './terms.js';

export const MODELS: Readonly<Record<string, HistoryModel>> = {
  register,
  'cas-register': casRegister,
  append,
  set,
  counter,
  queue,
  'fifo-queue': fifoQueue,
  bank,
  accounts,
  terms,
  sequential,
  'monotonic-reads': monotonicReads,
  'read-your-writes': readYourWrites,
  'stale-reads': staleReads,
};

export function functionsUsed(table: OperationTable): string[] {
  const used = new Uint8Array(256);
  for (let row = 0; row < table.count; row++) used[table.f[row]!] = 1;
  return table.functions.filter((_, index) => used[index] === 1);
}

/** The model that what a history uses speaks for; undefined where nothing does. */
export function modelFor(table: OperationTable): HistoryModel | undefined {
  const used = functionsUsed(table);
  const only = (...names: string[]) => used.every((name) => names.includes(name));
  if (only('read') && readsObjects(table)) return bank;
  if (only('read', 'write')) return register;
  if (only('read', 'write', 'cas')) return casRegister;
  if (only('read', 'write', 'append')) return append;
  if (only('read', 'add')) return readsLists(table) ? set : counter;
  if (only('enqueue', 'dequeue', 'drain')) return queue;
  return only('read', 'transfer') ? bank : undefined;
}

/** What the reads of a history returned. */
function* answers(table: OperationTable) {
  for (let row = 0; row < table.count; row++)
    if (table.f[row] === READ && table.type[row] === OK) yield table.values[table.value[row]!];
}

/** Whether the reads of a history return lists rather than numbers. */
function readsLists(table: OperationTable): boolean {
  for (const value of answers(table)) {
    if (value instanceof ListText) return true;
    if (typeof value === 'number') return false;
  }
  return true;
}

/** Whether the first answer of a history is an object: balances by account. */
function readsObjects(table: OperationTable): boolean {
  const [value] = answers(table);
  return value instanceof ListText && value.text.startsWith('{');
}
