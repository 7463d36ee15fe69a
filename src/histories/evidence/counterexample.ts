/** The smallest piece of evidence against a linearizability claim, as rows of the table. */
import { CAS, type OperationTable, READ } from '../formats/operation-table.js';
import { checkLinearizable, type FailingKey, type LinearizabilityOptions } from '../linearizability/index.js';
import { sortedRows } from '../linearizability/result.js';
import type { Evidence } from '../models/model.js';
import { isObserver, minimise, prefixOf, type Suspects, weaken } from './minimise.js';
import { subTable } from './sub-table.js';

/** What one check may take. */
const STEPS = 30_000_000;
const MOST_SUPPORT = 12;
const MOST_AGAIN = 1_000;
const MOST_CUTS = 64;
const FROM_ANY_STATE = 'no order of these operations explains their results, whatever came before';

/** Makes the evidence of an illegal result small, while there is more to spend on it. */
export function smallEvidence(
  table: OperationTable,
  result: FailingKey,
  { initial = null, model = 'auto' }: Pick<LinearizabilityOptions, 'initial' | 'model'>,
  more: () => boolean,
): Evidence {
  if (result.complete && result.operations.length <= 2) return whole(result.operations);
  const settings = { initial, model, steps: STEPS };
  const illegal = (part: OperationTable) => checkLinearizable(part, settings).verdict === 'illegal';
  if (result.complete) {
    // Zones and orders of appends name their witnesses; what else they rest on need not be shown.
    if (!registersOnly(table, result.operations)) return whole(result.operations);
    return shown(table, minimise(table, result.operations, illegal, more));
  }
  const prefix = prefixOf(table, rowsOf(table, result.key), result.operations[0]!);
  if (!illegal(subTable(table, prefix.rows, prefix.weakened)))
    return { ...whole(prefix.rows), minimal: false };
  const fromAny = (small: OperationTable) =>
    checkLinearizable(small, { ...settings, anyInitial: true }).verdict === 'illegal';
  const window = registersOnly(table, prefix.rows) ? lastWindow(table, prefix, fromAny, more) : undefined;
  const check = window === undefined ? illegal : fromAny;
  const reason = window === undefined ? {} : { reason: FROM_ANY_STATE };
  const { rows, weakened } = window ?? prefix;
  const found = minimise(weaken(table, weakened), rows, check, more);
  const first = shown(table, found);
  if (rows.length > MOST_AGAIN) return { ...first, ...reason };
  // What is shown is shown as it was, not weakened: with that, still less may be enough.
  const kept = new Set(first.rows);
  const hidden = found.support.filter((row) => !kept.has(row));
  const all = sortedRows([...first.rows, ...hidden]);
  const again = minimise(weaken(table, new Set(hidden)), all, check, more);
  return { ...shown(table, again), ...reason };
}

function whole(rows: readonly number[]): Evidence {
  return { rows: sortedRows(rows), context: [], omitted: 0, minimal: true };
}

function* rowsOf(table: OperationTable, key: number): Generator<number> {
  for (let row = 0; row < table.count; row++) if (table.key[row] === key) yield row;
}

/**
 * The latest cut such that what ends after it contradicts itself whatever the register held at the cut; what
 * changes something and was pending at the cut is in doubt. Undefined where the beginning matters.
 */
function lastWindow(
  table: OperationTable,
  prefix: Suspects,
  illegal: (table: OperationTable) => boolean,
  more: () => boolean,
): Suspects | undefined {
  const at = (cut: number): Suspects => {
    const weakened = new Set(prefix.weakened);
    const rows = prefix.rows.filter((row) => {
      if (table.end[row]! <= cut) return false;
      if (table.start[row]! >= cut) return true;
      if (isObserver(table, row)) return false;
      weakened.add(row);
      return true;
    });
    return { rows, weakened };
  };
  // Near the end each cut is tried: one in the middle of a write, which could then still happen at any time, may
  // say nothing where a later one does. Farther back it is enough to halve.
  const last = prefix.rows.length - 1;
  for (let back = 0; back < MOST_CUTS && back <= last && more(); back++) {
    const candidate = at(table.start[prefix.rows[last - back]!]!);
    if (illegal(subTable(table, candidate.rows, candidate.weakened))) return candidate;
  }
  let best: Suspects | undefined;
  let low = 0;
  let high = last - MOST_CUTS;
  while (low <= high && more()) {
    const middle = (low + high) >> 1;
    const candidate = at(table.start[prefix.rows[middle]!]!);
    if (illegal(subTable(table, candidate.rows, candidate.weakened))) {
      best = candidate;
      low = middle + 1;
    } else high = middle - 1;
  }
  return best;
}

function registersOnly(table: OperationTable, rows: readonly number[]): boolean {
  return rows.every((row) => table.f[row]! <= CAS);
}

/** With the essential operations, the ones that their values come from. */
function shown(
  table: OperationTable,
  { essential, support, minimal }: ReturnType<typeof minimise>,
): Evidence {
  const seen = new Set<number>();
  for (const row of essential) if (table.f[row] === READ || table.f[row] === CAS) seen.add(table.value[row]!);
  const sources = support.filter((row) =>
    seen.has(table.f[row] === CAS ? table.to[row]! : table.value[row]!),
  );
  const context = sources.length <= MOST_SUPPORT ? sources : [];
  const omitted = support.length > MOST_SUPPORT ? sources.length - context.length : 0;
  return { rows: sortedRows([...essential, ...context]), context, omitted, minimal };
}
