/** The models by name, and which one a history seems to be for. */
import { FUNCTIONS, type OperationTable } from '../../history/formats/operation-table.js';
import { append, casRegister, register } from './linearizable.js';
import type { HistoryModel } from './model.js';

export const MODELS: Readonly<Record<string, HistoryModel>> = {
  register,
  'cas-register': casRegister,
  append,
};

/** The names of the functions that a history uses. */
export function functionsUsed(table: OperationTable): string[] {
  const used = new Uint8Array(256);
  for (let row = 0; row < table.count; row++) used[table.f[row]!] = 1;
  return table.functions.filter((_, index) => used[index] === 1);
}

/** The model that what a history uses speaks for; undefined where nothing does. */
export function modelFor(table: OperationTable): HistoryModel | undefined {
  const used = functionsUsed(table);
  const has = (name: string) => used.includes(name);
  if (has('append')) return append;
  if (has('cas')) return casRegister;
  if (used.every((name) => name === 'read' || name === 'write')) return register;
  return undefined;
}

export { FUNCTIONS };
