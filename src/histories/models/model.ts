/** What a model of a history is: what its objects do, and whether a history shows them doing it. */
import type { Value } from '../../history/operation-type.js';
import type { OperationTable } from '../formats/operation-table.js';
import type { Contradiction } from '../linearizability/contradiction.js';
import { rowsByKey, rowsOfKey } from '../linearizability/partition.js';
import { type Limits, type Outcome3, sortedRows } from '../linearizability/result.js';

/** The clock is for bounding the work on evidence, too. */
export interface ModelLimits extends Limits {
  /** What objects hold at first, where that can differ. */
  initial?: Value;
}

/** The rows that show that a key does not hold. */
export interface Evidence {
  /** In order. */
  rows: number[];
  /** Those of `rows` that demand nothing, but that values of the others may come from. */
  context: number[];
  /** How many further rows values come from that are not among `rows`. */
  omitted: number;
  /** Whether none of `rows` can be taken away. */
  minimal: boolean;
  /** Why, in words, where the rows show more than was known before. */
  reason?: string;
}

/** A key that does not hold, or that was not decided. */
export interface KeyFinding extends Evidence {
  key: string | null;
  verdict: 'illegal' | 'unknown';
  /** What decided it, for people. */
  algorithm: string;
  reason: string;
}

export interface ModelResult {
  verdict: Outcome3;
  /** What decided it, for people. */
  algorithm: string;
  /** Every key that does not hold or was not decided: the one that is shown with the fewest operations first. */
  findings: KeyFinding[];
  /** What was counted or measured, by name: `lost`, `stale`, `stale_max_ms`, ... */
  figures: Record<string, number>;
}

export interface HistoryModel {
  readonly name: string;
  /** One line on what must hold. */
  readonly about: string;
  /** The functions that it understands; null: it says so itself. */
  readonly functions: readonly string[] | null;
  check(table: OperationTable, limits: ModelLimits): ModelResult;
}

/** What was found of all keys together: one that does not hold decides, else one that is undecided. */
export function modelResult(
  algorithm: string,
  findings: readonly KeyFinding[],
  figures: Record<string, number> = {},
): ModelResult {
  const size = ({ rows, omitted, minimal }: KeyFinding) => rows.length + omitted + (minimal ? 0 : UNFINISHED);
  const illegal = findings.filter(({ verdict }) => verdict === 'illegal');
  const sorted = [
    ...illegal.sort((left, right) => size(left) - size(right)),
    ...findings.filter(({ verdict }) => verdict === 'unknown'),
  ];
  const first = sorted[0];
  return {
    verdict: first?.verdict ?? 'ok',
    algorithm: first?.algorithm ?? algorithm,
    findings: sorted,
    figures,
  };
}

/** Evidence that was not cut down comes after what was. */
const UNFINISHED = 1e9;

/** A key that does not hold, with the rows that contradict each other by themselves. */
export function illegalKey(
  algorithm: string,
  key: string | null,
  reason: string,
  rows: readonly number[],
): KeyFinding {
  const shown = { rows: sortedRows(rows), context: [], omitted: 0, minimal: true };
  return { key, verdict: 'illegal', algorithm, reason, ...shown };
}

export function unknownKey(algorithm: string, key: string | null, reason: string): KeyFinding {
  return { ...illegalKey(algorithm, key, reason, []), verdict: 'unknown' };
}

export function unknownResult(
  algorithm: string,
  reason: string,
  figures?: Record<string, number>,
): ModelResult {
  return modelResult(algorithm, [unknownKey(algorithm, null, reason)], figures);
}

/** What is found of one key: what is wrong with it, or why nobody can tell, and its figures. */
interface Judged {
  fault?: Contradiction | undefined;
  undecided?: string;
  figures?: Record<string, number>;
}

/** Judges each key by itself, where that takes no search. Figures in ms are those of the worst key, others are added up. */
export function judgeEachKey(
  table: OperationTable,
  algorithm: string,
  judge: (rows: Int32Array, key: number) => Judged,
): ModelResult {
  const parts = rowsByKey(table);
  const figures: Record<string, number> = {};
  const findings = table.keys.flatMap((name, key): KeyFinding[] => {
    const { fault, undecided, figures: own = {} } = judge(rowsOfKey(parts, key), key);
    for (const [figure, value] of Object.entries(own)) {
      const before = figures[figure] ?? 0;
      figures[figure] = figure.endsWith('_ms') ? Math.max(before, value) : before + value;
    }
    if (undecided !== undefined) return [unknownKey(algorithm, name, undecided)];
    return fault ? [illegalKey(algorithm, name, fault.reason, fault.rows)] : [];
  });
  return modelResult(algorithm, findings, figures);
}
