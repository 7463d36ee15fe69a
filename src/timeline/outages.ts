/**
 * Outage: the longest stretch without an acknowledged operation, of all kinds together or of one kind.
 *
 *     |ok ok ok ok ................ ok ok ok|      a window of the client load; its edges count as
 *                 |<-- outage -->|                 acknowledgements, for nothing is known of beyond
 *
 * Writes that time out while reads succeed are an outage for writes: the longest of the kinds counts, each from when one
 * of its operations was waited for, so that a time in which nobody wrote is no outage of writes.
 */
import type { Nanoseconds } from '../history/event.js';
import type { Operation } from '../history/operations.js';
import type { Request } from './client-operations.js';
import type { Span } from './phases.js';
import { KINDS, type Kind, lowerBound, ServiceRecord } from './service-record.js';

export interface Stretch extends Span {
  /** The kind that was out; undefined where nothing at all was acknowledged. */
  of: Kind | undefined;
  /** The acknowledgements at its edges, where there are some. */
  before: Operation | undefined;
  after: Operation | undefined;
}

const NO_RULE = { success: 1, hold: 0 };

/** What one group of clients was served. */
export class Outages {
  readonly #acknowledged: readonly Request[];
  readonly #record: ServiceRecord<Request>;
  readonly #kinds: readonly Kind[];

  constructor(requests: readonly Request[]) {
    this.#acknowledged = requests.filter(({ ok }) => ok).sort((one, other) => one.end - other.end);
    this.#record = new ServiceRecord(requests, NO_RULE);
    const kinds = KINDS.filter((kind) => requests.some((request) => request.kind === kind));
    this.#kinds = kinds.length > 1 ? kinds : [];
  }

  /** The longest stretch within a window, of one kind where it is named; without what is to be taken off of each. */
  longest(
    window: Span,
    off: (stretch: Span) => Nanoseconds = () => 0,
    kind?: Kind,
  ): Stretch & { length: Nanoseconds } {
    let longest: Stretch & { length: Nanoseconds } = {
      ...EMPTY,
      from: window.from,
      to: window.from,
      length: 0,
    };
    for (const stretch of this.#stretches(window, kind)) {
      const length = stretch.to - stretch.from - off(stretch);
      if (length > longest.length) longest = { ...stretch, length };
    }
    return longest;
  }

  *#stretches(window: Span, kind: Kind | undefined): Generator<Stretch> {
    if (kind === undefined) yield* this.#without(window);
    for (const of of kind === undefined ? this.#kinds : [kind]) {
      for (const { from, ack } of this.#record.waits(of, window.from, window.to)) {
        const span = { from: Math.max(from, window.from), to: ack?.end ?? window.to };
        if (span.to > span.from) yield { ...span, of, before: undefined, after: ack?.operation };
      }
    }
  }

  *#without(window: Span): Generator<Stretch> {
    const acknowledged = this.#acknowledged;
    let at = lowerBound(acknowledged.length, (place) => acknowledged[place]!.end >= window.from);
    let [from, before]: [Nanoseconds, Operation | undefined] = [window.from, undefined];
    for (; at < acknowledged.length && acknowledged[at]!.end <= window.to; at += 1) {
      const { end, operation } = acknowledged[at]!;
      yield { from, to: end, of: undefined, before, after: operation };
      [from, before] = [end, operation];
    }
    yield { from, to: window.to, of: undefined, before, after: undefined };
  }
}

const EMPTY = { of: undefined, before: undefined, after: undefined };
