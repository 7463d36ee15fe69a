/** What a model of a history is: what its objects do, and whether a history shows them doing it. */
import type { Clock } from '../../clock.js';
import type { Value } from '../../history/event.js';
import type { OperationTable } from '../../history/formats/operation-table.js';
import type { Outcome3 } from '../linearizability/result.js';

export interface ModelLimits {
  /** Monotonic time for the deadline, and for bounding the work on evidence. */
  clock?: Clock;
  timeoutMs?: number;
  /** Elementary steps of searches. */
  steps?: number;
  memoryBytes?: number;
  /** What objects hold at first, where that can differ. */
  initial?: Value;
}

export interface ModelResult {
  verdict: Outcome3;
  /** What decided it, for people. */
  algorithm: string;
  /** The key that does not hold, or was not decided. */
  key: string | null;
  /** Why, in words; empty where it holds. */
  reason: string;
  /** Rows of the table that show it. */
  rows: number[];
  /** How many further rows values come from that are not among `rows`. */
  omitted: number;
  /** Whether none of `rows` can be taken away. */
  minimal: boolean;
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

export function satisfied(algorithm: string, figures: Record<string, number> = {}): ModelResult {
  return { verdict: 'ok', algorithm, key: null, reason: '', rows: [], omitted: 0, minimal: true, figures };
}

export function violated(
  algorithm: string,
  key: string | null,
  reason: string,
  rows: readonly number[],
  figures: Record<string, number> = {},
): ModelResult {
  const sorted = [...new Set(rows)].filter((row) => row >= 0).sort((left, right) => left - right);
  return { verdict: 'illegal', algorithm, key, reason, rows: sorted, omitted: 0, minimal: true, figures };
}

export function undecidedModel(algorithm: string, key: string | null, reason: string): ModelResult {
  return { ...satisfied(algorithm), verdict: 'unknown', key, reason };
}
