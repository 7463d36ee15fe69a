/**
 * Operations as text, each with its interval drawn on a common axis:
 *
 *     process 3  write 1     |====|                     12.000 .. 13.500 ms, lines 4-9
 *     process 4  read -> 2         |=======|            14.000 .. 19.250 ms, lines 10-15
 *     process 7  write 3             |~~~~~~~~~~~~~~    15.000 .. ? ms, line 12
 *
 * The axis shows the order of the events, not their distance: what matters is what overlaps.
 */
import {
  FAIL,
  INFO,
  NEVER,
  type OperationData,
  type OperationTable,
  operationAt,
} from '../formats/operation-table.js';
import { valueText } from './value-text.js';

/** One operation of a counterexample, as data. */
export interface EvidenceOperation extends OperationData {
  /** Milliseconds; null where the history has no times, or where it never ended. */
  start_ms: number | null;
  end_ms: number | null;
  /** Places of the invocation and the completion in the history, from 0; null where it never ended. */
  invoked: number;
  completed: number | null;
  /** Whether it demands nothing, and is shown because values of the others may come from it. */
  context: boolean;
}

const WIDEST_AXIS = 60;
const LONGEST_VALUE = 40;

export function evidenceOperation(table: OperationTable, row: number): EvidenceOperation {
  const milliseconds = (time: number) => (Number.isNaN(time) ? null : time / 1e6);
  return {
    ...operationAt(table, row),
    start_ms: milliseconds(table.startTime[row]!),
    end_ms: table.type[row] === INFO ? null : milliseconds(table.endTime[row]!),
    invoked: table.start[row]!,
    completed: table.end[row] === NEVER ? null : table.end[row]!,
    context: false,
  };
}

/** The lines, one for each row; those in `context` are marked: they demand nothing, values come from them. */
export function drawOperations(
  table: OperationTable,
  rows: readonly number[],
  context: ReadonlySet<number> = new Set(),
): string[] {
  const operations = rows.map((row) => evidenceOperation(table, row));
  const places = operations.flatMap(({ invoked, completed }) =>
    completed === null ? [invoked] : [invoked, completed],
  );
  const rank = new Map(
    [...new Set(places)].sort((left, right) => left - right).map((place, index) => [place, index]),
  );
  const step = Math.max(1, Math.min(4, Math.floor(WIDEST_AXIS / Math.max(1, rank.size))));
  const width = rank.size * step + 1;
  const heads = operations.map((operation) => `process ${operation.process}`);
  // Keys are named only where there are several.
  const several = new Set(operations.map(({ key }) => key)).size > 1;
  const calls = operations.map((operation, at) => {
    const call = callText(operation, table.type[rows[at]!]!);
    return several ? `${operation.key}: ${call}` : call;
  });
  const headWidth = Math.max(0, ...heads.map((text) => text.length));
  const callWidth = Math.max(0, ...calls.map((text) => text.length));
  return operations.map((operation, at) => {
    const from = rank.get(operation.invoked)! * step;
    const to = operation.completed === null ? width : rank.get(operation.completed)! * step;
    const bar =
      operation.completed === null
        ? `|${'~'.repeat(Math.max(1, to - from))}`
        : `|${'='.repeat(Math.max(0, to - from - 1))}|`;
    const axis = `${' '.repeat(from)}${bar}`.padEnd(width + 1);
    return `${heads[at]!.padEnd(headWidth)}  ${calls[at]!.padEnd(callWidth)}  ${axis}  ${whereText(operation, table.unit)}${context.has(rows[at]!) ? ' (context)' : ''}`;
  });
}

function callText(operation: EvidenceOperation, type: number): string {
  const { f } = operation;
  if (f === 'cas') {
    const [from, to] = operation.value as [unknown, unknown];
    return `cas ${show(from)} -> ${show(to)}${type === FAIL ? ' refused' : type === INFO ? ' in doubt' : ''}`;
  }
  const value = show(operation.value);
  if (type === INFO) return f === 'read' ? 'read, no answer' : `${f} ${value} in doubt`;
  if (type === FAIL) return f === 'read' ? 'read, failed' : `${f} ${value} failed`;
  return f === 'read' || f === 'dequeue' ? `${f} -> ${value}` : `${f} ${value}`;
}

function show(value: unknown): string {
  const text = valueText(value);
  // The end of a long list or text is what differs.
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, 12)}...${text.slice(-(LONGEST_VALUE - 15))}`;
}

function whereText(operation: EvidenceOperation, unit: 'line' | 'event'): string {
  const { start_ms, end_ms, invoked, completed } = operation;
  const place = (at: number) => (unit === 'line' ? at + 1 : at);
  const places =
    completed === null ? `${unit} ${place(invoked)}` : `${unit}s ${place(invoked)} and ${place(completed)}`;
  if (start_ms === null) return places;
  return `${start_ms.toFixed(3)} .. ${end_ms === null ? '?' : end_ms.toFixed(3)} ms, ${places}`;
}
