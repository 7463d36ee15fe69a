/** What was found of each key that does not hold or was not decided, as data for callers. */
import type { OperationTable } from '../formats/operation-table.js';
import type { KeyFinding } from '../models/model.js';
import { type EvidenceOperation, evidenceOperation } from './drawing.js';

/** The operations that show that a key does not hold. */
export interface Counterexample extends Pick<KeyFinding, 'key' | 'reason' | 'omitted' | 'minimal'> {
  operations: EvidenceOperation[];
}

export interface KeyVerdict extends Pick<KeyFinding, 'key' | 'verdict' | 'algorithm' | 'reason'> {
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
