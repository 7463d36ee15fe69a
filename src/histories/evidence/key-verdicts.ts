/** What was found of each key that does not hold or was not decided, as data for callers. */
import type { OperationTable } from '../formats/operation-table.js';
import type { KeyFinding } from '../models/model.js';
import { type EvidenceOperation, evidenceOperation } from './drawing.js';

/** The operations that show that a key does not hold. */
export interface Counterexample {
  key: string | null;
  reason: string;
  operations: EvidenceOperation[];
  /** How many writes that values come from were left out. */
  omitted: number;
  /** Whether none of the operations can be taken away. */
  minimal: boolean;
}

export interface KeyVerdict {
  key: string | null;
  verdict: 'illegal' | 'unknown';
  /** What decided it. */
  algorithm: string;
  reason: string;
  /** Null where it was not decided. */
  counterexample: Counterexample | null;
}

export function keyVerdict(table: OperationTable, finding: KeyFinding): KeyVerdict {
  const { key, verdict, algorithm, reason, rows, omitted, minimal } = finding;
  const context = new Set(finding.context);
  const operations = rows.map((row) => ({ ...evidenceOperation(table, row), context: context.has(row) }));
  const counterexample = verdict === 'illegal' ? { key, reason, operations, omitted, minimal } : null;
  return { key, verdict, algorithm, reason, counterexample };
}
