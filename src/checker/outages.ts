/**
 * Outage: the longest stretch without an acknowledged operation.
 *
 *     |ok ok ok ok ................ ok ok ok|      a window of the client load; its edges count as
 *                 |<-- outage -->|                 acknowledgements, for nothing is known of beyond
 */
import type { Nanoseconds } from '../history/event.js';
import type { Operation } from '../history/operations.js';
import type { Span } from './phases.js';
import { lowerBound } from './recovery.js';

export interface Stretch extends Span {
  /** The acknowledgements at its edges, where there are some. */
  before: Operation | undefined;
  after: Operation | undefined;
}

/** Acknowledged operations in the order of their acknowledgements. */
export function acknowledgements(operations: readonly Operation[]): Operation[] {
  return operations.filter(({ type }) => type === 'ok').sort((one, other) => one.end - other.end);
}

/** The longest stretch within a window without an acknowledgement. */
export function longestStretch(acknowledged: readonly Operation[], window: Span): Stretch {
  let longest: Stretch = { from: window.from, to: window.from, before: undefined, after: undefined };
  let last: Nanoseconds = window.from;
  let before: Operation | undefined;
  let at = lowerBound(acknowledged.length, (place) => acknowledged[place]!.end >= window.from);
  for (; at < acknowledged.length && acknowledged[at]!.end <= window.to; at += 1) {
    const after = acknowledged[at]!;
    if (after.end - last > longest.to - longest.from) longest = { from: last, to: after.end, before, after };
    last = after.end;
    before = after;
  }
  if (window.to - last > longest.to - longest.from)
    longest = { from: last, to: window.to, before, after: undefined };
  return longest;
}
