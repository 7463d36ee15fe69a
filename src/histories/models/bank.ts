/**
 * Bank transfers: whatever is moved between accounts, every read of all of them has the same sum.
 *
 * A read's value is a list of balances or an object of them by account. The sum is `initial` where it was given,
 * else that of the first read. Negative balances are counted, and no fault.
 */
import { OK, type OperationTable, READ, valueAt } from '../formats/operation-table.js';
import { partition, rowsOfKey } from '../linearizability/partition.js';
import { inexactSums } from './exact-sums.js';
import { type HistoryModel, illegalKey, type KeyFinding, modelResult, unknownKey } from './model.js';

const ALGORITHM = 'sums of reads';

export const bank: HistoryModel = {
  name: 'bank',
  about: 'accounts: transfers keep the sum of all balances',
  functions: ['read', 'transfer'],
  check(table, limits) {
    const inexact = inexactSums(table);
    if (inexact !== undefined) return modelResult(ALGORITHM, [unknownKey(ALGORITHM, null, inexact)]);
    const parts = partition(table);
    const figures = { reads: 0, wrong_sums: 0, negative: 0 };
    const findings: KeyFinding[] = [];
    for (let key = 0; key < table.keys.length; key++) {
      let sum = typeof limits.initial === 'number' ? limits.initial : undefined;
      let first = -1;
      let fault: KeyFinding | undefined;
      for (const row of rowsOfKey(parts, key)) {
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
        const reason = `the balances sum up to ${found}, not ${sum}`;
        fault ??= illegalKey(ALGORITHM, table.keys[key]!, reason, [first, row]);
      }
      if (fault) findings.push(fault);
    }
    const alone = table.count === figures.reads && table.keys.length === figures.reads;
    if (findings.length === 0 && alone && limits.initial === undefined) {
      const reason = 'a single read has no sum to be compared with: tell the sum with --initial';
      return modelResult(ALGORITHM, [unknownKey(ALGORITHM, null, reason)], figures);
    }
    return modelResult(ALGORITHM, findings, figures);
  },
};

function balancesOf(table: OperationTable, row: number): number[] {
  const value: unknown = valueAt(table, table.value[row]!);
  if (typeof value !== 'object' || value === null) return value === null ? [] : [Number(value)];
  return Object.values(value).map(Number);
}
