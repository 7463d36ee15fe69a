/** Judging a history key by key, with evidence for each key that does not hold. */
import type { Clock } from '../../clock.js';
import { minimise, prefixOf, weaken } from '../evidence/minimise.js';
import { firstWhere } from '../first-where.js';
import type { OperationTable } from '../formats/operation-table.js';
import { rowsByKey, rowsOfKey } from '../linearizability/partition.js';
import { Budget, type KeyResult, sortedRows } from '../linearizability/result.js';
import {
  type Evidence,
  type KeyFinding,
  type ModelLimits,
  type ModelResult,
  modelResult,
  unknownKey,
} from './model.js';

/** Judges the operations of one key. `operations` that are not complete: the row that nothing explains. */
export type Judge = (
  table: OperationTable,
  rows: Int32Array | readonly number[],
  budget: Budget,
) => KeyResult;

/** What may be spent on making evidence small: for one check, for one key, for all of them. */
const EVIDENCE_STEPS = 200_000;
/** What all of it may cost without a clock, in steps of searches; a row takes about as long as so many of them. */
const EVIDENCE_COST = 1_000_000;
const STEPS_OF_A_ROW = 100;
const EVIDENCE_CHECKS = 2_000;
const EVIDENCE_MS = 2_000;
const EVIDENCE_KEYS = 16;
const MOST_SUPPORT = 6;
/** Evidence among so few rows costs next to nothing. */
const SMALL = 12;

/** `byKey` false: all operations are of one object. */
export function judgeKeys(
  table: OperationTable,
  limits: ModelLimits,
  judge: Judge,
  byKey = true,
): ModelResult {
  const budget = new Budget(limits);
  const parts = byKey ? rowsByKey(table) : undefined;
  const groups = parts
    ? table.keys.map((key, index) => ({ key, rows: rowsOfKey(parts, index) }))
    : [{ key: null, rows: everyRow(table) }];
  let cost = 0;
  const again = (part: OperationTable) => {
    const own = new Budget({ steps: EVIDENCE_STEPS });
    const { verdict } = judge(part, everyRow(part), own);
    cost += EVIDENCE_STEPS - own.left + STEPS_OF_A_ROW * part.count;
    return verdict === 'illegal';
  };
  const cheap = (more: () => boolean) => () => more() && (limits.clock !== undefined || cost < EVIDENCE_COST);
  const algorithms = new Set<string>();
  const undecided: KeyFinding[] = [];
  const illegal: Illegal[] = [];
  for (const { key, rows } of groups) {
    const found = judge(table, rows, budget);
    algorithms.add(found.algorithm);
    if (found.verdict === 'unknown') undecided.push(unknownKey(found.algorithm, key, found.reason));
    if (found.verdict !== 'illegal') continue;
    budget.hasten();
    const { operations, complete } = found;
    if (complete) {
      const small = (more: () => boolean) => minimised(table, operations, again, cheap(more));
      illegal.push({ key, found, size: operations.length, small });
      continue;
    }
    // The evidence is among the operations up to the one that nothing explains.
    const limit = table.end[operations[0]!]!;
    illegal.push({
      key,
      found,
      size: firstWhere(rows.length, (at) => table.start[rows[at]!]! >= limit),
      small(more) {
        const prefix = prefixOf(table, rows, operations[0]!);
        return minimised(weaken(table, prefix.weakened), prefix.rows, again, cheap(more));
      },
    });
  }
  const findings = [...withEvidence(illegal, limits.clock), ...undecided];
  return modelResult([...algorithms].join(', '), findings, { operations: table.count });
}

export function everyRow(table: OperationTable): Int32Array {
  return Int32Array.from({ length: table.count }, (_, row) => row);
}

/** A key that does not hold. */
interface Illegal {
  key: string | null;
  found: Pick<KeyResult, 'algorithm' | 'operations' | 'reason'>;
  /** About how many rows the evidence is among. */
  size: number;
  /** Makes the evidence small, while there is more to spend on it. */
  small(more: () => boolean): Evidence;
}

/** Makes the evidence of each key small: of the keys with the fewest suspects first, while there is time. */
export function withEvidence(keys: readonly Illegal[], clock: Clock | undefined): KeyFinding[] {
  const deadline = clock ? clock.now() + EVIDENCE_MS : Number.POSITIVE_INFINITY;
  const order = [...keys].sort((left, right) => left.size - right.size);
  return order.map(({ key, found, size, small }, at) => {
    const { algorithm, reason, operations: rows } = found;
    // Without a clock nothing but the first one may take long.
    const spent = clock ? clock.now() >= deadline : at > 0 && size > SMALL;
    let checks = 0;
    const more = () => ++checks <= EVIDENCE_CHECKS && (!clock || clock.now() < deadline);
    const shown =
      at >= EVIDENCE_KEYS || spent || rows.length === 0
        ? { rows, context: [], omitted: 0, minimal: false }
        : small(more);
    return { key, verdict: 'illegal', algorithm, reason, ...shown };
  });
}

/** Some rows cut down to those that matter, with those that values come from where they are few. */
export function minimised(
  table: OperationTable,
  rows: readonly number[],
  illegal: (table: OperationTable) => boolean,
  more: () => boolean,
): Evidence {
  const { essential, support, minimal } = minimise(table, rows, illegal, more);
  const context = support.length <= MOST_SUPPORT ? support : [];
  const omitted = support.length - context.length;
  return { rows: sortedRows([...essential, ...context]), context, omitted, minimal };
}
