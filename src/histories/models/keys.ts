/** Judging a history key by key, with evidence for each key that does not hold. */
import type { Clock } from '../../clock.js';
import { isObserver, minimise, saysNothing } from '../evidence/minimise.js';
import { INFO, NEVER, type OperationTable } from '../formats/operation-table.js';
import { partition, rowsOfKey } from '../linearizability/partition.js';
import { Budget, type KeyResult } from '../linearizability/result.js';
import { type KeyFinding, type ModelLimits, type ModelResult, modelResult, unknownKey } from './model.js';

/** Judges the operations of one key. `operations` that are not complete: the row that nothing explains. */
export type Judge = (table: OperationTable, rows: ArrayLike<number>, budget: Budget) => KeyResult;

/** What may be spent on making evidence small: for one check, for one key, for all of them. */
const EVIDENCE_STEPS = 200_000;
const EVIDENCE_CHECKS = 2_000;
const EVIDENCE_MS = 2_000;
const EVIDENCE_KEYS = 16;
const MOST_SUPPORT = 6;
/** Evidence among so few rows costs next to nothing. */
const SMALL = 12;

/** `partition: false`: all operations are of one object. */
export function judgeKeys(
  table: OperationTable,
  limits: ModelLimits,
  judge: Judge,
  { partition: byKey = true }: { partition?: boolean } = {},
): ModelResult {
  const budget = new Budget(limits);
  const parts = byKey ? partition(table) : undefined;
  const groups = parts
    ? table.keys.map((key, index) => ({ key, rows: rowsOfKey(parts, index) }))
    : [{ key: null, rows: Int32Array.from({ length: table.count }, (_, row) => row) }];
  const algorithms = new Set<string>();
  const undecided: KeyFinding[] = [];
  const illegal: Illegal[] = [];
  for (const { key, rows } of groups) {
    const found = judge(table, rows, budget);
    algorithms.add(found.algorithm);
    if (found.verdict === 'unknown') undecided.push(unknownKey(found.algorithm, key, found.reason));
    if (found.verdict !== 'illegal') continue;
    illegal.push({
      key,
      found,
      size: sizeOf(table, rows, found),
      suspects: () => suspectsOf(table, rows, found),
    });
    budget.hasten();
  }
  const again = (part: OperationTable) =>
    judge(part, everyRow(part), new Budget({ steps: EVIDENCE_STEPS })).verdict === 'illegal';
  const findings = [...withEvidence(illegal, again, limits.clock), ...undecided];
  return modelResult([...algorithms].join(', '), findings, { operations: table.count });
}

export function everyRow(table: OperationTable): Int32Array {
  return Int32Array.from({ length: table.count }, (_, row) => row);
}

/** A key that does not hold. */
export interface Illegal {
  key: string | null;
  found: Pick<KeyResult, 'algorithm' | 'operations' | 'reason'>;
  /** About how many rows the evidence is among. */
  size: number;
  /** The rows that the evidence is among, of a table where they are as weak as can be. */
  suspects(): { table: OperationTable; rows: number[] };
}

/** Makes the evidence of each key small: of the keys with the fewest suspects first, while there is time. */
export function withEvidence(
  keys: readonly Illegal[],
  illegal: (table: OperationTable) => boolean,
  clock: Clock | undefined,
): KeyFinding[] {
  const deadline = clock ? clock.now() + EVIDENCE_MS : Number.POSITIVE_INFINITY;
  const order = [...keys].sort((left, right) => left.size - right.size);
  return order.map(({ key, found, size, suspects }, at) => {
    const { algorithm, reason } = found;
    const head = { key, verdict: 'illegal' as const, algorithm, reason };
    // Without a clock nothing but the first one may take long.
    const spent = clock ? clock.now() >= deadline : at > 0 && size > SMALL;
    if (at >= EVIDENCE_KEYS || spent)
      return { ...head, rows: found.operations, context: [], omitted: 0, minimal: false };
    let checks = 0;
    const more = () => ++checks <= EVIDENCE_CHECKS && (!clock || clock.now() < deadline);
    const { table, rows } = suspects();
    const { essential, support, minimal } = minimise(table, rows, illegal, more);
    const context = support.length <= MOST_SUPPORT ? support : [];
    const shown = [...essential, ...context].sort((left, right) => left - right);
    return { ...head, rows: shown, context, omitted: support.length - context.length, minimal };
  });
}

function sizeOf(table: OperationTable, rows: ArrayLike<number>, { operations, complete }: KeyResult): number {
  if (complete) return operations.length;
  let size = 0;
  while (size < rows.length && table.start[rows[size]!]! < table.end[operations[0]!]!) size++;
  return size;
}

/** What contradicts itself, or the operations up to the one that nothing explains; what ends later is in doubt. */
function suspectsOf(
  table: OperationTable,
  rows: ArrayLike<number>,
  { operations, complete }: KeyResult,
): ReturnType<Illegal['suspects']> {
  if (complete) return { table, rows: operations };
  const limit = table.end[operations[0]!]!;
  const weak = { ...table, type: table.type.slice(), end: table.end.slice() };
  const prefix: number[] = [];
  for (let at = 0; at < rows.length && table.start[rows[at]!]! < limit; at++) {
    const row = rows[at]!;
    if (saysNothing(table, row)) continue;
    if (table.end[row]! > limit) {
      if (isObserver(table, row)) continue;
      weak.type[row] = INFO;
      weak.end[row] = NEVER;
    }
    prefix.push(row);
  }
  return { table: weak, rows: prefix };
}
