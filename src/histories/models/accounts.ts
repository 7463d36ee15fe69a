/**
 * The accounts of a bank, linearizable: they begin at 0 and may be overdrawn; a transfer is `[from, to, amount]`, by places in
 * the list that a read returns. Sums that are wrong, and balances that no choice of transfers gives, are found at once; the
 * rest is for the general search.
 */
import type { Value } from '../../history/operation-type.js';
import { FAIL, functionAt, NONE, type OperationTable, valueAt } from '../formats/operation-table.js';
import { type KeyResult, legal } from '../linearizability/result.js';
import { bank } from './bank.js';
import { BOUNDS, outOfBounds } from './counter.js';
import { judgeKeys } from './keys.js';
import type { HistoryModel } from './model.js';
import { type StepModel, searchRows } from './step-model.js';

const accountsStep: StepModel<readonly number[]> = {
  name: 'accounts',
  initial: [],
  step(balances, { f, value }) {
    if (f === 'read') return isShown(balances, value) ? balances : undefined;
    if (!Array.isArray(value)) return undefined;
    const [from, to, amount] = value as [number, number, number];
    const next = Array.from(
      { length: Math.max(balances.length, from + 1, to + 1) },
      (_, at) => balances[at] ?? 0,
    );
    next[from]! -= amount;
    next[to]! += amount;
    return next;
  },
  identify: (balances) => balances.join(),
};

/** The first balance of an account that was read and cannot be. */
function wrongBalance(table: OperationTable, rows: Iterable<number>): KeyResult | undefined {
  const lists = new Map<number, number[]>();
  for (const row of rows) {
    if (table.type[row] === FAIL || table.value[row] === NONE) continue;
    const value = valueAt(table, table.value[row]!);
    lists.set(row, Array.isArray(value) ? value.map(Number) : []);
  }
  const isTransfer = (row: number) => functionAt(table, row) === 'transfer';
  const places = [...lists].map(([row, list]) =>
    isTransfer(row) ? Math.max(...list.slice(0, 2)) + 1 : list.length,
  );
  for (let account = 0; account < Math.max(0, ...places); account++) {
    const added = (row: number) => {
      if (!isTransfer(row)) return undefined;
      const [from, to, amount = 0] = lists.get(row) ?? [];
      return (to === account ? amount : 0) - (from === account ? amount : 0);
    };
    const balance = (row: number) => lists.get(row)?.[account] ?? 0;
    const found = outOfBounds(table, rows, added, balance, `account ${account}`);
    if (found) return found;
  }
  return undefined;
}

/** What a read does not show is 0. */
function isShown(balances: readonly number[], value: Value): boolean {
  const shown = Array.isArray(value) ? value : [];
  const places = Math.max(shown.length, balances.length);
  return Array.from({ length: places }, (_, at) => (shown[at] ?? 0) === (balances[at] ?? 0)).every(Boolean);
}

export const accounts: HistoryModel = {
  name: 'accounts',
  about: 'accounts from 0 on: a read returns what the transfers left (linearizable)',
  functions: ['read', 'transfer'],
  check(table, limits) {
    const sums = bank.check(table, { ...limits, initial: 0 });
    if (sums.verdict !== 'ok') return sums;
    const balances = judgeKeys(table, limits, (part, rows) => wrongBalance(part, rows) ?? legal(BOUNDS));
    if (balances.verdict !== 'ok') return balances;
    return judgeKeys(table, limits, (part, rows, budget) => searchRows(part, rows, accountsStep, budget));
  },
};
