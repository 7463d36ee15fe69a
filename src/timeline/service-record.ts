/**
 * Whether a service was there for a group of clients: the one rule for recovery, for those who judge afterwards and for
 * those who wait meanwhile. The service is unavailable
 *
 *   - while fewer than `success` of the operations that are meant to begin within `hold` succeed, up to the last one of
 *     them that did not;
 *   - while operations of one kind (reads, writes) wait and none is acknowledged for longer than is usual for the group.
 *
 *     from ──ok──x──x──ok··x··x──────────ok·ok·ok·ok·ok·ok──────── to
 *           unavailable until here ──────>|                        up at the end
 *
 * What nobody asks for is not missed: a stretch without writes in which no write was meant to begin is none.
 */
import type { Nanoseconds } from '../history/event.js';

export type Kind = 'read' | 'write';
export const KINDS: readonly Kind[] = ['write', 'read'];

/** An operation, as far as this rule looks at it. */
export interface Served {
  kind: Kind;
  /** When it was meant to begin. */
  intended: Nanoseconds;
  /** When it was over, acknowledged or not; Infinity where that was never seen. */
  end: Nanoseconds;
  ok: boolean;
}

export interface Rule {
  /** The share of operations that counts as available. */
  success: number;
  hold: Nanoseconds;
  /** How much of a stretch is to be taken off, for it is not the service's doing; nothing, where it is left out. */
  off?: (stretch: Stretch) => Nanoseconds;
}

/** From an instant to another. */
interface Stretch {
  from: Nanoseconds;
  to: Nanoseconds;
}

/** What is seen of a service from an instant to another. */
export interface Seen<Op extends Served> {
  /** How it was in the end; unclear where the look ended before that could be told. */
  state: 'up' | 'down' | 'unclear';
  /** The acknowledgement that ended the last stretch of unavailability; undefined where there was none, or no end. */
  back: Op | undefined;
  /** Where it is down: the last acknowledgement before that. */
  last: Op | undefined;
  /** The kind of operations that was out last, or is out still. */
  kind: Kind | undefined;
  /** How many operations were meant to begin. */
  asked: number;
}

/** Shorter stretches than this are nobody's outage. */
const LEAST_GAP: Nanoseconds = 100e6;
/** So many times the longest stretch of undisturbed times is not usual any more. */
const UNUSUAL = 3;

interface Column<Op> {
  intended: Nanoseconds[];
  ends: Nanoseconds[];
  /** In the order of their ends. */
  acknowledged: Op[];
}

/** The operations of one group of clients. */
export class ServiceRecord<Op extends Served> {
  readonly #operations: readonly Op[];
  readonly #columns: ReadonlyMap<Kind, Column<Op>>;
  readonly #rule: Rule;

  constructor(operations: readonly Op[], rule: Rule) {
    this.#rule = rule;
    this.#operations = operations.toSorted((one, other) => one.intended - other.intended);
    const columns = new Map<Kind, Column<Op>>();
    for (const kind of KINDS) {
      const own = this.#operations.filter((operation) => operation.kind === kind);
      if (own.length === 0) continue;
      columns.set(kind, {
        intended: own.map(({ intended }) => intended),
        ends: own.map(({ end }) => end).sort((one, other) => one - other),
        acknowledged: own.filter(({ ok }) => ok).sort((one, other) => one.end - other.end),
      });
    }
    this.#columns = columns;
  }

  /**
   * The longest that operations of a kind may wait for an acknowledgement: by what was so in undisturbed times. `off` is
   * how much of such a wait is not the service's doing.
   */
  usual(kind: Kind, calm: Stretch, off: (wait: Stretch) => Nanoseconds = () => 0): Nanoseconds {
    let longest = 0;
    for (const { from, ack } of this.waits(kind, calm.from, calm.to)) {
      if (ack === undefined) continue;
      const wait = { from: Math.max(from, calm.from), to: ack.end };
      longest = Math.max(longest, wait.to - wait.from - off(wait));
    }
    return Math.max(LEAST_GAP, Math.min(UNUSUAL * longest, Math.max(this.#rule.hold, longest)));
  }

  /** What was seen of the service from an instant to another; `usual` is how long a kind may wait. */
  between(from: Nanoseconds, to: Nanoseconds, usual: (kind: Kind) => Nanoseconds): Seen<Op> {
    const failures = this.#failures(from, to, usual);
    const seen: Seen<Op> = {
      state: 'up',
      back: undefined,
      last: undefined,
      kind: undefined,
      asked: failures.asked,
    };
    for (const kind of this.#columns.keys()) {
      const one = this.#ofKind(kind, from, to, failures.last.get(kind), usual(kind));
      if (RANK[one.state] > RANK[seen.state]) Object.assign(seen, { state: one.state, last: one.last, kind });
      if (one.back !== undefined && one.back.end > (seen.back?.end ?? from)) {
        seen.back = one.back;
        if (seen.state === 'up') seen.kind = kind;
      }
    }
    return seen;
  }

  #ofKind(
    kind: Kind,
    from: Nanoseconds,
    to: Nanoseconds,
    failure: Op | undefined,
    usual: Nanoseconds,
  ): Pick<Seen<Op>, 'state' | 'back'> & { last?: Op | undefined } {
    const { acknowledged, intended } = this.#columns.get(kind)!;
    const after = (at: Nanoseconds) =>
      acknowledged[lowerBound(acknowledged.length, (n) => acknowledged[n]!.end > at)];
    let back: Op | undefined;
    let waitingFrom: Nanoseconds | undefined;
    const waited = (until: Nanoseconds) =>
      waitingFrom === undefined ? 0 : until - waitingFrom - this.#off({ from: waitingFrom, to: until });
    for (const { from: since, ack } of this.waits(kind, from, to)) {
      if (ack === undefined) waitingFrom = since;
      else if (ack.end - since - this.#off({ from: since, to: ack.end }) > usual) back = ack;
    }
    const pending = waited(to);
    const answer = failure && after(Math.max(failure.intended, from));
    const isOpen = failure !== undefined && (answer === undefined || answer.end > to);
    if (answer !== undefined && !isOpen && answer.end > (back?.end ?? from)) back = answer;
    if (!isOpen && pending <= usual) return { state: 'up', back };
    const later = after(to);
    // Where nothing was acknowledged later, the wait went on for as long as somebody asked.
    const longest = later === undefined ? waited(Math.max(to, intended.at(-1)!)) : pending;
    const isDown = pending > usual && (isOpen || longest > this.#rule.hold);
    if (!isDown) return { state: 'unclear', back: later ?? back };
    const last = acknowledged[lowerBound(acknowledged.length, (n) => acknowledged[n]!.end > to) - 1];
    return { state: 'down', back: undefined, last };
  }

  /** The last operation of each kind that did not succeed, in a time in which too many did not. */
  #failures(
    from: Nanoseconds,
    to: Nanoseconds,
    usual: (kind: Kind) => Nanoseconds,
  ): { last: Map<Kind, Op>; asked: number } {
    const hold = Math.max(1, this.#rule.hold);
    const [begin, end] = [this.#place(from), this.#place(to)];
    // One that was under way at the end may have been cut off by what came then, unless it was overdue.
    const judged = this.#operations.slice(begin, end).filter(({ end, ok, kind, intended }) => {
      if (ok) return end <= to;
      return (end <= to || to - intended > usual(kind)) && this.#off({ from: intended, to: end }) === 0;
    });
    const last = new Map<Kind, Op>();
    let [right, succeeded, told] = [0, 0, 0];
    for (let left = 0; left < judged.length; left++) {
      const first = judged[left]!;
      for (; right < judged.length && judged[right]!.intended < first.intended + hold; right++)
        if (judged[right]!.ok) succeeded += 1;
      if (succeeded < this.#rule.success * (right - left)) {
        for (let at = Math.max(told, left); at < right; at++)
          if (!judged[at]!.ok) last.set(judged[at]!.kind, judged[at]!);
        told = right;
      }
      // All later beginnings see a part of the same operations only.
      if (right === judged.length) break;
      if (first.ok) succeeded -= 1;
    }
    return { last, asked: end - begin };
  }

  /**
   * The times from when operations of a kind waited, each up to the acknowledgement that ended it, of those that reach
   * into a span; the last one of none may be without an end in it.
   */
  *waits(
    kind: Kind,
    from: Nanoseconds,
    to: Nanoseconds,
  ): Generator<{ from: Nanoseconds; ack: Op | undefined }> {
    const column = this.#columns.get(kind);
    if (column === undefined) return;
    const { acknowledged } = column;
    let at = lowerBound(acknowledged.length, (n) => acknowledged[n]!.end > from);
    let before = acknowledged[at - 1]?.end ?? Number.NEGATIVE_INFINITY;
    for (; at < acknowledged.length && acknowledged[at]!.end <= to; at++) {
      const ack = acknowledged[at]!;
      const since = waitingSince(column, before);
      if (since < ack.end) yield { from: since, ack };
      before = ack.end;
    }
    const since = waitingSince(column, before);
    if (since < to) yield { from: since, ack: undefined };
  }

  #off(stretch: Stretch): Nanoseconds {
    return this.#rule.off?.(stretch) ?? 0;
  }

  #place(at: Nanoseconds): number {
    return lowerBound(this.#operations.length, (n) => this.#operations[n]!.intended >= at);
  }
}

const RANK = { up: 0, unclear: 1, down: 2 } as const;

/** Since when something has waited, from an acknowledgement on: from then, or from when the next one was meant to begin. */
function waitingSince({ intended, ends }: Column<unknown>, after: Nanoseconds): Nanoseconds {
  const begun = lowerBound(intended.length, (n) => intended[n]! > after);
  const over = lowerBound(ends.length, (n) => ends[n]! > after);
  return begun > over ? after : (intended[begun] ?? Number.POSITIVE_INFINITY);
}

/** The first place in 0..length from which `reached` is true. */
export function lowerBound(length: number, reached: (at: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (reached(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
