/** The smallest piece of evidence against a linearizability claim, as rows of the table. */
import type { Clock } from '../../clock.js';
import { CAS, INFO, NEVER, type OperationTable, READ } from '../formats/operation-table.js';
import { checkLinearizable, type FailingKey, type LinearizabilityOptions } from '../linearizability/index.js';
import { isObserver, minimise, saysNothing } from './minimise.js';
import { subTable } from './sub-table.js';

export interface Evidence {
  /** Rows that contradict each other, in order. */
  rows: number[];
  /** Those of them that demand nothing, but that values of the others come from. */
  context: number[];
  /** Rows that values among them come from, where they are too many to be shown: how many. */
  omitted: number;
  /** Whether no operation can be taken away. */
  minimal: boolean;
  /** Whether the contradiction holds whatever the object held before the first of them. */
  fromAnyState: boolean;
}

/** What may be spent on making it small. */
const STEPS = 30_000_000;
const CHECKS = 2_000;
const MOST_SUPPORT = 12;
const MOST_AGAIN = 1_000;
const MOST_CUTS = 64;

/** Makes the evidence of an illegal result small. */
export function evidenceOf(
  table: OperationTable,
  result: FailingKey,
  options: Pick<LinearizabilityOptions, 'initial' | 'model'> & { clock?: Clock; deadline: number },
): Evidence {
  if (result.complete && result.operations.length <= 2) return whole(result.operations);
  let checks = 0;
  const more = () => ++checks <= CHECKS && (!options.clock || options.clock.now() < options.deadline);
  const settings = { ...pick(options), steps: STEPS };
  const illegal = (part: OperationTable) => checkLinearizable(part, settings).verdict === 'illegal';
  if (result.complete) {
    // Zones and orders of appends name their witnesses; what else they rest on need not be shown.
    const found = registersOnly(table, result.operations)
      ? minimise(table, result.operations, illegal, more)
      : undefined;
    if (!found) return whole(result.operations);
    return shown(table, found.essential, found.support, found.minimal, false);
  }
  const prefix = upTo(table, result);
  if (!illegal(part(table, prefix))) return { ...whole(prefix.rows), minimal: false };
  const fromAny = (small: OperationTable) =>
    checkLinearizable(small, { ...settings, anyInitial: true }).verdict === 'illegal';
  const window = registersOnly(table, prefix.rows) ? lastWindow(table, prefix, fromAny, more) : undefined;
  const check = window === undefined ? illegal : fromAny;
  const { rows, weakened } = window ?? prefix;
  const found = minimise(weaken(table, weakened), rows, check, more);
  const first = shown(table, found.essential, found.support, found.minimal, window !== undefined);
  if (rows.length > MOST_AGAIN) return first;
  // What is shown is shown as it was, not weakened: with that, still less may be enough.
  const kept = new Set(first.rows);
  const hidden = found.support.filter((row) => !kept.has(row));
  const all = [...first.rows, ...hidden].sort((left, right) => left - right);
  const again = minimise(weaken(table, new Set(hidden)), all, check, more);
  return shown(table, again.essential, again.support, again.minimal, window !== undefined);
}

function pick(options: Pick<LinearizabilityOptions, 'initial' | 'model'>) {
  return {
    ...(options.initial === undefined ? {} : { initial: options.initial }),
    ...(options.model === undefined ? {} : { model: options.model }),
  };
}

function whole(rows: readonly number[]): Evidence {
  return {
    rows: [...rows].sort((left, right) => left - right),
    context: [],
    omitted: 0,
    minimal: true,
    fromAnyState: false,
  };
}

interface Part {
  rows: number[];
  weakened: Set<number>;
}

function part(table: OperationTable, { rows, weakened }: Part): OperationTable {
  return subTable(table, rows, weakened);
}

/** The operations of the key up to the completion that nothing explains; what ends later is in doubt by then. */
function upTo(table: OperationTable, result: FailingKey): Part {
  const stuck = result.operations[0]!;
  const limit = table.end[stuck]!;
  const rows: number[] = [];
  const weakened = new Set<number>();
  for (let row = 0; row < table.count && table.start[row]! < limit; row++) {
    if (table.key[row] !== result.key) continue;
    if (saysNothing(table, row)) continue;
    if (table.end[row]! > limit) {
      if (isObserver(table, row)) continue;
      weakened.add(row);
    }
    rows.push(row);
  }
  return { rows, weakened };
}

/**
 * The latest cut such that what ends after it contradicts itself whatever the register held at the cut; what
 * changes something and was pending at the cut is in doubt. Undefined where the beginning matters.
 */
function lastWindow(
  table: OperationTable,
  prefix: Part,
  illegal: (table: OperationTable) => boolean,
  more: () => boolean,
): Part | undefined {
  const at = (cut: number): Part => {
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
    if (illegal(part(table, candidate))) return candidate;
  }
  let best: Part | undefined;
  let low = 0;
  let high = last - MOST_CUTS;
  while (low <= high && more()) {
    const middle = (low + high) >> 1;
    const candidate = at(table.start[prefix.rows[middle]!]!);
    if (illegal(part(table, candidate))) {
      best = candidate;
      low = middle + 1;
    } else high = middle - 1;
  }
  return best;
}

function weaken(table: OperationTable, weakened: ReadonlySet<number>): OperationTable {
  if (weakened.size === 0) return table;
  const type = table.type.slice();
  const end = table.end.slice();
  for (const row of weakened) {
    type[row] = INFO;
    end[row] = NEVER;
  }
  return { ...table, type, end };
}

function registersOnly(table: OperationTable, rows: readonly number[]): boolean {
  return rows.every((row) => table.f[row]! <= CAS);
}

/** With the essential operations, the ones that their values come from. */
function shown(
  table: OperationTable,
  essential: readonly number[],
  support: readonly number[],
  minimal: boolean,
  fromAnyState: boolean,
): Evidence {
  const seen = new Set<number>();
  for (const row of essential) if (table.f[row] === READ || table.f[row] === CAS) seen.add(table.value[row]!);
  const sources = support.filter((row) =>
    seen.has(table.f[row] === CAS ? table.to[row]! : table.value[row]!),
  );
  const few = sources.length <= MOST_SUPPORT ? sources : [];
  return {
    rows: [...essential, ...few].sort((left, right) => left - right),
    context: few,
    omitted: support.length > MOST_SUPPORT ? sources.length - few.length : 0,
    minimal,
    fromAnyState,
  };
}
