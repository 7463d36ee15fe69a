/**
 * Reigns: what a node acknowledged to clients in one term, as far as it is certain. An operation took effect
 * somewhere between its invocation and its acknowledgement, and an answer may have been under way for long (a
 * stalled link delivers it after the heal), so a node surely acknowledged something by the end of its first
 * acknowledged write, and again not before the start of its last.
 */
import { derived } from '../history/derived.js';
import type { Nanoseconds } from '../history/event.js';
import type { History } from '../history/history.js';
import { isWrite, type Operation, operationsOf } from '../history/operations.js';
import { FINAL } from './client-operations.js';

export interface Reign {
  node: string;
  term: number | undefined;
  /** Acknowledged writes, and reads answered as primary, in the order of their acknowledgements. */
  operations: Operation[];
  /** When the first of its writes was acknowledged; Infinity without any. */
  firstWrite: Nanoseconds;
  first: Operation | undefined;
}

/** Who acknowledged what in which term, in the order of the first acknowledgements. */
export const reignsOf: (history: History) => readonly Reign[] = derived(collect);

function collect(history: History): Reign[] {
  const reigns = new Map<string, Reign>();
  for (const operation of operationsOf(history).operations) {
    const { node, term, type } = operation;
    if (type !== 'ok' || node === undefined || operation.client === FINAL) continue;
    // A read that tells no term may have been answered by a standby.
    if (!isWrite(operation) && term === undefined) continue;
    const name = `${node} ${term ?? ''}`;
    let reign = reigns.get(name);
    if (reign === undefined) {
      reign = { node, term, operations: [], firstWrite: Number.POSITIVE_INFINITY, first: undefined };
      reigns.set(name, reign);
    }
    reign.operations.push(operation);
    if (isWrite(operation) && operation.end < reign.firstWrite) {
      reign.firstWrite = operation.end;
      reign.first = operation;
    }
  }
  for (const reign of reigns.values()) reign.operations.sort((one, other) => one.end - other.end);
  return [...reigns.values()].sort((one, other) => one.operations[0]!.end - other.operations[0]!.end);
}

/** The acknowledged writes of a node (in a term, where it is known) that lie wholly within a span. */
export function writesWithin(
  history: History,
  node: string,
  term: number | undefined,
  from: Nanoseconds,
  to: Nanoseconds,
): Operation[] {
  return reignsOf(history)
    .filter(
      (reign) =>
        reign.node === node && (reign.term === undefined || term === undefined || reign.term === term),
    )
    .flatMap(({ operations }) => operations)
    .filter((operation) => isWrite(operation) && operation.start >= from && operation.end <= to);
}
