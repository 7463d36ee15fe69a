/** What sessions may expect of a register whose values are unique: each model says what its sessions demand. */
import { FAIL, OK, type OperationTable, READ, WRITE } from '../formats/operation-table.js';
import { getOrMake } from '../get-or-make.js';
import { type HistoryModel, judgeEachKey, type ModelResult } from './model.js';
import { type Demand, orderVersions } from './version-order.js';

export const monotonicReads: HistoryModel = {
  name: 'monotonic-reads',
  about: 'a register: what a process reads never goes back (values must be unique)',
  functions: ['read', 'write'],
  check: (table) =>
    judgeSessions(table, (session) => {
      const reads = session.filter((row) => table.f[row] === READ);
      return reads.slice(1).map((row, at) => [reads[at]!, row]);
    }),
};

export const readYourWrites: HistoryModel = {
  name: 'read-your-writes',
  about: 'a register: a process sees its own writes (values must be unique)',
  functions: ['read', 'write'],
  check: (table) =>
    judgeSessions(table, (session) => {
      const pairs: [number, number][] = [];
      // A process's own writes follow each other in time: only the last one before a read matters.
      let own = -1;
      for (const row of session) {
        if (table.f[row] === WRITE) own = row;
        else if (own >= 0) pairs.push([own, row]);
      }
      return pairs;
    }),
};

/** Judges each key; `pairs` gives the rows of a session of which the second may have no earlier version than the first. */
function judgeSessions(
  table: OperationTable,
  pairs: (session: readonly number[]) => [number, number][],
): ModelResult {
  return judgeEachKey(table, 'order of versions', (rows, key) => {
    const sessions = new Map<number, number[]>();
    const written = new Set<number>([table.nilOf[key]!]);
    for (const row of rows) {
      const isWrite = table.f[row] === WRITE;
      if (isWrite && table.type[row] !== FAIL) written.add(table.value[row]!);
      if (table.type[row] === OK && (isWrite || table.f[row] === READ))
        getOrMake(sessions, table.process[row]!, () => [] as number[]).push(row);
    }
    const demands = [...sessions.values()]
      .flatMap(pairs)
      .map((pair): Demand => ({ before: table.value[pair[0]]!, after: table.value[pair[1]]!, rows: pair }))
      .filter(({ before, after }) => before !== after && written.has(before) && written.has(after));
    const found = orderVersions(table, rows, table.nilOf[key]!, demands);
    if (found !== 'repeated') return { fault: found };
    return { undecided: 'a value was written twice: reads cannot tell which write they saw' };
  });
}
