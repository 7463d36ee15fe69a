/** What sessions may expect of a register whose values are unique: each model says what its sessions demand. */
import { FAIL, OK, type OperationTable, READ, WRITE } from '../formats/operation-table.js';
import { partition, rowsOfKey } from '../linearizability/partition.js';
import { illegalKey, type KeyFinding, type ModelResult, modelResult, unknownKey } from './model.js';
import { type Demand, orderVersions } from './version-order.js';

const ALGORITHM = 'order of versions';

/** Judges each key by what its sessions demand of the order of versions. */
export function judgeSessions(
  table: OperationTable,
  demandsOf: (table: OperationTable, rows: readonly number[]) => Demand[],
): ModelResult {
  const parts = partition(table);
  const findings: KeyFinding[] = [];
  for (let key = 0; key < table.keys.length; key++) {
    const rows = rowsOfKey(parts, key);
    const sessions = new Map<number, number[]>();
    for (const row of rows) {
      if (table.type[row] !== OK || (table.f[row] !== READ && table.f[row] !== WRITE)) continue;
      const session = sessions.get(table.process[row]!);
      if (session) session.push(row);
      else sessions.set(table.process[row]!, [row]);
    }
    const written = new Set<number>([table.nilOf[key]!]);
    for (const row of rows)
      if (table.f[row] === WRITE && table.type[row] !== FAIL) written.add(table.value[row]!);
    const demands = [...sessions.values()]
      .flatMap((session) => demandsOf(table, session))
      .filter(({ before, after }) => before !== after && written.has(before) && written.has(after));
    const found = orderVersions(table, rows, table.nilOf[key]!, demands);
    const name = table.keys[key]!;
    if (found === 'repeated') {
      const reason = 'a value was written twice: reads cannot tell which write they saw';
      findings.push(unknownKey(ALGORITHM, name, reason));
    } else if (found) findings.push(illegalKey(ALGORITHM, name, found.reason, found.rows));
  }
  return modelResult(ALGORITHM, findings);
}
