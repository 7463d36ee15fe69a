/**
 * Leases (Gray and Cheriton, 1989), granted by the supervisors and counted so that they agree with the
 * register: a primary counts from when it SENT the heartbeat, a supervisor from when it RECEIVED it, and a
 * lease needs as many supervisors as a decision does. Any lease therefore includes a supervisor that took
 * part in deciding the next term, and that one knows a bound for when it ends. Only the rates of the clocks
 * must agree, never their values; and those by so much only as the primary leaves unused.
 */

/**
 * The share of a lease that its primary makes use of. Where no clock's rate is further than 5% from true time, what lasts
 * 0.9 on the primary's is over in less than 1 on a supervisor's: 0.9 / 0.95 < 1 / 1.05.
 */
export const HELD = 0.9;

/** The primary's side. Without a lease (`duration` infinite) the first quorum of grants holds for the term. */
export class Lease {
  readonly #size: number;
  readonly #duration: number;
  readonly #sent = new Map<string, number>();
  #until = Number.NEGATIVE_INFINITY;

  constructor(size: number, duration: number) {
    this.#size = size;
    this.#duration = duration;
    if (size === 0) this.#until = Number.POSITIVE_INFINITY;
  }

  /** The supervisor has granted the heartbeat that was sent at `sentAt`. */
  granted(supervisor: string, sentAt: number): void {
    const before = this.#sent.get(supervisor);
    if (before !== undefined && before >= sentAt) return;
    this.#sent.set(supervisor, sentAt);
    if (this.#size === 0 || this.#sent.size < this.#size) return;
    const sent = [...this.#sent.values()].sort((one, other) => other - one);
    this.#until = (sent[this.#size - 1] as number) + this.#duration;
  }

  /** The instant past which this primary may not serve. */
  get until(): number {
    return this.#until;
  }
}

/** A supervisor's side: until when leases that it granted may run. */
export class Grants {
  readonly #duration: number;
  #last: number;

  /** What was granted in an earlier life is not known: it may have been a moment ago. */
  constructor(duration: number, now: number) {
    this.#duration = duration;
    this.#last = now;
  }

  grant(now: number): void {
    this.#last = now;
  }

  /** How much longer, in ms, a granted lease may run. */
  outstanding(now: number): number {
    return Math.max(0, this.#last + this.#duration - now);
  }
}
