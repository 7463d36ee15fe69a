/** Monotonic reads: once a process has read a version, it never reads an earlier one again. */
import { READ } from '../formats/operation-table.js';
import type { HistoryModel } from './model.js';
import { judgeSessions } from './sessions.js';
import type { Demand } from './version-order.js';

export const monotonicReads: HistoryModel = {
  name: 'monotonic-reads',
  about: 'a register: what a process reads never goes back (values must be unique)',
  functions: ['read', 'write'],
  check: (table) =>
    judgeSessions(table, (_, session) => {
      const demands: Demand[] = [];
      const reads = session.filter((row) => table.f[row] === READ);
      for (let at = 1; at < reads.length; at++) {
        const rows = [reads[at - 1]!, reads[at]!];
        demands.push({ before: table.value[rows[0]!]!, after: table.value[rows[1]!]!, rows });
      }
      return demands;
    }),
};
