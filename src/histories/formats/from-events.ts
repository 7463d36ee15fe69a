/** Histories that are in memory already, ours or anyone's, as a table of operations. */
import { UsageError } from '../../errors.js';
import type { Value } from '../../history/operation-type.js';
import { heldValue } from './held-values.js';
import type { OperationTable } from './operation-table.js';
import { excerpt, isNemesis, located, OUTCOMES, takeEvent } from './reader.js';
import { TableBuilder } from './table-builder.js';

/** An event of an operation. Anything with another `type` is skipped, so that our own histories fit. */
export interface HistoryEvent {
  type: string;
  /** A whole number, or a name; what `nemesis` does is skipped. */
  process?: number | string;
  f?: string;
  key?: string | number | null;
  value?: Value;
  /** Why it failed: only a compare-and-set that failed for `mismatch` says something (formats/failure.ts). */
  error?: unknown;
  /** Nanoseconds. The events' order is that in which they are given. */
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
  if (isNemesis(process)) return;
  if ((typeof process !== 'string' && !Number.isSafeInteger(process)) || f === undefined) {
    throw new UsageError({
      expected: '"process" as a whole number or a name, and "f"',
      found: excerpt(JSON.stringify({ type, process, f })),
    });
  }
  const { time = Number.NaN, error: reason } = event;
  const key = event.key === undefined || event.key === null ? null : String(event.key);
  takeEvent(builder, {
    place,
    time,
    process: process as number | string,
    type,
    f,
    key,
    value: heldValue(event.value),
    reason,
  });
}
