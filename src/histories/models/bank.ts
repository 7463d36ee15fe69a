/**
 * Bank transfers: whatever is moved between accounts, every read of all of them has the same sum.
 *
 * A read's value is a list of balances or an object of them by account. The sum is `initial` where it was given,
 * else that of the first read. Negative balances are counted, and no fault.
 */
import { OK, type OperationTable, READ, valueAt } from '../formats/operation-table.js';
import { inexactSums } from './exact-sums.js';
import { type HistoryModel, judgeEachKey, unknownResult } from './model.js';

const ALGORITHM = 'sums of reads';

export const bank: HistoryModel = {
  name: 'bank',
  about: 'accounts: transfers keep the sum of all balances',
  functions: ['read', 'transfer'],
  check(table, limits) {
    const inexact = inexactSums(table);
    if (inexact !== undefined) return unknownResult(ALGORITHM, inexact);
    const result = judgeEachKey(table, ALGORITHM, (rows) => {
      const figures = { reads: 0, wrong_sums: 0, negative: 0 };
      let sum = typeof limits.initial === 'number' ? limits.initial : undefined;
      let first = -1;
      let fault: { reason: string; rows: number[] } | undefined;
      for (const row of rows) {
        if (table.f[row] !== READ || table.type[row] !== OK) continue;
        const balances = balancesOf(table, row);
        const found = balances.reduce((total, balance) => total + balance, 0);
        figures.reads++;
        if (balances.some((balance) => balance < 0)) figures.negative++;
        if (sum === undefined) {
          sum = found;
          first = row;
        }
        if (found === sum) continue;
        figures.wrong_sums++;
        fault ??= { reason: `the balances sum up to ${found}, not ${sum}`, rows: [first, row] };
      }
      return { fault, figures };
    });
    const { findings, figures } = result;
    const alone = table.count === figures['reads'] && table.keys.length === figures['reads'];
    if (findings.length > 0 || !alone || limits.initial !== undefined) return result;
    const reason = 'a single read has no sum to be compared with: tell the sum with --initial';
    return unknownResult(ALGORITHM, reason, figures);
  },
};

function balancesOf(table: OperationTable, row: number): number[] {
  const value: unknown = valueAt(table, table.value[row]!);
  if (typeof value !== 'object' || value === null) return value === null ? [] : [Number(value)];
  return Object.values(value).map(Number);
}
