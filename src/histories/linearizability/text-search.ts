/**
 * Sequences whose results cannot be taken apart into elements in one way only (appending "1" and "11"): a
 * problem for the general search whose states are the texts themselves. A text that no read's result begins
 * with can be told from no other such text: they are one state, "lost".
 */
import type { Value } from '../../history/operation-type.js';
import { firstWhere } from '../first-where.js';
import { APPEND, type OperationTable, READ, valueAt } from '../formats/operation-table.js';
import type { Budget, KeyResult } from './result.js';
import { IMPOSSIBLE, searchTable } from './search.js';
import type { Sequences } from './sequences.js';

const LOST = 0;

export function judgeTextSearch(table: OperationTable, sequences: Sequences, budget: Budget): KeyResult {
  const { rows } = sequences;
  const values = rows.map((row) => valueAt(table, table.value[row]!)!);
  const lists = rows.some((row, at) => table.f[row] === READ && Array.isArray(values[at]));
  const texts = values.map((value) => textOf(value, lists));
  const reads = [...new Set(texts.filter((_, at) => table.f[rows[at]!] === READ))].sort();
  const states: string[] = ['', ''];
  const numbers = new Map<string, number>([['', 1]]);
  const numberOf = (text: string): number => {
    const known = numbers.get(text);
    if (known !== undefined) return known;
    if (!begins(reads, text)) return LOST;
    const number = states.push(text) - 1;
    numbers.set(text, number);
    return number;
  };
  const step = (state: number, at: number): number => {
    const kind = table.f[rows[at]!];
    const text = texts[at]!;
    if (kind === READ) return state !== LOST && states[state] === text ? state : IMPOSSIBLE;
    if (kind !== APPEND) return numberOf(text);
    return state === LOST ? LOST : numberOf(states[state]! + text);
  };
  const isPassive = (row: number) => table.f[row] === READ;
  return searchTable(table, rows, { initial: 1, step, isPassive }, budget);
}

function begins(reads: readonly string[], text: string): boolean {
  return reads[firstWhere(reads.length, (at) => reads[at]! >= text)]?.startsWith(text) === true;
}

function textOf(value: Value, lists: boolean): string {
  if (value === null) return '';
  if (Array.isArray(value)) return value.map((item) => `${JSON.stringify(item)},`).join('');
  return lists ? `${JSON.stringify(value)},` : String(value);
}
