/** Histories that are in memory already, ours or anyone's, as a table of operations. */
import { UsageError } from '../../errors.js';
import type { Value } from '../event.js';
import type { OperationTable } from './operation-table.js';
import { completes, located, OUTCOMES, plainFunction } from './reader.js';
import { TableBuilder } from './table-builder.js';

/** An event of an operation. Anything with another `type` is skipped, so that our own histories fit. */
export interface HistoryEvent {
  type: string;
  /** A number; what processes with names (`nemesis`) do is skipped. */
  process?: number | string;
  f?: string;
  key?: string | number | null;
  value?: Value;
  /** Why it failed: a compare-and-set that failed for another reason than `mismatch` says nothing. */
  error?: unknown;
  /** Nanoseconds; must not go back. */
  time?: number;
  /** The place in the history; the count of events so far where there is none. */
  index?: number;
}

/**
 * Pairs the events of a history.
 * @throws UsageError where the history is not well-formed; `where` names the event
 */
export function tableFromEvents(events: Iterable<HistoryEvent>): OperationTable {
  const builder = new TableBuilder();
  let place = 0;
  for (const event of events) {
    place = event.index ?? place;
    located(`event ${place}`, () => take(builder, event, place));
    place++;
  }
  return builder.build();
}

function take(builder: TableBuilder, event: HistoryEvent, place: number): void {
  const { type, process, f } = event;
  if (type !== 'invoke' && !OUTCOMES.has(type)) return;
  if (typeof process === 'string') return;
  if (!Number.isInteger(process) || f === undefined) {
    throw new UsageError({ expected: '"process" as a whole number and "f"', found: JSON.stringify(event) });
  }
  const name = plainFunction(f);
  const time = event.time ?? Number.NaN;
  const key = event.key ?? null;
  if (type === 'invoke') {
    const index = builder.keyOf(key === null ? null : String(key));
    builder.invoke(place, time, process as number, builder.functionOf(name), index, event.value ?? null);
  } else {
    const read = { place, time, process: process as number, type, f: name, reason: event.error };
    completes(builder, read, event.value);
  }
}
